"""`kill -9` between "Slack accepted it" and "the bot recorded it": each place has each alert once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

import pytest

from tests.acceptance.publishing import draft, publish, publish_all
from tests.acceptance.slack_place import SlackPlace
from tests.fakes.slack.world import Channel

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal on Windows"),
    pytest.mark.slow,
]

POST = "chat.postMessage"


def arrived(place: SlackPlace, spots: Sequence[Channel]) -> int:
    """Return how many alerts there are in all places."""
    return sum(len(place.titles(spot)) for spot in spots)


def have_arrived(place: SlackPlace, spots: Sequence[Channel], number: int) -> bool:
    """Whether so many alerts are there."""
    return arrived(place, spots) >= number


async def test_a_kill_between_accepted_and_recorded_brings_each_alert_once(slack_place: SlackPlace) -> None:
    place = slack_place
    async with place.running() as bot:
        await place.connected(bot)
        spots = await place.everywhere()
        place.slack.faults.hang(POST, times=len(spots))
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.until(lambda: all(place.titles(spot) for spot in spots))
        await bot.kill()
    assert place.home.states() == ["sending"] * len(spots)
    place.slack.faults.heal()
    async with place.running() as bot:
        await bot.until(lambda: place.all_sent(len(spots)))
        place.blog.blog.edit(2001, title="Soy Is Gone")
        await bot.until(lambda: all(place.titles(spot) == ["Soy Is Gone"] for spot in spots))

    assert [len(place.alerts(spot)) for spot in spots] == [1] * len(spots)


async def test_a_kill_before_slack_accepted_brings_each_alert_all_the_same(slack_place: SlackPlace) -> None:
    place = slack_place
    async with place.running() as bot:
        await place.connected(bot)
        await place.add_alerts(place.news)
        place.slack.faults.delay(POST, 60)
        publish(place.blog, draft(1, "Soy Is Back", "Trade"))
        await bot.until(lambda: place.home.states() == ["sending"])
        await bot.kill()
    place.slack.faults.heal()
    before = place.titles(place.news)
    async with place.running() as bot:
        await bot.until(lambda: place.all_sent(1))

    assert place.titles(place.news) == ["Soy Is Back"]
    assert before in ([], ["Soy Is Back"])


async def test_kills_in_the_middle_of_bursts_bring_each_alert_once_and_in_order(
    slack_place: SlackPlace,
) -> None:
    place = slack_place
    place.home.settings["delivery"]["catch_up_after"] = 100
    titles: list[str] = []
    async with place.running() as bot:
        await place.connected(bot)
        spots = await place.everywhere()
    for kill in range(3):
        titles += publish_all(place.blog, [f"{kill} a", f"{kill} b"], "Trade", first=2 * kill)
        enough = arrived(place, spots) + 2 + kill
        async with place.running() as bot:
            await bot.until(partial(have_arrived, place, spots, enough))
            await bot.kill()
    async with place.running() as bot:
        await bot.until(lambda: place.all_sent(len(spots) * len(titles)))

    assert [place.titles(spot) for spot in spots] == [titles] * len(spots)


async def test_sigterm_amid_a_burst_loses_nothing_and_doubles_nothing(slack_place: SlackPlace) -> None:
    place = slack_place
    place.home.settings["delivery"]["catch_up_after"] = 100
    async with place.running() as bot:
        await place.connected(bot)
        spots = await place.everywhere()
        titles = publish_all(place.blog, ["One", "Two", "Three"], "Trade")
        await bot.until(lambda: any(place.titles(spot) for spot in spots))
        assert await bot.stop() == 0
    async with place.running() as bot:
        await bot.until(lambda: place.all_sent(len(spots) * len(titles)))

    assert [place.titles(spot) for spot in spots] == [titles] * len(spots)
