"""How many posts a second a database takes, matched and with their deliveries, from one process and several.

`python -m bench.posting`; a part of `bench.scale`. Each process stores posts of feeds of its own, as no feed
is polled twice at a time. What a connection does for the first time, such as making plans, is done before the
clock starts. CPU time is that of the processes and of the server together.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from bench.process import ROOT
from bench.report import heading, line, ratio
from bench.server import server_cpu
from bot.model import Cadence, FeedSettings, FeedState
from bot.ports import PollCommit, PollRecord, Store
from storage import open_store
from tests.contracts.store_samples import row as sample
from tests.fakes import postgres

PLACES, CATEGORIES, POSTS, AT_ONCE = 1_000, 100, 1_600, 8
FOLLOWERS = PLACES // CATEGORIES  # of each category, and so deliveries of a post
WARM_UP = 160  # posts of each process before the clock starts
PROCESSES = (1, 2, 4)
MEMORY = Path("/dev/shm")
LATER = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cost:
    """What storing POSTS took: seconds by the clock, and CPU seconds of processes and server."""

    wall: float
    bots: float
    server: float

    def print(self, name: str, than: Cost | None = None) -> None:
        """Print the figures, and how they compare with another database's."""
        each = 1000 * (self.bots + self.server) / POSTS
        note = f"{each:.2f} ms of CPU each, {each / FOLLOWERS:.2f} a delivery"
        line(name, POSTS / self.wall, "a second", note)
        if than is not None:
            ratio("  posts a second, against SQLite", than.wall / self.wall)
            ratio("  CPU a post, against SQLite", (self.bots + self.server) / than.bots)
            ratio("  of it the server", self.server / (self.bots + self.server))


async def prepare(store: Store) -> None:
    """Let each place follow a category, and make the feeds of all processes."""
    now, feeds = datetime.now(UTC), AT_ONCE * max(PROCESSES)
    await store.sync_feeds(
        [FeedSettings(f"Bench {each}", f"https://bench.example/{each}/") for each in range(feeds)], now
    )
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


async def post(store: Store, process: int, name: str, posts: int) -> float:
    """Store so many posts of the feeds of a process; return the CPU seconds of this one."""
    feeds = sorted(await store.feeds(), key=lambda feed: feed.id)[process * AT_ONCE :][:AT_ONCE]
    began = time.process_time()

    async def some(first: int) -> None:
        for number in range(first, posts, AT_ONCE):
            feed, now = feeds[first], datetime.now(UTC)
            record = PollRecord(feed.id, feed.url, FeedState(last_success_at=now), LATER)
            news = sample(f"{name}-{process}-{number}", f"topic{number % CATEGORIES}")
            await store.commit_poll(PollCommit(record, new=(news,), at=now))

    await asyncio.gather(*(some(first) for first in range(AT_ONCE)))
    return time.process_time() - began


async def work(url: str, process: int, posts: int) -> None:
    """Be one of the processes: get ready, wait for a line, store posts, and say what CPU time that took."""
    store = await open_store(url)
    await post(store, process, "warm-up", WARM_UP)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print(await post(store, process, "post", posts), flush=True)
    await asyncio.to_thread(
        sys.stdin.readline
    )  # so that the server's CPU time is read before connections end
    await store.aclose()


async def on_sqlite() -> Cost:
    """Store the posts in this process."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.exists() else None) as folder:
        store = await open_store(f"sqlite:///{folder}/bench.db")
        await prepare(store)
        await post(store, 0, "warm-up", WARM_UP)
        began = time.perf_counter()
        cpu = await post(store, 0, "post", POSTS)
        cost = Cost(time.perf_counter() - began, cpu, 0.0)
        await store.aclose()
    return cost


async def on_postgres(processes: int) -> Cost:
    """Let so many processes store the posts, each its share."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(postgres.server().database())
        store = await open_store(url)
        await prepare(store)
        await store.aclose()
        await _analyze(url)
        bots = [await _started(url, number, POSTS // processes) for number in range(processes)]
        for bot in bots:
            stack.push_async_callback(bot.communicate, b"end\n")
        await _told(bots)
        server, began = server_cpu(), time.perf_counter()
        for bot in bots:
            assert bot.stdin is not None
            bot.stdin.write(b"go\n")
        spent = await _told(bots)
        return Cost(time.perf_counter() - began, sum(map(float, spent)), server_cpu() - server)


async def _analyze(url: str) -> None:
    """Gather the statistics by which statements are planned, as a server does by itself after a minute."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("ANALYZE")


async def _started(url: str, number: int, posts: int) -> Process:
    arguments = ("-m", "bench.posting", "work", url, str(number), str(posts))
    return await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, stdin=PIPE, stdout=PIPE)


async def _told(bots: Sequence[Process]) -> list[bytes]:
    """Return the next line of each process."""
    lines = []
    for bot in bots:
        assert bot.stdout is not None
        lines.append(await bot.stdout.readline())
    if not all(lines):
        raise RuntimeError("A process of the bench ended early.")
    return lines


def name_of(processes: int) -> str:
    """Return what a figure of so many processes is called."""
    return f"PostgreSQL, {processes} process{'es' * (processes > 1)}"


async def report() -> None:
    """Print the figures of both databases, in one run."""
    heading(f"{POSTS:,} posts to {FOLLOWERS} places each, {AT_ONCE} at a time in each process")
    sqlite = await on_sqlite()
    sqlite.print("SQLite, one process")
    for number in PROCESSES:
        (await on_postgres(number)).print(name_of(number), sqlite)


if __name__ == "__main__":
    try:
        if sys.argv[1:2] == ["work"]:
            asyncio.run(work(sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
        else:
            asyncio.run(report())
    finally:
        postgres.stop()
