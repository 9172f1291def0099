"""The cost of polls: the real poller on the real store, compared with a bare aiohttp loop.

Both request the same URLs equally often, in alternating rounds. The store is a file. All work of a poll is
counted: claim, fetch, decide, record, and the thread of the store.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from ipaddress import IPv4Network
from pathlib import Path
from statistics import median
from typing import Self

import aiohttp
import feedparser

from bench.bodies import POSTS, feed
from bench.meter import Spent, cpu_of, metered
from bench.report import Aim, heading, line, ratio, ratio_of
from bench.site import BODY, ETAG, LAST_MODIFIED, running_site
from bot.model import EVERYTHING, Cadence, FeedSettings, FeedState
from bot.pipeline.fetch.client import Fetcher, FetchSettings
from bot.pipeline.worker import Poller
from bot.ports import PollRecord, Store
from bot.sandbox.sandbox import Sandbox
from bot.shell.run import spare_collector
from storage import open_store

URLS = 1000
ROUNDS = 7
BEAT = 0.005  # seconds between two ticks of the poller; short, as the bare loop does not pause either
LOOKS = 4  # ticks between two checks whether all feeds have been polled
AT_ONCE = 50  # concurrent requests of the bare loop; as in the figures this is compared with
CHANGING = 60  # feeds that have a new post in each round
CHANGED_ROUNDS = 4
MOST = Aim(1.5)
_EVERY = 900.0  # seconds
_LOOPBACK = (IPv4Network("127.0.0.0/8"),)


@dataclass(slots=True)
class BenchClock:
    """A clock that can be moved forward, so that every feed is due again."""

    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """Return the present moment in UTC, moved by `ahead`."""
        return datetime.now(UTC) + self.ahead

    def forward(self) -> None:
        """Move on by two poll intervals, after which every healthy feed is due."""
        self.ahead += timedelta(seconds=2 * _EVERY)


@dataclass(slots=True)
class Bench:
    """The polling half of the bot, with its parts connected."""

    store: Store
    fetcher: Fetcher
    sandbox: Sandbox
    clock: BenchClock

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[Self]:
        """Open the parts on a temporary database."""
        with tempfile.TemporaryDirectory(prefix="bystander-bench-") as folder:
            store = await open_store(f"sqlite:///{Path(folder).as_posix()}/bench.db")
            try:
                async with Fetcher(FetchSettings(allow_networks=_LOOPBACK)) as fetcher, Sandbox() as sandbox:
                    yield cls(store, fetcher, sandbox, BenchClock())
            finally:
                await store.aclose()

    async def watch(self, urls: Sequence[str], state: FeedState | None = None) -> None:
        """Watch these feeds; `state`: the poll state of each, None for feeds never polled."""
        now = self.clock.now()
        await self.store.sync_feeds(
            [FeedSettings(name=f"Feed {number}", url=url, every=_EVERY) for number, url in enumerate(urls)],
            now,
        )
        if state:
            known = replace(state, baseline_at=now, last_success_at=now, last_full_at=now)
            feeds = await self.store.feeds()
            await self.store.record_polls([PollRecord(each.id, each.url, known, now) for each in feeds], now)

    async def round(self) -> Spent:
        """Make all feeds due and poll each once, as the scheduler would."""
        self.clock.forward()
        poller = Poller(
            self.store,
            self.fetcher,
            self.sandbox,
            self.clock,
            owner="bench",
            admins=(),
            on_news=lambda: None,
        )
        with metered() as spent:
            while await self._due():
                for _ in range(LOOKS):
                    await poller.tick()
                    await asyncio.sleep(BEAT)
            await poller.aclose()
        return spent

    async def _due(self) -> bool:
        due = await self.store.next_poll_at()
        return due is not None and due <= self.clock.now()


async def bare_round(session: aiohttp.ClientSession, urls: Sequence[str]) -> Spent:
    """Request every URL once, with the validators, and read the answers."""
    headers = {"If-None-Match": ETAG, "If-Modified-Since": LAST_MODIFIED}
    waiting = iter(urls)

    async def worker() -> None:
        for url in waiting:
            async with session.get(url, headers=headers) as response:
                await response.read()

    with metered() as spent:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(worker())
    return spent


async def unchanged(bases: Sequence[str], path: str, title: str, aim: Aim | None) -> None:
    """Compare rounds over feeds without new posts."""
    urls = [f"{bases[number % len(bases)]}/{path}/{number}" for number in range(URLS)]
    state = FeedState(
        etag=ETAG, last_modified=LAST_MODIFIED, body_hash=blake2b(BODY, digest_size=16).hexdigest()
    )
    ours, theirs = [], []
    async with Bench.open() as bench, aiohttp.ClientSession() as session:
        await bench.watch(urls, state)
        for _ in range(ROUNDS + 1):
            theirs.append(await bare_round(session, urls))
            ours.append(await bench.round())
        parsed = bench.sandbox.pid is not None
    del theirs[0], ours[0]  # first connections, first imports
    heading(f"{title} ({URLS:,} URLs, {ROUNDS} rounds in turn, CPU of the process)")
    for name, rounds in (("bare aiohttp loop", theirs), ("Bystander: claim, fetch, record", ours)):
        _line_of(name, rounds)
    ratio("Bystander / bare loop", ratio_of(_cpus(ours), _cpus(theirs)), aim)
    if parsed:
        raise RuntimeError("An unchanged body was parsed.")


def _line_of(name: str, rounds: Sequence[Spent]) -> None:
    share = median(each.collecting_share for each in rounds)
    line(name, median(each.cpu for each in rounds) / URLS * 1e6, "us/poll", f"garbage collector {share:.0%}")


async def changed(bases: Sequence[str]) -> None:
    """Compare rounds in which each feed has one new post with feedparser alone on similar bodies."""
    urls = [f"{bases[number % len(bases)]}/news/{number}" for number in range(CHANGING)]
    bodies = [feed(f"blog{number}") for number in range(CHANGING)]
    ours, theirs, child = [], [], []
    async with Bench.open() as bench:
        await bench.watch(urls)
        await _follow_everything(bench)
        first = await bench.round()
        for _ in range(CHANGED_ROUNDS):
            theirs.append(_feedparser_round(bodies))
            before = cpu_of(bench.sandbox.pid)
            ours.append(await bench.round())
            child.append(cpu_of(bench.sandbox.pid) - before)
        posts = (await bench.store.queue_health()).waiting
    if posts != CHANGING * CHANGED_ROUNDS:
        raise RuntimeError(f"{posts} alerts were made, not {CHANGING * CHANGED_ROUNDS}.")
    heading(f"changed polls ({CHANGING} feeds, one new post of {POSTS} each, {CHANGED_ROUNDS} rounds)")
    line("feedparser alone", CHANGING / median(_walls(theirs)), "posts/s")
    line("Bystander: fetch to outbox", CHANGING / median(_walls(ours)), "posts/s")
    line("  first polls, all posts new", CHANGING * POSTS / first.wall, "posts/s")
    line("feedparser alone, CPU", median(_cpus(theirs)) / CHANGING * 1e6, "us/poll")
    line("Bystander, CPU of the process", median(_cpus(ours)) / CHANGING * 1e6, "us/poll")
    line("  and of the child that parses", median(child) / CHANGING * 1e6, "us/poll")
    ratio("Bystander's time / feedparser's", ratio_of(_walls(ours), _walls(theirs)))
    both = [process + reader for process, reader in zip(_cpus(ours), child, strict=True)]
    ratio("Bystander's CPU, both / feedparser's", ratio_of(both, _cpus(theirs)))


def _cpus(rounds: Sequence[Spent]) -> list[float]:
    return [each.cpu for each in rounds]


def _walls(rounds: Sequence[Spent]) -> list[float]:
    return [each.wall for each in rounds]


def _feedparser_round(bodies: Sequence[bytes]) -> Spent:
    with metered() as spent:
        for body in bodies:
            feedparser.parse(body)
    return spent


async def _follow_everything(bench: Bench) -> None:
    await bench.store.follow(
        "console:bench",
        feed_id=None,
        include={EVERYTHING: "everything"},
        exclude={},
        cadence=Cadence.NOW,
        channel=False,
        mention="",
        by="console:bench",
        now=bench.clock.now(),
    )


async def run() -> None:
    """Run all comparisons of polls."""
    spare_collector()  # as `bystander run` does
    async with running_site() as bases:
        await unchanged(bases, "unchanged", "unchanged polls, 304, kept connections", MOST)
        await unchanged(bases, "fresh", "unchanged polls, 304, a new connection each (hours apart)", MOST)
        await unchanged(bases, "same", f"unchanged polls, 200 with the same {len(BODY):,} bytes", None)
        await changed(bases)


if __name__ == "__main__":
    asyncio.run(run())
