"""The real bot on a Discord over loopback: what it does first, its token, and what the shell says of it."""

from __future__ import annotations

import pytest

from tests.acceptance.discord_place import Place
from tests.acceptance.publishing import draft, publish


@pytest.mark.cold
async def test_a_follow_in_a_server_and_one_in_a_dm_bring_the_post_by_dm(place: Place) -> None:
    bob = place.discord.add_user("bob", has_app=True)
    async with place.running() as bot:
        await place.connected(bot)
        here = await place.say(place.alice, place.news, "follow", categories="China-U.S.")
        there = await place.say(bob, place.discord.dm_of(bob), "follow", categories="china us")
        publish(place.blog, draft(1, "Tariffs Stay", "China-U.S."))
        cards = [(await place.alerts(bot, place.discord.dm_of(who), 1))[0] for who in (place.alice, bob)]

    assert "You now get: China-U.S.; at once, by DM." in here
    assert "You now get: China-U.S.; at once, by DM." in there
    assert [card.embeds[0]["title"] for card in cards] == ["Tariffs Stay"] * 2


async def test_a_wrong_token_alone_ends_the_bot_with_one_sentence(place: Place) -> None:
    place.home.settings["console"] = {"enabled": False}
    ended = await place.home.call("run", env={"DISCORD_TOKEN": "wrong"})

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("Discord refuses the bot's token; put a current one into DISCORD_TOKEN ")
    assert len(ended.err.splitlines()) == 1
    assert len(place.discord.requests) == 1, "it is not tried again"


async def test_a_token_that_is_revoked_ends_the_bot_with_the_same_sentence(place: Place) -> None:
    place.home.settings["console"] = {"enabled": False}
    async with place.running() as bot:
        await place.connected(bot)
        place.discord.revoke_token()

        assert await bot.ended() == 1
        assert "put a current one into DISCORD_TOKEN" in bot.log.splitlines()[-1]


async def test_a_wrong_token_beside_another_chat_leaves_discord_out_and_says_so(place: Place) -> None:
    async with place.running("wrong") as bot:
        await place.connected(bot)
        await bot.follow("alice Trade")

        assert "discord is left out until the next start" in bot.log
        assert "DISCORD_TOKEN" in bot.log


async def test_without_a_token_nothing_is_started(place: Place) -> None:
    ended = await place.home.call("run")

    assert ended.code == 2
    assert "DISCORD_TOKEN: is not set" in ended.err


async def test_the_invitation_is_printed(place: Place) -> None:
    ended = await place.home.call("discord-invite", env={"DISCORD_TOKEN": place.discord.token})

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("https://discord.com/oauth2/authorize?client_id=")


async def test_check_looks_at_token_commands_and_channels(place: Place) -> None:
    env = {"DISCORD_TOKEN": place.discord.token}
    before = await place.home.call("check", env=env)
    after = await place.home.call("check", "--sync", env=env)
    wrong = await place.home.call("check", env={"DISCORD_TOKEN": "wrong"})

    assert "ok  discord commands: none is registered yet" in before.out
    assert "ok  database: " in before.out
    assert before.out.endswith("All well.\n")
    assert "registered now" in after.out
    assert (before.code, after.code, wrong.code) == (0, 0, 1)
    assert "DISCORD_TOKEN" in wrong.out
