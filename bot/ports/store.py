"""The interface of a whole store, composed of the parts that its users need."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol

from bot.ports.categories import CategoryStore
from bot.ports.commands import CommandStore
from bot.ports.doors import DoorStore
from bot.ports.engine import Engine, EngineSettings
from bot.ports.feeds import FeedStore
from bot.ports.hubs import HubStore
from bot.ports.key_value import KeyValueStore
from bot.ports.outbox import OutboxStore
from bot.ports.overview import OverviewReader
from bot.ports.shared import SharedState


class DestinationStore(Protocol):
    """Changes to destinations that adapters report outside a delivery."""

    async def addresses(self, prefix: str) -> list[str]:
        """Return the addresses with this prefix that have subscriptions or waiting messages, sorted."""
        ...

    async def park(
        self, addresses: Sequence[str], reason: str, now: datetime, probe_at: datetime
    ) -> list[str]:
        """Park destinations and keep their queues; return those that were not parked before.

        Addresses without a destination are ignored.
        """
        ...

    async def give_up(self, address: str, reason: str, now: datetime) -> int:
        """Mark all messages for a destination that wait or are being sent as failed; return their number."""
        ...

    async def move(self, old: str, new: str, now: datetime) -> bool:
        """Change the address of a destination, as its platform did. Return False if it does not exist.

        Its subscriptions, its log of changes and its waiting messages move with it, the messages with their
        old attempt keys, and it is no longer parked. If the new address is a destination too, they are
        merged; it gets each post once.
        """
        ...


class TimeStore(Protocol):
    """The clock that stored times go by, and their corrections after it was set."""

    async def server_time(self) -> datetime | None:
        """Return the time by the clock of the database's server, which all its processes go by.

        None if the machine's clock is the one to go by, because one process uses the database.
        """
        ...

    async def shift_times(self, by: timedelta) -> None:
        """Shift all due times and leases. Times of past events stay."""
        ...

    async def bound_times(self, now: datetime) -> int:
        """Make everything due that would wait longer than is allowed; return the number of changed rows."""
        ...


class Store(
    FeedStore,
    CategoryStore,
    OutboxStore,
    CommandStore,
    DestinationStore,
    KeyValueStore,
    SharedState,
    TimeStore,
    OverviewReader,
    HubStore,
    DoorStore,
    Protocol,
):
    """A whole store. Opened by `storage.open_store(url)`."""

    def engine(self, settings: EngineSettings) -> Engine | None:
        """Return what shares the work among processes; None if only one process runs on the database."""
        ...

    def together(self) -> AbstractAsyncContextManager[None]:
        """Make one transaction of all that the calling task reads and writes inside the block.

        An error that leaves the block undoes all of it; one that is caught inside may leave a part of its
        call. Others wait for the end, so nothing slow belongs in it.
        """
        ...

    async def backup(self, path: str) -> None:
        """Write a consistent copy of the database while it is in use."""
        ...

    async def aclose(self) -> None:
        """Finish what is being written, and close."""
        ...
