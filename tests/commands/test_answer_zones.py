"""Every time in an answer is in the zone of the config, which is named behind it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.model import FeedState
from bot.ports import Failed, Sent
from tests.commands.room import NOW, Room, post_row

# Before and after the clocks of Berlin go forward, which they do on 26 March 2023.
WINTER, SUMMER = "27 Nov 2022, 00:41 Europe/Berlin", "28 May 2023, 01:41 Europe/Berlin"
ANY_TIME = re.compile(r"\d\d:\d\d (\S+?)[.;,)]?(?=\s|$|:)")


@pytest.fixture
def there(room: Room) -> Room:
    """The room in Berlin."""
    return replace(room, zone=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    "line",
    [
        "/latest",
        "/find rates",
        "/why",
        "/health",
        "/feeds list",
        "/alerts log",
        "/why https://blog.example/2022/40/a-post/",
    ],
)
async def test_no_answer_shows_another_zone(there: Room, line: str) -> None:
    (feed,) = await there.store.feeds()
    await there.say("/follow all")
    await there.say("/alerts add all", admin=True, place="news")
    await there.publish(feed, post_row(40, "Fresh", ("Trade",)))
    for claim in await there.claim():
        outcome = (
            Sent(claim, "r", NOW)
            if claim.destination.address == "console:alice"
            else Failed(claim, "no", NOW)
        )
        await there.settle(outcome)
    reply = await there.say(line, admin=True, place="news")
    zones = ANY_TIME.findall(reply.text)

    assert zones, reply.text
    assert set(zones) == {"Europe/Berlin"}, reply.text


async def test_summer_time_is_kept(there: Room) -> None:
    (feed,) = await there.store.feeds()
    await there.report(feed, FeedState(last_success_at=NOW))
    winter = (await there.say("/feeds list", admin=True)).text
    await there.report(feed, FeedState(last_success_at=NOW + timedelta(days=182)))
    summer = (await there.say("/feeds list", admin=True)).text

    assert f"last read {WINTER}" in winter
    assert f"last read {SUMMER}" in summer
