"""The outcomes that delivery records, and the interface of the store for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.model import Claim, Destination
from bot.ports.feeds import AdminNotice
from bot.ports.key_value import KeyValueStore


@dataclass(frozen=True, slots=True)
class Sent:
    """The message was sent, or an earlier attempt was found to have sent it."""

    claim: Claim
    reference: str  # the adapter's own, for edits
    at: datetime


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again at `due_at`. `plain`: only title and link from now on. `at`: when this was decided."""

    claim: Claim
    due_at: datetime
    error: str
    uncertain: bool = False
    plain: bool = False
    at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """The message is given up. It does not block the next message of its destination."""

    claim: Claim
    error: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Parked:
    """The destination cannot be reached: its queue is kept, and probed again at `probe_at`.

    `notices` are sent if the destination was not parked before.
    """

    claim: Claim
    reason: str
    at: datetime
    probe_at: datetime
    notices: tuple[AdminNotice, ...] = ()


@dataclass(frozen=True, slots=True)
class Requeued:
    """The claim was given back before anything was sent. It is due at `due_at`; None keeps its due time.

    `at`: when this was decided.
    """

    claim: Claim
    due_at: datetime | None = None
    at: datetime | None = field(default=None, compare=False)


Settlement = Sent | Retry | Failed | Parked | Requeued


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """The state of the outbox. `held`: deliveries for a later time; `held_until`: when the first is due."""

    waiting: int
    oldest_waiting: datetime | None
    parked: tuple[Destination, ...]
    sent: int
    failed: int
    held: int = 0
    held_until: datetime | None = None


class QueueReader(Protocol):
    """Reads the state of the outbox."""

    async def queue_health(self) -> QueueHealth:
        """Return the counts, and the parked destinations sorted by address."""
        ...


class NoticeStore(Protocol):
    """Puts notices into the outbox."""

    async def notify(self, addresses: Sequence[str], text: str, now: datetime) -> None:
        """Put a notice for each address into the outbox."""
        ...

    async def tell_once(
        self, key: str, value: str, addresses: Sequence[str], text: str, now: datetime
    ) -> bool:
        """Store a value (see KeyValueStore) and put a notice for each address into the outbox.

        Both happen or neither. Does nothing and returns False if the key has that value already.
        """
        ...


class QueueStore(QueueReader, NoticeStore, Protocol):
    """The part of the outbox that commands use."""

    async def resume(self, address: str, now: datetime) -> bool:
        """Unpark a destination and make its queue due now. Return False if it was not parked."""
        ...


class OutboxStore(NoticeStore, KeyValueStore, Protocol):
    """The part of a store that delivery uses."""

    async def take_over(self, owner: str) -> None:
        """Make `owner` a runner of this database and end the leases of runners that have certainly ended.

        The leases of others run out by themselves. `owner`: see `bot.owners`. Raises StoreBusyError if the
        database allows only one runner and another one is alive.
        """
        ...

    async def claim(
        self,
        owner: str,
        now: datetime,
        *,
        lease: float,
        limit: int,
        platforms: Sequence[str],
        catch_up_after: int,
    ) -> list[Claim]:
        """Claim up to `limit` due messages, at most one for each destination, in the order of its queue.

        A message whose lease expired is `uncertain`. If more than `catch_up_after` alerts are due for a
        destination, they are claimed as one Digest.
        """
        ...

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Record outcomes in one transaction. A Sent or Failed for a parked destination resumes it.

        If another owner has taken the claim since, only a Sent is recorded, because the message has arrived.
        No attempt outlasts its lease. An `at` after the end of the lease therefore means that the machine's
        clock was set back after the decision; the due times of the outcome are then moved back as far.
        """
        ...

    async def next_delivery_at(self, platforms: Sequence[str]) -> datetime | None:
        """Return when the next message can be claimed, or a held one of any platform is due; None if none is.

        `claim` releases those that are held for other platforms too.
        """
        ...

    async def probe_parked(self, now: datetime) -> int:
        """Make the oldest message of each parked destination with a due probe due; return their number."""
        ...
