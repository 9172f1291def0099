"""Doors: what only one of several processes may listen at, such as a connection of a chat platform.

A platform that gives every event to every connection would have each command answered by each process. So an
adapter asks for a door before it listens, and listens only while this process holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Door:
    """The shards `first` to `last` of `total` of a connection, counted from 0.

    `name`: the platform. One shard of one is the whole connection: a lock on it excludes locks on
    single shards, and the reverse. Of two doors that share a shard of the same total, one can be held.
    """

    name: str
    first: int = 0
    last: int = 0
    total: int = 1


@dataclass(frozen=True, slots=True)
class DoorState:
    """A process that lives, and the door that it holds or stands by for."""

    door: Door
    host: str  # the name of its machine
    held_since: datetime | None  # by the clock of the database's server; None: it stands by


class Doorkeeper(Protocol):
    """Acquires a door for this process whenever it is free, and again after a loss, until `aclose`."""

    @property
    def held(self) -> bool:
        """Whether this process holds the door now. It turns false before another process can get it.

        (The exceptions are a database server that is restarted, and a connection that somebody ends there:
        then both may believe for a moment that they hold it.)
        """
        ...

    async def until_held(self) -> None:
        """Wait until this process holds the door."""
        ...

    async def until_lost(self) -> None:
        """Wait until this process does not hold the door; return at once while it never did."""
        ...

    async def aclose(self) -> None:
        """Leave the door to others. Safe to call twice."""
        ...


class DoorStore(Protocol):
    """Gives out doors."""

    async def door(self, door: Door, host: str) -> Doorkeeper:
        """Ask for a door; return after the first attempt to get it. Never raises StoreError.

        `host`: the name of this machine, for `DoorState`.
        """
        ...
