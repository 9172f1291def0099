"""What the parts of the bot tell of their work, for the metrics of the web server."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class PollOutcome(StrEnum):
    """How a poll went."""

    NEWS = "news"  # it brought new posts
    UNCHANGED = "unchanged"  # it brought none
    FAILED = "failed"


class PostKind(StrEnum):
    """What became of a post that a poll brought."""

    ANNOUNCED = "announced"  # new, and matched with what people follow
    SILENT = "silent"  # new, and only stored
    CHANGED = "changed"  # known, and edited by the blog


class AttemptOutcome(StrEnum):
    """What became of an attempt to deliver a message."""

    SENT = "sent"
    EDITED = "edited"
    RETRIED = "retried"  # it failed for now
    POSTPONED = "postponed"  # nothing was sent yet: its turn comes later, or the platform is shut
    PARKED = "parked"  # the place cannot be reached
    FAILED = "failed"  # given up


class LimitKind(StrEnum):
    """How a rate limit made a message wait."""

    MET = "met"  # the platform answered 429
    PACED = "paced"  # the bot's own rate limiter delayed the call, before the platform had to


class PushOutcome(StrEnum):
    """What became of a push of a hub."""

    ACCEPTED = "accepted"  # the feed is polled for it
    COALESCED = "coalesced"  # a poll was already scheduled, or the feed is gone for good
    LIMITED = "limited"  # too many of this feed in an hour
    UNSIGNED = "unsigned"  # without a signature that can be checked; ignored
    FORGED = "forged"  # with a wrong signature; ignored
    UNREAD = "unread"  # too long or too slow to be read
    UNKNOWN = "unknown"  # to an address that no hub was given, or not any more


class Meter(Protocol):
    """Counts what happens in this process. No call raises an error or waits."""

    def polled(self, feed: str, outcome: PollOutcome) -> None:
        """Count a poll of the feed with this name, once its outcome is stored."""
        ...

    def posts(self, feed: str, kind: PostKind, number: int) -> None:
        """Count posts that a poll of a feed brought."""
        ...

    def attempted(self, platform: str, outcome: AttemptOutcome) -> None:
        """Count an attempt to deliver a message, once its outcome is stored."""
        ...

    def took(self, platform: str, published: float, seen: float) -> None:
        """Note the seconds that an alert took which was sent at once: since publication, and since seen."""
        ...

    def limited(self, platform: str, kind: LimitKind) -> None:
        """Count a message that waits because of a rate limit."""
        ...

    def pushed(self, outcome: PushOutcome) -> None:
        """Count a push of a hub."""
        ...

    def stored(self, operation: str, seconds: float) -> None:
        """Note how long an operation of the store took."""
        ...


class NoMeter:
    """A `Meter` that counts nothing, for a bot without a web server."""

    def polled(self, feed: str, outcome: PollOutcome) -> None:
        """Do nothing."""

    def posts(self, feed: str, kind: PostKind, number: int) -> None:
        """Do nothing."""

    def attempted(self, platform: str, outcome: AttemptOutcome) -> None:
        """Do nothing."""

    def took(self, platform: str, published: float, seen: float) -> None:
        """Do nothing."""

    def limited(self, platform: str, kind: LimitKind) -> None:
        """Do nothing."""

    def pushed(self, outcome: PushOutcome) -> None:
        """Do nothing."""

    def stored(self, operation: str, seconds: float) -> None:
        """Do nothing."""


NO_METER: Meter = NoMeter()
