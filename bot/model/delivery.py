"""Destinations, their subscriptions, and the messages for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.model.address import local_of, platform_of
from bot.model.feeds import Post
from bot.model.filing import Cadence
from bot.model.preferences import Style


@dataclass(frozen=True, slots=True)
class Destination:
    """A recipient of alerts, such as a channel. `address`: "platform:rest", e.g. "console:alice"."""

    id: int
    address: str
    parked: bool = False
    parked_reason: str = ""

    @property
    def platform(self) -> str:
        """The adapter's name: the address up to the first colon."""
        return platform_of(self.address)

    @property
    def local(self) -> str:
        """The address without the platform."""
        return local_of(self.address)


@dataclass(frozen=True, slots=True)
class Filter:
    """The posts that a subscription lets through: those with any term of `include` and none of `exclude`.

    Members are term keys (`normalize.term_key`): "c:" + fold for a category, "t:" + fold for a tag, "w:" +
    tokens for words in the text, "a:" + fold for an author, or EVERYTHING. `labels` has the names to show to
    people (key -> name as known or typed).
    """

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    labels: dict[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Subscription:
    """Destination x feed x filter x cadence. `feed_id` None means every feed."""

    id: int
    destination: Destination
    feed_id: int | None
    feed: str  # name of the feed, "" for every feed
    filter: Filter
    cadence: Cadence = Cadence.NOW
    channel: bool = False  # made by /alerts for a channel, not by /follow for a person
    paused: bool = False
    mentions: dict[str, str] = field(default_factory=dict)  # term key -> mention in alerts for that term


class DeliveryState(StrEnum):
    """States of a delivery; docs/architecture.md has the diagram."""

    HELD = "held"  # its time has not come: see HeldFor
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    PARKED = "parked"
    FAILED = "failed"


class HeldFor(StrEnum):
    """Why a delivery is, or was, held until a later time, and then sent with others as one message."""

    NOTHING = ""
    DAILY = "daily"  # for the daily digest
    WEEKLY = "weekly"  # for the weekly digest
    QUIET = "quiet"  # for the end of the quiet hours
    SNOOZE = "snooze"  # for the end of a snooze
    PAUSE = "pause"  # for /alerts resume


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert about one post, for one destination. Adapters render it; `plain`: only title and link.

    `mention`: the mentions in it, separated by spaces; `mention_last`: below the post, not above it.
    """

    post: Post
    mention: str = ""
    plain: bool = False
    style: Style = Style.FULL
    mention_last: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """Several posts, newest first, in one message: a daily or weekly digest, or what was held or missed.

    Where a platform has no room for all posts, it shows the first ones, how many more there are, and a button
    that runs `/digest` with `number`. 0: there is no such number, and no button.
    """

    posts: tuple[Post, ...]
    heading: str
    mention: str = ""
    plain: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence from the bot to an admin or a channel, not about one post."""

    text: str
    plain: bool = False


Message = Alert | Digest | Notice


class Action(StrEnum):
    """What the adapter has to do for a claimed delivery."""

    SEND = "send"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Claim:
    """Work claimed from the outbox under a lease: one message for one destination.

    `delivery_ids`: the rows it settles (several for a digest).
    `key`: the attempt key, the same over retries and restarts.
    `uncertain`: an earlier attempt may have arrived; ask the adapter's `find` before sending.
    `quiet`: it is quiet at the destination now, so an uncertain message is only looked for, and not sent.
    `seen_at`: when the bot first saw the post of a new alert; None for other messages and for edits.
    """

    delivery_ids: tuple[int, ...]
    action: Action
    key: str
    destination: Destination
    message: Message
    attempts: int = 0  # attempts before this one
    uncertain: bool = False
    first_attempt_at: datetime | None = None
    reference: str = ""  # of the sent message, for an edit
    revision: int = 0  # of the post shown by `message`
    quiet: bool = False
    seen_at: datetime | None = field(default=None, compare=False)
