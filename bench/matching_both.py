"""The cost of a post among many subscriptions on PostgreSQL against SQLite, and among like phrases.

`python -m bench.matching_both [SUBSCRIPTIONS]`: the same rows in both, in one run; posts in rounds in turn.
Neither waits for its disk where there is a /dev/shm.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.matching import LONG, NOW, poll_with, post_row
from bench.posting import MEMORY
from bench.report import heading, line, ratio, ratio_of
from bot.model import Feed, FeedSettings
from bot.ports import Store
from storage import open_store
from tests.fakes import postgres

SIZE, FOLLOWERS, ROUNDS = 1_000_000, 10_000, 5
ALIKE = 50_000  # phrases that begin with the same word
OPENING = f"the {LONG}"
# In both dialects; see `bench.matching`.
_FILL = (
    """INSERT INTO destinations (id, address, platform, created_at)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {size})
    SELECT i, 'discord:channel-' || i, 'discord', 0 FROM n""",
    """INSERT INTO subscriptions
        (id, destination_id, feed_id, cadence, channel, created_by, created_at, excludes)
    SELECT id, id, CASE WHEN id % 2 = 0 THEN 0 ELSE {feed} END, 'now', 1, 'bench', 0,
        CASE WHEN id % 10 = 0 THEN 1 ELSE 0 END FROM destinations""",
    """INSERT INTO filters (subscription_id, excluded, term, name)
    SELECT id, 0, 'c:topic' || (id * 7919 % {topics}), 'Topic' FROM subscriptions""",
    """INSERT INTO filters (subscription_id, excluded, term, name)
    SELECT id, 1, 'c:unwanted', 'Unwanted' FROM subscriptions WHERE excludes = 1""",
)
_ALIKE = """INSERT INTO filters (subscription_id, excluded, term, name)
SELECT id, 0, 'w:the next' || id, 'words' FROM subscriptions WHERE id <= {alike}"""


@dataclass(frozen=True, slots=True)
class Ground:
    """A store with subscriptions."""

    store: Any  # the port cannot insert a million at once
    feed: Feed

    async def run(self, *statements: str) -> None:
        """Run statements in one transaction."""
        async with self.store._database.transaction() as connection:  # noqa: SLF001 -- see above
            run = connection.run if hasattr(connection, "run") else connection.execute
            for statement in statements:
                await run(statement)

    async def publish(self, name: str) -> float:
        """Commit a poll with one post, as the poller does; return the seconds."""
        began = time.perf_counter()
        made = await self.store.commit_poll(poll_with(self.feed, new=[post_row(name, text=OPENING)]))
        if made != FOLLOWERS:
            raise AssertionError(f"{made} deliveries instead of {FOLLOWERS}")
        return time.perf_counter() - began


@asynccontextmanager
async def filled(url: str, size: int) -> AsyncIterator[Ground]:
    """Open a store and fill it."""
    store: Store = await open_store(url)
    feed = await store.add_feed(FeedSettings("Blog", "https://blog.example/feed/"), NOW, by="console:bench")
    ground = Ground(store, feed)
    values = {"size": size, "feed": feed.id, "topics": size // FOLLOWERS}
    await ground.run(*(each.format(**values) for each in _FILL))
    if url.startswith("postgresql"):
        await ground.run("ANALYZE")
    yield ground
    await store.aclose()


async def rounds(grounds: Sequence[Ground], name: str) -> list[list[float]]:
    """Return the seconds of each round on each ground."""
    times: list[list[float]] = [[] for _ in grounds]
    for number in range(ROUNDS):
        for at, ground in enumerate(grounds):
            times[at].append(await ground.publish(f"{name} {number}"))
    return times


async def main(size: int) -> None:
    """Print the figures."""
    heading(f"a post to {FOLLOWERS:,} of {size:,} subscriptions")
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.exists() else None))
        url = await stack.enter_async_context(postgres.server().database())
        grounds = [
            await stack.enter_async_context(filled(each, size)) for each in (f"sqlite:///{folder}/b.db", url)
        ]
        before = await rounds(grounds, "post")
        for name, times in zip(("SQLite", "PostgreSQL"), before, strict=True):
            line(name, 1000 * median(times), "ms")
        ratio("  PostgreSQL against SQLite", ratio_of(before[1], before[0]))
        for ground in grounds:
            await ground.run(_ALIKE.format(alike=ALIKE))
        after = await rounds(grounds, "phrases")
        for name, with_them, without in zip(("SQLite", "PostgreSQL"), after, before, strict=True):
            note = f"{ALIKE:,} phrases begin with a word of the post"
            line(f"{name}, among phrases", 1000 * median(with_them), "ms", note)
            ratio("  against without", ratio_of(with_them, without))


if __name__ == "__main__":
    try:
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else SIZE))
    finally:
        postgres.stop()
