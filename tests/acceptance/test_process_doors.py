"""Two processes on one database and one Discord: one listens, both work, and either may be killed."""

from __future__ import annotations

import sys

import psycopg
import pytest

from tests.acceptance.discord_place import CATEGORY, Place
from tests.acceptance.publishing import draft, publish
from tests.fakes import postgres

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal on Windows"),
    pytest.mark.slow,
]

UNDER_WAY = "SELECT 1 FROM procrastinate_jobs WHERE status = 'doing' LIMIT 1"


async def test_when_the_process_that_listens_is_killed_another_one_answers(place: Place) -> None:
    discord = place.discord
    place.home.feed["every"] = "1s"
    async with postgres.server().database() as url:
        place.home.settings["database"] = url
        async with place.running() as first, place.running() as second:
            await place.connected(first)
            await second.ready()
            await second.until(lambda: any("this one stands by" in each.log for each in (first, second)))
            holder, other = (second, first) if "this one stands by" in first.log else (first, second)
            answer = await place.say(place.alice, place.news, "follow", categories=CATEGORY)
            acknowledged = len(discord.requests_to("POST /interactions/"))
            with psycopg.connect(url, autocommit=True) as connection:
                # A job of a process that died waits for half a minute: kill it between two.
                await other.until(lambda: connection.execute(UNDER_WAY).fetchone() is None)
            await holder.kill()
            publish(place.blog, draft(1, "Soy Is Back", CATEGORY))
            await other.until(lambda: "This process listens on Discord now." in other.log)
            await discord.wait_until(lambda: len(discord.sent_identifies) == 2)
            await discord.wait_for_sessions()
            again = await place.say(place.alice, place.news, "following")
            await place.alerts(other, discord.dm_of(place.alice), 1)

    assert answer.startswith("You now get"), answer
    assert "Trade" in again
    assert acknowledged == 1, "one of two answered"
    assert len(discord.requests_to("POST /interactions/")) == 2
    assert place.titles(discord.dm_of(place.alice)) == ["Soy Is Back"]
