"""The polling half of the bot with its parts connected, for the benches of polls."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network
from pathlib import Path
from typing import Self

from bench.bodies import feed
from bench.meter import Spent, cpu_of, metered
from bot import open_files
from bot.model import EVERYTHING, Cadence, FeedSettings, FeedState
from bot.pipeline.calls import PARSE_WINDOW, READ
from bot.pipeline.fetch.client import Fetcher, FetchSettings
from bot.pipeline.summarize.extract import Source
from bot.pipeline.windows import Windows
from bot.pipeline.worker import Poller, PollSettings
from bot.ports import NO_METER, Meter, PollRecord, Store
from bot.sandbox.lanes import Lanes
from bot.sandbox.sandbox import Sandbox
from bot.schedule import SCHEDULE
from storage import open_store

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
    lanes: Lanes
    clock: BenchClock
    windows: Windows

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[Self]:
        """Open the parts on a temporary database."""
        open_files.raise_limit()  # as `bystander run` does
        at_once = open_files.requests(open_files.limit())
        with tempfile.TemporaryDirectory(prefix="bystander-bench-") as folder:
            store = await open_store(f"sqlite:///{Path(folder).as_posix()}/bench.db")
            try:
                async with (
                    Fetcher(FetchSettings(allow_networks=_LOOPBACK, at_once=at_once)) as fetcher,
                    Sandbox() as sandbox,
                    Lanes(sandbox, seconds=60.0) as lanes,
                ):
                    yield cls(store, fetcher, lanes, BenchClock(), Windows())
            finally:
                await store.aclose()

    async def warm(self) -> float:
        """Start the children that parse, and let them import all they need; return their CPU seconds.

        They end when they have been idle for long, and a peer's figure has no start of a process either.
        """
        before, body = self.children_cpu, feed("warm")
        for child in self.lanes.quick:
            window = await child.run(PARSE_WINDOW, body, "", "", "", [])
            await child.run(READ, [Source(each.html, each.title, "") for each in window.feed.entries[:1]])
        return self.children_cpu - before

    async def watch(self, urls: Sequence[str], state: FeedState | None = None) -> None:
        """Watch these feeds; `state`: the poll state of each, None for feeds never polled."""
        now = self.clock.now()
        await self.store.sync_feeds(
            [FeedSettings(name=f"Feed {number}", url=url, every=_EVERY) for number, url in enumerate(urls)],
            now,
        )
        if state:
            known = state._replace(baseline_at=now, last_success_at=now, last_full_at=now)
            feeds = await self.store.feeds()
            await self.store.record_polls([PollRecord(each.id, each.url, known, now) for each in feeds], now)

    async def follow_everything(self) -> None:
        """Let the console follow all posts."""
        await self.store.follow(
            "console:bench",
            feed_id=None,
            include={EVERYTHING: "everything"},
            exclude={},
            cadence=Cadence.NOW,
            channel=False,
            mention="",
            by="console:bench",
            now=self.clock.now(),
        )

    async def round(self) -> Spent:
        """Make all feeds due and poll each once, as the scheduler would.

        The CPU includes that of the children that parse.
        """
        self.clock.forward()
        poller = self.poller(grace=300.0)
        before = self.children_cpu
        with metered() as spent:
            while await self.due():
                await poller.tick()
                await asyncio.sleep(SCHEDULE.fastest_beat)
            await poller.aclose()
        spent.cpu += self.children_cpu - before
        return spent

    def poller(self, grace: float, meter: Meter = NO_METER) -> Poller:
        """Return a new poller; what is remembered of documents is that of the former one."""
        return Poller(
            self.store,
            self.fetcher,
            self.lanes,
            self.clock,
            owner="bench",
            admins=(),
            on_news=lambda: None,
            settings=PollSettings(grace=grace),
            windows=self.windows,
            meter=meter,
        )

    @property
    def children_cpu(self) -> float:
        """The CPU seconds of the children that parse, and of children that have ended."""
        ended = os.times()
        running = sum(cpu_of(each.pid) for each in self.lanes.quick)
        return running + ended.children_user + ended.children_system

    async def due(self) -> bool:
        """Return whether a feed is due."""
        due = await self.store.next_poll_at()
        return due is not None and due <= self.clock.now()
