"""What deliveries cost when several processes share one PostgreSQL, against one process on SQLite.

`python -m bench.scale`. Each process is a job engine whose messages are sent at once, so the figures are the
database's and the engine's own. CPU time is that of the bots and of the server together, for each delivery.
The server of the bench does not wait for its disk, nor does SQLite here: both are in memory where there is
a /dev/shm.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil

from bench import posting
from bench.report import heading, line, ratio
from bench.server import cpu_of, server_cpu
from bot.model import Cadence, Claim, Feed, FeedSettings, FeedState
from bot.pipeline.batcher import Batcher
from bot.ports import EngineSettings, PollCommit, PollRecord, Sent, Settlement, Store
from storage import open_store
from tests.contracts.store_samples import row as sample
from tests.fakes import postgres

DESTINATIONS, POSTS = 1_000, 3
BATCH = 100
PLATFORM = "console"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a round took: seconds by the clock, and CPU seconds of bots and server."""

    wall: float
    bots: float
    server: float

    @property
    def rate(self) -> float:
        """Deliveries a second."""
        return DESTINATIONS * POSTS / self.wall

    @property
    def each(self) -> float:
        """CPU milliseconds a delivery."""
        return 1000 * (self.bots + self.server) / (DESTINATIONS * POSTS)


class Work:
    """`bot.ports.Work` of a process that sends at once."""

    def __init__(self, store: Store) -> None:
        self._records = Batcher[Settlement](store.settle)

    def now(self) -> datetime:
        """Return the present moment."""
        return datetime.now(UTC)

    def reachable(self) -> Sequence[str]:
        """Return the only platform."""
        return [PLATFORM]

    def room(self, platform: str) -> int:  # noqa: ARG002 -- there is one
        """Return how many messages can be sent now."""
        return BATCH

    async def poll(self, feed: Feed) -> None:
        """Is not called: no feed is due."""
        raise NotImplementedError

    async def deliver(self, claim: Claim, since: float) -> None:  # noqa: ARG002 -- no attempt takes time here
        """Record a message as sent."""
        await self._records.add(Sent(claim, "reference", datetime.now(UTC)))

    async def keep_house(self) -> None:
        """Do nothing; there is nothing to keep."""


async def work(url: str, owner: str) -> None:
    """Be one of the processes, until nothing waits."""
    store = await open_store(url)
    settings = EngineSettings(
        owner=owner,
        platforms=(PLATFORM,),
        polls_at_once=1,
        lanes_at_once=16,
        lane_time=5,
        poll_lease=300,
        delivery_lease=90,
        catch_up_after=100,
        beat=1,
        grace=5,
    )
    engine, stop = store.engine(settings), asyncio.Event()
    assert engine is not None
    async with asyncio.TaskGroup() as group:
        group.create_task(engine.run(Work(store), stop, lambda error: sys.exit(repr(error))))
        while (await store.queue_health()).waiting:  # noqa: ASYNC110 -- other processes do the work
            await asyncio.sleep(0.2)
        stop.set()
    await store.aclose()


async def fill(store: Store) -> None:
    """Let POSTS posts wait for each of the destinations. No feed is due."""
    now, later = datetime.now(UTC), datetime(2100, 1, 1, tzinfo=UTC)
    settings = FeedSettings("Bench", "https://bench.example/feed/")
    await store.sync_feeds([settings], now)
    (feed,) = await store.feeds()
    for number in range(DESTINATIONS):
        await store.follow(
            f"{PLATFORM}:{number}",
            feed_id=None,
            include={"*": "everything"},
            exclude={},
            cadence=Cadence.NOW,
            channel=False,
            mention=None,
            by="bench",
            now=now,
        )
    record = PollRecord(feed.id, feed.url, FeedState(last_success_at=now), later)
    for number in range(POSTS):
        post = sample(f"post{number}", "Trade")
        await store.commit_poll(PollCommit(record, new=(post,), at=now))


async def on_sqlite() -> Cost:
    """Empty the outbox in this process, without sends, as the loop of the outbox does."""
    with tempfile.TemporaryDirectory(dir=posting.MEMORY if posting.MEMORY.exists() else None) as folder:
        store = await open_store(f"sqlite:///{folder}/bench.db")
        await fill(store)
        wall, cpu = time.perf_counter(), time.process_time()
        while claims := await _claims(store):
            await store.settle([Sent(claim, "reference", datetime.now(UTC)) for claim in claims])
        cost = Cost(time.perf_counter() - wall, time.process_time() - cpu, 0.0)
        await store.aclose()
    return cost


async def _claims(store: Store) -> list[Claim]:
    return await store.claim(
        "bench", datetime.now(UTC), lease=180, limit=BATCH, platforms=[PLATFORM], catch_up_after=100
    )


async def on_postgres(processes: int) -> Cost:
    """Let so many processes empty the outbox."""
    async with postgres.server().database() as url:
        store = await open_store(url)
        await fill(store)
        server, wall = server_cpu(), time.perf_counter()
        command = [sys.executable, "-m", "bench.scale", "work", url]
        bots = [subprocess.Popen([*command, str(number)]) for number in range(processes)]  # noqa: ASYNC220 -- waited for below
        try:
            while (await store.queue_health()).waiting:  # noqa: ASYNC110 -- other processes do the work
                await asyncio.sleep(0.02)
            wall = time.perf_counter() - wall
            spent = sum(cpu_of(psutil.Process(bot.pid)) for bot in bots)
            server = server_cpu() - server
            for bot in bots:
                assert await asyncio.to_thread(bot.wait) == 0
        finally:
            for bot in bots:
                bot.kill()
                bot.wait()
        await store.aclose()
    return Cost(wall, spent, server)


async def main() -> None:
    """Print the figures of each."""
    heading(f"{DESTINATIONS * POSTS:,} deliveries to {DESTINATIONS:,} places, sent at once")
    sqlite = await on_sqlite()
    line("SQLite, one process", sqlite.rate, "a second", f"{sqlite.each:.2f} ms of CPU each")
    for number in posting.PROCESSES:
        cost = await on_postgres(number)
        line(posting.name_of(number), cost.rate, "a second", f"{cost.each:.2f} ms of CPU each")
        ratio("  CPU a delivery, against SQLite", cost.each / sqlite.each)
        ratio("  of them the server", cost.server / (cost.bots + cost.server))
    await posting.report()


if __name__ == "__main__":
    try:
        asyncio.run(work(*sys.argv[2:]) if sys.argv[1:2] == ["work"] else main())
    finally:
        postgres.stop()
