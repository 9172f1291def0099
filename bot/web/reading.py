"""Reads what the web server shows from the store: seldom, and never more than fits on a page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from bot.clock import Clock
from bot.ports import OverviewReader
from bot.troubles import TROUBLE, TROUBLED
from bot.web.snapshot import Figures, Overview, Totals

# The page may be public, so what was read is used for this long, however many requests come.
FRESH = timedelta(seconds=5)

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class ShownSettings:
    """How much is read for the page and the metrics."""

    feeds: int = 40
    feeds_measured: int = 1000
    stories: int = 12
    places: int = 20  # of a post
    held: int = 500  # deliveries
    parked: int = 20
    latencies: int = 1000  # alerts
    latencies_of: timedelta = timedelta(days=7)


SHOWN = ShownSettings()


async def totals(store: OverviewReader, now: datetime) -> Totals:
    """Read the counts and times."""
    return Totals(
        conditions=await store.feed_conditions(now - TROUBLE.late),
        platforms=await store.platform_counts(),
        times=await store.queue_times(),
        database_bytes=await store.database_bytes(),
        hubs=await store.hub_counts(now),
    )


async def figures(store: OverviewReader, now: datetime) -> Figures:
    """Read what the metrics show."""
    return Figures(await totals(store, now), await store.oldest_feeds(SHOWN.feeds_measured))


async def overview(store: OverviewReader, now: datetime) -> Overview:
    """Read what the page shows."""
    feeds = await store.feeds_seen(now - TROUBLE.late, SHOWN.feeds, first=TROUBLED)
    ids = [each.feed.id for each in feeds]
    return Overview(
        totals=await totals(store, now),
        feeds=feeds,
        days=await store.feed_days(ids, now),
        hubs=await store.hubs_of(ids),
        latencies=await store.latencies(now - SHOWN.latencies_of, SHOWN.latencies),
        stories=await store.newest_stories(SHOWN.stories, SHOWN.places),
        held=await store.held_next(SHOWN.held),
        parked=await store.parked_places(SHOWN.parked),
    )


class Cached(Generic[Found]):
    """Reads at most once in FRESH, and one request at a time."""

    def __init__(
        self,
        read: Callable[[OverviewReader, datetime], Awaitable[Found]],
        store: OverviewReader,
        clock: Clock,
    ) -> None:
        self._read, self._store, self._clock = read, store, clock
        self._look = asyncio.Lock()
        self._seen: tuple[datetime, Found] | None = None

    async def get(self) -> Found:
        """Return what was found; StoreError if it cannot be read."""
        async with self._look:
            now = self._clock.now()
            if self._seen is None or not timedelta(0) <= now - self._seen[0] < FRESH:
                self._seen = (now, await self._read(self._store, now))
            return self._seen[1]
