"""How many posts a second a database takes, matched and with their deliveries; used by `bench.scale`."""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import UTC, datetime

from bench.report import line, ratio
from bot.model import Cadence, FeedSettings, FeedState
from bot.ports import PollCommit, PollRecord, Store
from storage import open_store
from tests.contracts.store_samples import row as sample
from tests.fakes import postgres

PLACES, CATEGORIES, POSTS, AT_ONCE = 1_000, 100, 400, 8  # ten places follow each category
LATER = datetime(2100, 1, 1, tzinfo=UTC)


async def prepare(store: Store) -> None:
    """Let each place follow a category."""
    now = datetime.now(UTC)
    await store.sync_feeds([FeedSettings("Bench", "https://bench.example/feed/")], now)
    for number in range(PLACES):
        await store.follow(
            f"console:{number}",
            feed_id=None,
            include={f"c:topic{number % CATEGORIES}": "Topic"},
            exclude={},
            cadence=Cadence.NOW,
            channel=False,
            mention=None,
            by="bench",
            now=now,
        )


async def measured(url: str) -> float:
    """Return how many posts a second one process stores."""
    store = await open_store(url)
    await prepare(store)
    (feed,) = await store.feeds()

    async def some(first: int) -> None:
        for number in range(first, POSTS, AT_ONCE):
            now = datetime.now(UTC)
            record = PollRecord(feed.id, feed.url, FeedState(last_success_at=now), LATER)
            news = sample(f"post{number}", f"topic{number % CATEGORIES}")
            await store.commit_poll(PollCommit(record, new=(news,), at=now))

    began = time.perf_counter()
    await asyncio.gather(*(some(first) for first in range(AT_ONCE)))
    rate = POSTS / (time.perf_counter() - began)
    await store.aclose()
    return rate


async def report(memory: str | None) -> None:
    """Print the figures of both databases, in one run."""
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        sqlite = await measured(f"sqlite:///{folder}/bench.db")
    line("SQLite, posts for ten places each", sqlite, "a second")
    async with postgres.server().database() as url:
        rate = await measured(url)
    line("PostgreSQL, the same", rate, "a second")
    ratio("  against SQLite", rate / sqlite)
