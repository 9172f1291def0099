"""The interface of a job engine: what decides which of several processes works on what, and when.

A store whose database is shared by many processes brings its own engine. A store for one process has none;
then `bot.running` polls and delivers by its own clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model import Claim, Feed
from bot.ports.doors import DoorState


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What the engine has to know of this process. All times are in seconds."""

    owner: str  # of leases; unique to the process
    platforms: tuple[str, ...]  # on which this process can deliver
    polls_at_once: int
    lanes_at_once: int  # of destinations, on each platform
    poll_lease: float
    delivery_lease: float
    catch_up_after: int  # see `OutboxStore.claim`
    beat: float  # between two looks for what has become due
    lane_time: float  # after which a lane is given to whoever is free
    grace: float  # for work in progress when the process stops
    version: str = ""  # of the program, for `/health`
    host: str = ""  # the name of the machine, for `/health`


class Work(Protocol):
    """What the engine calls for each piece of work. None of these raises an error for a fault of one item."""

    def now(self) -> datetime:
        """Return the present moment, in UTC."""
        ...

    def reachable(self) -> Sequence[str]:
        """Return the platforms to which messages can go now."""
        ...

    def room(self, platform: str) -> int:
        """Return how many more messages this process can deliver to a platform now; 0 for none."""
        ...

    async def poll(self, feed: Feed) -> None:
        """Poll a feed that this process has claimed, and store the outcome."""
        ...

    async def deliver(self, claim: Claim, since: float) -> None:
        """Make one attempt to deliver a message that this process has claimed, and store the outcome.

        `since`: a time before the claim, by `bot.clock.steady_seconds`.
        """
        ...

    async def keep_house(self) -> None:
        """Do what is due about once a minute, once for all processes together. Raises StoreError."""
        ...


@dataclass(frozen=True, slots=True)
class ProcessState:
    """A process that works on the database."""

    host: str
    version: str
    started_at: datetime
    seen_at: datetime  # its last sign of life
    platforms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FleetState:
    """All processes that work on the database together, and their jobs."""

    processes: tuple[ProcessState, ...]  # those alive, the oldest first
    waiting: dict[str, int]  # jobs that wait, by queue
    stalled: int  # jobs of processes that died, which others are about to take up
    oldest_poll_due: datetime | None = None  # the poll that is due for the longest time
    doors: tuple[DoorState, ...] = ()  # who listens, and who stands by


class FleetReader(Protocol):
    """Reads who works on a database."""

    async def fleet(self, now: datetime) -> FleetState | None:
        """Return who works on the database; None if that is always one process."""
        ...


class Engine(Protocol):
    """Shares the work of a database among all processes that run on it."""

    @property
    def refused(self) -> bool:
        """Whether the database gives out no work at present."""
        ...

    async def run(self, work: Work, stop: asyncio.Event, on_fault: Callable[[BaseException], None]) -> None:
        """Do what this process gets of the work until `stop` is set, then finish what is in progress.

        `on_fault` is called with an error that `work` should not have raised.
        """
        ...
