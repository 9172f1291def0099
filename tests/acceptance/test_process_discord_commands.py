"""Slash commands of the real bot: who may, where they are offered, and what is suggested."""

from __future__ import annotations

import pytest

from tests.acceptance.discord_place import Place
from tests.acceptance.publishing import draft, publish
from tests.fakes.discord.offers import NotOfferedError
from tests.fakes.discord.world import User


async def suggestions(place: Place, user: User, typed: str) -> list[str]:
    """Type a part of a category into /follow and return what is suggested."""
    choices = await place.discord.autocomplete(user, place.news, "follow", "categories", categories=typed)
    return [choice["value"] for choice in choices]


async def test_a_category_is_suggested_as_soon_as_a_post_is_filed_under_it(place: Place) -> None:
    async with place.running() as bot:
        await place.connected(bot)
        before = await suggestions(place, place.alice, "semi")
        await place.say(place.boss, place.news, "alerts add", categories="all")
        publish(place.blog, draft(1, "Chips Again", "Semiconductors"))
        await place.alerts(bot, place.news, 1)
        after = await suggestions(place, place.alice, "semi")
        answer = await place.say(place.alice, place.news, "follow", categories=after[0])

    assert "Semiconductors" not in before
    assert after == ["Semiconductors"]
    assert answer.startswith("You now get: Semiconductors; at once, by DM.")


async def test_half_a_name_is_completed_whatever_its_case_and_signs(place: Place) -> None:
    async with place.running() as bot:
        await place.connected(bot)
        found = [(await suggestions(place, place.alice, typed))[0] for typed in ("chi", "CHINA us", "trade")]

    assert found == ["China-U.S.", "China-U.S.", "Trade"]


async def test_an_admin_sends_alerts_to_a_channel(place: Place) -> None:
    other = place.guild.add_text("other")
    async with place.running() as bot:
        await place.connected(bot)
        here = await place.say(place.boss, place.news, "alerts add", categories="Trade")
        there = await place.say(place.boss, place.news, "alerts add", categories="Trade", channel=other)
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.until(lambda: place.all_sent(2))

    assert here.startswith("This channel now gets: Trade")
    assert f"<#{other.id}> now gets: Trade" in there
    assert place.titles(place.news) == place.titles(other) == ["Soy Is Back"]


async def test_admin_commands_are_offered_to_admins_in_servers_alone(place: Place) -> None:
    async with place.running() as bot:
        await place.connected(bot)
        for user, where in (
            (place.alice, place.news),
            (place.boss, place.discord.dm_of(place.boss)),
        ):
            with pytest.raises(NotOfferedError):
                await place.discord.interact(user, where, "alerts add", categories="Trade")


async def test_who_is_no_admin_is_refused_though_a_server_offers_them_the_command(place: Place) -> None:
    async with place.running() as bot:
        await place.connected(bot)
        for command in ("alerts add", "alerts remove"):
            asked = await place.discord.interact(
                place.alice, place.news, command, offered=False, categories="Trade"
            )
            assert f"Only admins may use /{command}." in (await asked.answer()).content
        await place.say(place.boss, place.news, "follow", categories="Trade")
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.until(lambda: place.all_sent(1))

    assert place.titles(place.news) == []
    assert place.titles(place.discord.dm_of(place.boss)) == ["Soy Is Back"]


async def test_an_admin_of_the_config_needs_no_permission_in_the_server(place: Place) -> None:
    place.home.settings["admins"]["discord"] = [str(place.alice.id)]
    async with place.running() as bot:
        await place.connected(bot)
        asked = await place.discord.interact(
            place.alice, place.news, "alerts add", offered=False, categories="Trade"
        )
        answer = (await asked.answer()).content

    assert answer.startswith("This channel now gets: Trade")


async def test_commands_are_registered_once_and_not_by_every_start(place: Place) -> None:
    for _ in range(2):
        async with place.running() as bot:
            await place.connected(bot)

    assert len(place.discord.requests_to("PUT /applications/")) == 1
