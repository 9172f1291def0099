"""Stores the outcomes of polls, and retries while the store refuses."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from bot.clock import Clock
from bot.errors import StoreError, UnstorableError
from bot.logs.outage import OutageLog
from bot.model import Feed
from bot.pipeline.batcher import RETRY, Batcher
from bot.ports import NO_METER, Meter, PollCommit, PollOutcome, PollRecord, PostKind

_log = logging.getLogger(__name__)
GATHER = 0.02  # seconds for more outcomes without posts, so that one transaction stores them


class ResultStore(Protocol):
    """The part of the store that saves results; see `bot.ports.FeedStore`."""

    async def record_polls(self, records: Sequence[PollRecord], now: datetime) -> None:
        """Store outcomes without posts, in one transaction."""
        ...

    async def commit_poll(self, commit: PollCommit) -> int:
        """Store an outcome with posts; return the number of deliveries created."""
        ...


class PollResults:
    """Stores outcomes: those with posts individually, the others many in one transaction.

    `on_news` is called when there may be something to deliver. `seconds`: how long storing posts is retried
    while the store refuses (disk full); after that they are fetched again.
    """

    def __init__(
        self,
        store: ResultStore,
        clock: Clock,
        on_news: Callable[[], None],
        *,
        seconds: float,
        meter: Meter = NO_METER,
    ) -> None:
        self._store = store
        self._clock = clock
        self._on_news = on_news
        self._seconds = seconds
        self._meter = meter
        self._records = Batcher[PollRecord](self._write, gather=GATHER)
        self._outage = OutageLog("Storing posts")

    @property
    def refused(self) -> bool:
        """Whether the store refused the last outcomes without posts."""
        return self._records.refused

    async def save(self, feed: Feed, result: PollRecord | PollCommit) -> None:
        """Store an outcome; return once it is stored."""
        if isinstance(result, PollCommit):
            deliveries = await self._commit(result)
            self._tell(feed.settings.name, result, deliveries)
            self._on_news()
        else:
            await self._records.add(result)
            if result.notices:
                self._on_news()
        self._count(feed.settings.name, result)

    def _tell(self, name: str, commit: PollCommit, deliveries: int) -> None:
        """Log and count what a poll brought."""
        silent = sum(row.silent for row in commit.new)
        counts = (len(commit.new) - silent, silent, len(commit.changed))
        text = "%s: %d new, %d silent, %d changed, %d deliveries"
        _log.info(text, name, *counts, deliveries, extra={"feed": name})
        for kind, number in zip(PostKind, counts, strict=True):
            self._meter.posts(name, kind, number)

    def _count(self, name: str, result: PollRecord | PollCommit) -> None:
        """Count a poll."""
        record = result.record if isinstance(result, PollCommit) else result
        brought = isinstance(result, PollCommit) and bool(result.new)
        outcome = PollOutcome.NEWS if brought else PollOutcome.UNCHANGED
        self._meter.polled(name, PollOutcome.FAILED if record.state.failures else outcome)

    async def aclose(self, within: float) -> None:
        """Wait up to `within` seconds until the queued outcomes without posts are stored."""
        await self._records.aclose(within)

    async def _commit(self, commit: PollCommit) -> int:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._seconds
        while True:
            try:
                deliveries = await self._store.commit_poll(commit)
            except StoreError as error:
                if isinstance(error, UnstorableError) or loop.time() >= deadline:
                    raise
                if line := self._outage.failed(error):
                    _log.error("%s", line)
                await asyncio.sleep(RETRY)
            else:
                if line := self._outage.works():
                    _log.warning("%s", line)
                return deliveries

    async def _write(self, records: Sequence[PollRecord]) -> None:
        await self._store.record_polls(records, self._clock.now())
