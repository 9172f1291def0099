"""`kill -9` between "Discord accepted it" and "the bot recorded it": each place has each alert once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

import pytest

from tests.acceptance.discord_place import CATEGORY, Place, Spot
from tests.acceptance.publishing import draft, publish
from tests.fakes.discord.faults import Hang

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal on Windows"),
    pytest.mark.slow,
]

LONG = 600  # seconds after which no nonce is remembered


def arrived(place: Place, spots: Sequence[Spot]) -> int:
    """Return how many alerts there are in all places."""
    return sum(len(place.titles(spot)) for spot in spots)


def has_arrived(place: Place, spots: Sequence[Spot], number: int) -> bool:
    """Whether so many alerts are there."""
    return arrived(place, spots) >= number


async def killed_while_hanging(place: Place, *, done: bool) -> list[Spot]:
    """Kill the bot while an alert to each kind of place is without an answer; `done`: it is there."""
    hangs = {name: Hang(done=done) for name in ("text", "thread", "forum", "person")}
    async with place.running() as bot:
        await place.connected(bot)
        spots = await place.everywhere()
        for spot in spots:
            place.discord.faults.next(hangs[spot.name], spot.sends)
        publish(place.blog, draft(1, "Soy Is Back", CATEGORY))
        await bot.until(lambda: all(hang.arrived.is_set() for hang in hangs.values()))
        await bot.kill()
    assert place.home.states() == ["sending"] * len(spots)
    return spots


def check_once(place: Place, spots: Sequence[Spot], titles: Sequence[str]) -> None:
    """Every place has every title once, in order; the posts of a forum have no order but their age."""
    found = {spot.name: place.titles(spot) for spot in spots}

    assert found == {spot.name: list(titles) for spot in spots}


async def test_a_kill_between_accepted_and_recorded_brings_each_alert_once(place: Place) -> None:
    spots = await killed_while_hanging(place, done=True)
    assert all(place.titles(spot) for spot in spots), "they were accepted"
    place.discord.clock.advance(LONG)
    place.discord.faults.heal()
    async with place.running() as bot:
        await bot.until(lambda: place.all_sent(len(spots)))

    check_once(place, spots, ["Soy Is Back"])


async def test_the_message_that_was_found_after_a_kill_is_the_one_that_is_edited(place: Place) -> None:
    spots = await killed_while_hanging(place, done=True)
    place.discord.clock.advance(LONG)
    place.discord.faults.heal()
    async with place.running() as bot:
        await bot.until(lambda: place.all_sent(len(spots)))
        place.blog.blog.edit(2001, title="Soy Is Gone")
        await bot.until(lambda: all(place.titles(spot) == ["Soy Is Gone"] for spot in spots))

    check_once(place, spots, ["Soy Is Gone"])


async def test_a_kill_before_discord_accepted_brings_each_alert_all_the_same(place: Place) -> None:
    hang = Hang()
    async with place.running() as bot:
        await place.connected(bot)
        await place.add_alerts(place.news)
        place.discord.faults.next(hang, f"POST /channels/{place.news.id}/messages")
        publish(place.blog, draft(1, "Soy Is Back", CATEGORY))
        await bot.until(hang.arrived.is_set)
        await bot.kill()
    assert place.titles(place.news) == []
    async with place.running() as bot:
        await bot.until(lambda: place.all_sent(1))

    assert place.titles(place.news) == ["Soy Is Back"]


async def test_kills_in_the_middle_of_bursts_bring_each_alert_once_and_in_order(place: Place) -> None:
    place.home.settings["delivery"]["catch_up_after"] = 100
    titles: list[str] = []
    async with place.running() as bot:
        await place.connected(bot)
        spots = await place.everywhere()
        more = [place.guild.add_text(f"news-{number}") for number in range(6)]
        await place.add_alerts(*more)
    spots += [Spot(channel.name, channel, "") for channel in more]
    for kill in range(3):
        enough, published = arrived(place, spots) + 3 + 2 * kill, len(titles)
        for number in range(2):
            titles.append(f"{number} of {kill}")
            publish(place.blog, draft(published + number, titles[-1], CATEGORY))
        async with place.running() as bot:
            await bot.until(partial(has_arrived, place, spots, enough))
            await bot.kill()
        place.discord.clock.advance(LONG)
    async with place.running() as bot:
        await bot.until(lambda: place.all_sent(len(spots) * len(titles)))

    check_once(place, spots, titles)
