"""A whole store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.ports.commands import CommandStore
from bot.ports.feeds import FeedStore
from bot.ports.key_value import KeyValueStore
from bot.ports.outbox import OutboxStore


class DestinationStore(Protocol):
    """Changes to destinations that adapters report outside a delivery."""

    async def addresses(self, prefix: str) -> list[str]:
        """Return the addresses that begin with `prefix`, follow something or wait for something; in order."""
        ...

    async def park(
        self, addresses: Sequence[str], reason: str, now: datetime, probe_at: datetime
    ) -> list[str]:
        """Park destinations, their queues kept; return those that were not parked before.

        An address that no destination has is passed over.
        """
        ...

    async def give_up(self, address: str, reason: str, now: datetime) -> int:
        """Mark everything that waits for a destination or is being sent as failed; return the number."""
        ...

    async def move(self, old: str, new: str, now: datetime) -> bool:
        """Give a destination another address: its platform did. False when there is no such destination.

        What it follows and what waits for it moves along, under the attempt keys of before; a parking ends.
        If the new address is a destination already the two become one, and a post goes there once.
        """
        ...


class TimeStore(Protocol):
    """Corrections of stored times after the machine's clock was set."""

    async def shift_times(self, by: timedelta) -> None:
        """Shift all due times and leases. Times of past events stay."""
        ...

    async def bound_times(self, now: datetime) -> int:
        """Make everything due that waits longer than is allowed; return how many rows that were."""
        ...


class Store(FeedStore, OutboxStore, CommandStore, DestinationStore, KeyValueStore, TimeStore, Protocol):
    """A whole store. Opened by `storage.open_store(url)`."""

    async def backup(self, path: str) -> None:
        """Write a consistent copy of the database while it is in use."""
        ...

    async def aclose(self) -> None:
        """Finish what is being written, and close."""
        ...
