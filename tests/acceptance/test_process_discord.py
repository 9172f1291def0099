"""The real bot on a Discord over loopback: commands, alerts, and what a power cut leaves behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import pytest

from tests.acceptance.process import Home
from tests.acceptance.publishing import draft, publish
from tests.acceptance.running import Bot
from tests.fakes import discord_faults as faults
from tests.fakes.blog import FaultyBlog
from tests.fakes.discord_messages import StoredMessage
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.discord_world import Channel, User


@dataclass
class Place:
    """A Discord with a server, a channel, a member and an admin, and a bot that is to be run there."""

    discord: FakeDiscord
    home: Home
    blog: FaultyBlog

    def __post_init__(self) -> None:
        self.discord.sockets.identify_every = 0.0
        guild = self.discord.add_guild("readers")
        self.news = guild.add_text("news")
        self.alice = guild.add_member(self.discord.add_user("alice"))
        self.boss = guild.add_member(self.discord.add_user("boss"), permissions=1 << 5)
        self.home.settings["discord"] = {
            "enabled": True,
            "api_base": self.discord.api_base,
            "gateway": self.discord.gateway,
        }

    def running(self, token: str = "") -> AbstractAsyncContextManager[Bot]:
        return self.home.running(env={"DISCORD_TOKEN": token or self.discord.token})

    async def connected(self, bot: Bot) -> None:
        """Wait until the bot is there and knows the blog."""
        await bot.ready()
        await bot.polls(self.blog, 2)

    async def say(self, user: User, where: Channel, command: str, **options: object) -> str:
        """Use a command and return the answer."""
        asked = await self.discord.interact(user, where, command, **options)  # type: ignore[arg-type]  # options
        return (await asked.answer()).content

    async def alerts(self, bot: Bot, channel: Channel, number: int) -> list[StoredMessage]:
        """Wait until so many alerts are in a channel; return them."""

        def found() -> list[StoredMessage]:
            return [message for message in self.discord.messages(channel) if message.embeds]

        await bot.until(lambda: len(found()) >= number)
        return found()


@pytest.fixture
async def place(home: Home, blog: FaultyBlog) -> AsyncIterator[Place]:
    async with FakeDiscord() as discord:
        yield Place(discord, home, blog)


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


async def test_an_admin_sends_alerts_to_a_channel_and_a_member_may_not(place: Place) -> None:
    async with place.running() as bot:
        await place.connected(bot)
        asked = await place.discord.interact(
            place.alice, place.news, "alerts add", categories="Trade", offered=False
        )
        refused = (await asked.answer()).content
        answer = await place.say(place.boss, place.news, "alerts add", categories="Trade")
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        (card,) = await place.alerts(bot, place.news, 1)
        choices = await place.discord.autocomplete(
            place.alice, place.news, "follow", "categories", categories="chi"
        )

    assert "Only admins may use /alerts add." in refused
    assert "This channel now gets: Trade" in answer
    assert card.embeds[0]["title"] == "Soy Is Back"
    assert choices[0]["value"] == "China-U.S."


async def test_a_message_whose_answer_was_lost_comes_once(place: Place) -> None:
    async with place.running() as bot:
        await place.connected(bot)
        await place.say(place.boss, place.news, "alerts add", categories="Trade")
        place.discord.faults.next(faults.drop_after(), f"POST /channels/{place.news.id}/messages")
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.until(lambda: place.home.states() == ["sent"])

        assert len(await place.alerts(bot, place.news, 1)) == 1


@pytest.mark.slow
async def test_a_kill_between_accepted_and_recorded_brings_the_alert_once(place: Place) -> None:
    hang = faults.Hang(done=True)
    async with place.running() as bot:
        await place.connected(bot)
        await place.say(place.boss, place.news, "alerts add", categories="Trade")
        place.discord.faults.next(hang, f"POST /channels/{place.news.id}/messages")
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await hang.arrived.wait()
        await bot.kill()
    hang.release()
    place.discord.clock.advance(600)  # no nonce is remembered any more
    async with place.running() as bot:
        await bot.until(lambda: place.home.states() == ["sent"])

        assert len(await place.alerts(bot, place.news, 1)) == 1


async def test_a_wrong_token_alone_ends_the_bot_with_one_sentence(place: Place) -> None:
    place.home.settings["console"] = {"enabled": False}
    ended = await place.home.call("run", env={"DISCORD_TOKEN": "wrong"})

    assert ended.code == 1
    assert "DISCORD_TOKEN" in ended.err.strip().splitlines()[-1]


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

    assert "BAD discord commands" in before.out
    assert "ok  discord commands" in after.out
    assert (before.code, after.code, wrong.code) == (1, 0, 1)
    assert "DISCORD_TOKEN" in wrong.out
