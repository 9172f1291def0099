"""The state of the bot at one moment, for the metrics and the status page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from bot.model import HubCounts, HubSubscription
from bot.ports import (
    Condition,
    FeedDays,
    FeedFigure,
    FeedSeen,
    HeldPlace,
    Latencies,
    ParkedPlace,
    PlatformCounts,
    QueueTimes,
    Story,
)


@dataclass(frozen=True, slots=True)
class ProcessState:
    """The state of this process.

    `loops`: by name, whether each is alive. `adapters`: by name, whether each is connected. `troubles`:
    problems of other parts, a sentence each. `zone`: the time zone of displayed times.
    """

    loops: Mapping[str, bool]
    adapters: Mapping[str, bool]
    now: datetime
    started: datetime
    version: str
    troubles: Sequence[str] = ()
    zone: tzinfo = UTC
    sandbox_restarts: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """The counts and times of a store."""

    conditions: Mapping[Condition, int] = field(default_factory=dict)
    platforms: Mapping[str, PlatformCounts] = field(default_factory=dict)
    times: QueueTimes = field(default_factory=QueueTimes)
    database_bytes: int = 0
    hubs: HubCounts = field(default_factory=HubCounts)

    @property
    def feeds(self) -> int:
        """How many feeds are in use."""
        return sum(self.conditions.values())

    def sum(self, state: str) -> int:
        """Return how many deliveries of all platforms are in a state (a field of PlatformCounts)."""
        return sum(getattr(each, state) for each in self.platforms.values())


@dataclass(frozen=True, slots=True)
class Figures:
    """What the metrics show of a store. `feeds`: those that have numbers of their own."""

    totals: Totals = field(default_factory=Totals)
    feeds: Sequence[FeedFigure] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page shows of a store. It holds names of places, which not everybody may see.

    `days`, `hubs`: by the id of a feed. `held`: of the next deliveries that are held.
    """

    totals: Totals = field(default_factory=Totals)
    feeds: Sequence[FeedSeen] = ()
    days: Mapping[int, FeedDays] = field(default_factory=dict)
    hubs: Mapping[int, HubSubscription] = field(default_factory=dict)
    latencies: Latencies = field(default_factory=Latencies)
    stories: Sequence[Story] = ()
    held: Sequence[HeldPlace] = ()
    parked: Sequence[ParkedPlace] = ()
