"""The hubs that tell of new posts at once (WebSub), and what the bot has agreed with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NamedHub:
    """The hub that a feed names (`rel="hub"`), and the topic to ask it about (`rel="self"`); "" for none."""

    url: str
    topic: str


@dataclass(frozen=True, slots=True)
class HubSubscription:
    """What is agreed with the hub of a feed, or is to be. It is stored, so that a restart changes nothing."""

    id: int
    feed_id: int
    hub: str
    topic: str
    callback: str  # the secret last part of the address to which the hub pushes
    key: str  # with which the hub signs what it pushes
    next_at: datetime  # when to ask the hub again: to begin with, to renew, or after a failure
    leaving: bool = False  # it is to be ended: the feed is removed, or names another hub
    base: str = ""  # web.public_url when the hub was asked; "" before the first time
    asked_until: datetime | None = None  # until then the hub may ask whether that was meant
    verified_at: datetime | None = None  # since then it holds, renewed in time
    verified_until: datetime | None = None
    failures: int = 0  # times that the hub was asked since it last agreed
    error: str = ""  # why the last of them failed, without a full stop
    version: int = 0  # counts the changes, so that of two at once only one is stored

    def holds(self, now: datetime) -> bool:
        """Return whether the hub has agreed to push, and still does."""
        return not self.leaving and self.verified_until is not None and now < self.verified_until


@dataclass(frozen=True, slots=True)
class HubCounts:
    """How many feeds have a hub that has agreed to push, and one that was asked in vain so far."""

    verified: int = 0
    unverified: int = 0
