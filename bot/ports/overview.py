"""What the status page and the metrics show of a store. Every call is bounded, whatever the store holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.model import Feed, HeldFor, Post
from bot.ports.hubs import HubReader

DAYS = 14  # of which a store keeps how polls went, today included


class Condition(StrEnum):
    """How a feed does; the first that applies."""

    STOPPED = "stopped"  # its server says that it is gone for good
    FAILING = "failing"  # its last poll failed
    OVERDUE = "overdue"  # its next poll should have been long ago
    UNREAD = "not read yet"
    WELL = "well"


@dataclass(frozen=True, slots=True)
class FeedSeen:
    """A feed and how it does."""

    feed: Feed
    condition: Condition


@dataclass(frozen=True, slots=True)
class FeedFigure:
    """What is measured of a feed."""

    name: str
    next_poll_at: datetime
    last_success_at: datetime | None = None
    failures: int = 0  # polls that failed since the last success
    stopped: bool = False  # its server says that it is gone for good


@dataclass(frozen=True, slots=True)
class FeedDays:
    """The last DAYS days (UTC) of a feed, the oldest first: posts published, good polls, failed polls."""

    posts: tuple[int, ...] = (0,) * DAYS
    good: tuple[int, ...] = (0,) * DAYS
    failed: tuple[int, ...] = (0,) * DAYS


@dataclass(frozen=True, slots=True)
class PlatformCounts:
    """How many deliveries of a platform are in which state. `waiting`: pending or being sent."""

    sent: int = 0
    failed: int = 0
    waiting: int = 0
    held: int = 0
    parked: int = 0


@dataclass(frozen=True, slots=True)
class QueueTimes:
    """Since when the oldest delivery waits, until when the first is held, and how many places are parked.

    `held_until` is None also if all that is held waits for the end of a pause.
    """

    oldest_waiting: datetime | None = None
    held_until: datetime | None = None
    parked_places: int = 0


@dataclass(frozen=True, slots=True)
class Latencies:
    """How many seconds alerts took that were sent at once: since their posts were published, and seen.

    The newest first; negative numbers (a clock that was set back) count as 0.
    """

    published: tuple[float, ...] = ()
    seen: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of a post at one place. `until`: of what is held; None for other states and a pause."""

    address: str
    state: str
    held_for: HeldFor
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Story:
    """A post and where it went. `more`: it went to more places than were asked for."""

    post: Post
    places: tuple[Delivered, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class HeldPlace:
    """What is held for the same reason at one place. `until`: of the first; None: until a pause ends."""

    address: str
    held_for: HeldFor
    posts: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class ParkedPlace:
    """A place that cannot be reached. `reason`: a sentence that says what to do. `probe_at`: the next try."""

    address: str
    reason: str
    since: datetime
    probe_at: datetime | None


class ConditionReader(Protocol):
    """Reads how the feeds do. `late`: a poll that was due before it is overdue."""

    async def feed_conditions(self, late: datetime) -> Mapping[Condition, int]:
        """Return how many feeds in use are in which condition; none for a condition of no feed."""
        ...

    async def feeds_seen(
        self, late: datetime, limit: int, *, first: Sequence[Condition]
    ) -> Sequence[FeedSeen]:
        """Return at most `limit` feeds in use, by name; those in the conditions `first` before all others."""
        ...


class OverviewReader(ConditionReader, HubReader, Protocol):
    """Reads what the page and the metrics show."""

    async def oldest_feeds(self, limit: int) -> Sequence[FeedFigure]:
        """Return figures of the feeds in use that were added first."""
        ...

    async def feed_days(self, feed_ids: Sequence[int], now: datetime) -> Mapping[int, FeedDays]:
        """Return the last days of feeds, by id."""
        ...

    async def platform_counts(self) -> Mapping[str, PlatformCounts]:
        """Return the counts of each platform that ever had a destination, by name."""
        ...

    async def queue_times(self) -> QueueTimes:
        """Return the times of the outbox."""
        ...

    async def latencies(self, since: datetime, limit: int) -> Latencies:
        """Return how long the newest alerts took that were sent at once, and not before `since`."""
        ...

    async def newest_stories(self, limit: int, places: int) -> Sequence[Story]:
        """Return the newest posts, newest first, each with at most so many places."""
        ...

    async def held_next(self, limit: int) -> Sequence[HeldPlace]:
        """Return the next `limit` deliveries that are held, by place and reason, the first due first."""
        ...

    async def parked_places(self, limit: int) -> Sequence[ParkedPlace]:
        """Return the places that were parked last."""
        ...

    async def database_bytes(self) -> int:
        """Return how large the database is."""
        ...
