"""What delivery records, and asks of a store."""

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
    """Try again at `due_at`. `plain`: from now on as title and link only. `at`: when that was decided."""

    claim: Claim
    due_at: datetime
    error: str
    uncertain: bool = False
    plain: bool = False
    at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """The message is given up. The next message of the destination is not held up."""

    claim: Claim
    error: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Parked:
    """The destination cannot be reached: its queue is kept, and probed again at `probe_at`.

    `notices` go out when the destination was not parked before.
    """

    claim: Claim
    reason: str
    at: datetime
    probe_at: datetime
    notices: tuple[AdminNotice, ...] = ()


@dataclass(frozen=True, slots=True)
class Requeued:
    """The claim was given back before anything was sent. It is due at `due_at`; None keeps its due time.

    `at`: when that was decided.
    """

    claim: Claim
    due_at: datetime | None = None
    at: datetime | None = field(default=None, compare=False)


Settlement = Sent | Retry | Failed | Parked | Requeued


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """How the outbox is doing."""

    waiting: int
    oldest_waiting: datetime | None
    parked: tuple[Destination, ...]
    sent: int
    failed: int


class QueueReader(Protocol):
    """How the outbox is doing."""

    async def queue_health(self) -> QueueHealth:
        """Return the numbers and the parked destinations, by address."""
        ...


class NoticeStore(Protocol):
    """The way of a notice into the outbox."""

    async def notify(self, addresses: Sequence[str], text: str, now: datetime) -> None:
        """Put a notice for each address into the outbox."""
        ...


class QueueStore(QueueReader, NoticeStore, Protocol):
    """What commands see and change of the outbox."""

    async def resume(self, address: str, now: datetime) -> bool:
        """End a parking; its queue is due now. False when the address was not parked."""
        ...


class OutboxStore(NoticeStore, KeyValueStore, Protocol):
    """What delivery needs."""

    async def take_over(self, owner: str) -> None:
        """Declare `owner` the one runner of this database and end the leases of runners that died.

        Raises StoreBusyError where the database admits a single runner and another one is alive.
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
        """Take up to `limit` messages that are due, in order for each destination, one a destination.

        A message whose lease ran out comes with `uncertain`. A destination for which more than
        `catch_up_after` alerts are due gets them in one Digest.
        """
        ...

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Record outcomes in one transaction. A Sent to a parked destination resumes it.

        The outcome of a claim that another owner has taken since is ignored, but a Sent is recorded: the
        message is there. No attempt outlasts its lease: where `at` lies behind the end of the lease, the
        machine's clock was set back after the outcome was decided, and what then waits is moved back as far.
        """
        ...

    async def next_delivery_at(self, platforms: Sequence[str]) -> datetime | None:
        """Return when the next message is due, leases considered; None when nothing waits."""
        ...

    async def probe_parked(self, now: datetime) -> int:
        """Make the oldest message of each parked destination due whose probe time has come; count them."""
        ...
