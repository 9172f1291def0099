"""How long the status page and the metrics take among ten thousand feeds, and how long others wait.

Used by `bench.commands`, on its database.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import aiohttp

from bench.library import NEWEST
from bench.report import Aim, Verdicts, heading
from bot.ports import Store
from bot.web.access import Access
from bot.web.reading import FRESH
from bot.web.server import WebServer
from storage.shared.overview import DAY

FEEDS = 10_000
AIM = Aim(300, "ms")
LAG = Aim(50, "ms")
ROUNDS = 7
_TICK = 0.001  # seconds

_MORE_FEEDS = """
INSERT INTO feeds (name, name_fold, settings_url, url, every, announce_latest, categories, aliases,
    api_base, origin, next_poll_at, state, last_success_at, last_full_at)
SELECT 'More ' || value, 'more' || value, 'm' || value, 'm' || value, 900, 0, '[]', '{}', 'off', 'chat',
    :due, iif(value % 50, :well, :failing), :now, :now
FROM (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < :more)
    SELECT * FROM n)
"""
_DAYS = """
INSERT OR IGNORE INTO poll_days
WITH RECURSIVE d (day) AS (SELECT :last - 13 UNION ALL SELECT day + 1 FROM d WHERE day < :last)
SELECT day, id, 96, id % 3 FROM d CROSS JOIN feeds
"""


class Moving:
    """A clock that moves on far enough that nothing is cached."""

    def __init__(self) -> None:
        self.time = NEWEST + timedelta(seconds=1)

    def now(self) -> datetime:
        """Return the time."""
        return self.time


def add_feeds(path: Path) -> None:
    """Add feeds until there are FEEDS, one in fifty in trouble, each polled for two weeks."""
    now = int(NEWEST.timestamp() * 1000)
    well = {"baseline_at": now, "etag": '"0123456789abcdef"'}
    failing = {**well, "failures": 3, "failing_since": now, "last_error": "HTTP 500"}
    with closing(sqlite3.connect(path)) as connection, connection:
        (there,) = connection.execute("SELECT count(*) FROM feeds").fetchone()
        values = {
            "due": now + 60_000,
            "now": now,
            "well": json.dumps(well),
            "failing": json.dumps(failing),
            "more": FEEDS - there,
            "last": now // DAY,
        }
        connection.execute(_MORE_FEEDS, values)
        connection.execute(_DAYS, values)


async def pages(store: Store, verdicts: Verdicts) -> None:
    """Ask a real server for both, and measure how long the event loop was busy with them."""
    clock = Moving()
    server = WebServer(
        "127.0.0.1",
        0,
        store=store,
        clock=clock,
        loops=lambda: {"poll": True},
        adapters=lambda: {"console": True},
        access=Access("127.0.0.1"),
    )
    async with server, aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session:
        for path in ("/", "/metrics"):
            times: list[float] = []
            sizes = 0
            async with lag() as longest:
                for _ in range(ROUNDS):
                    clock.time += FRESH
                    began = time.perf_counter()
                    async with session.get(path) as answer:
                        sizes = len(await answer.read())
                    times.append((time.perf_counter() - began) * 1000)
            verdicts.figure(f"GET {path} ({sizes / 1000:,.0f} kB)", median(times), "ms", AIM)
            verdicts.figure("  the longest that others waited", longest[0], "ms", LAG)


@asynccontextmanager
async def lag() -> AsyncIterator[list[float]]:
    """Measure the longest time between two turns of a task that asks for one each millisecond."""
    longest = [0.0]

    async def tick() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_TICK)
            longest[0] = max(longest[0], (time.perf_counter() - began - _TICK) * 1000)

    ticking = asyncio.create_task(tick())
    try:
        yield longest
    finally:
        ticking.cancel()


async def among_many_feeds(path: Path, store: Store, verdicts: Verdicts) -> None:
    """Measure among FEEDS feeds."""
    await asyncio.to_thread(add_feeds, path)
    heading(f"{FEEDS:,} feeds")
    await pages(store, verdicts)
