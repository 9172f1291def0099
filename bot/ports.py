"""The seams of Bystander: what the core asks of a store and of an adapter.

Each Protocol is a contract; `tests/contracts/` holds every implementation to it. All times are aware UTC
datetimes. Every method of a store may raise `StoreError`; nothing else leaves it on purpose.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.model import (
    Cadence,
    Caller,
    Claim,
    Destination,
    Feed,
    FeedSettings,
    FeedState,
    Message,
    Post,
    Reply,
    Subscription,
    Term,
)

# --- what a poll hands to the store ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post with what the store keeps beside it to recognise, compare and search it."""

    post: Post
    guid: str
    wordpress_id: int  # 0 for none
    aliases: tuple[str, ...]
    labels: tuple[str, ...]
    text: str  # full plain text, for the archive's search
    text_hash: str
    printed: datetime | None  # the date as the feed prints it
    first_seen: datetime
    silent: bool = False  # part of a baseline, back-filled, or too old to be news
    edits: int = 0  # edits seen so far
    refile_at: datetime | None = None  # when to look for better evidence; None: no need
    refile_attempts: int = 0


@dataclass(frozen=True, slots=True)
class AdminNotice:
    """A sentence for one admin, put into the outbox."""

    address: str
    text: str


@dataclass(frozen=True, slots=True)
class PollRecord:
    """The outcome of one poll that brought no posts: the feed's next state, and when to poll again."""

    feed_id: int
    url: str
    state: FeedState
    next_poll_at: datetime
    notices: tuple[AdminNotice, ...] = ()  # stored with the state, so that each is told once


@dataclass(frozen=True, slots=True)
class PollCommit:
    """The outcome of one poll with posts. The store makes all of it true in one transaction, or none.

    `new` are announced to those who follow them, `silent` ones are only stored. `changed` replaces known
    posts by id: messages already sent are edited, and followers whom the new filing matches and the old one
    did not are alerted.
    """

    record: PollRecord
    new: tuple[PostRow, ...] = ()
    silent: tuple[PostRow, ...] = ()
    changed: tuple[PostRow, ...] = ()
    quiet_changed: tuple[PostRow, ...] = ()  # changed, but neither edits nor alerts follow from it
    vocabulary: tuple[str, ...] = ()  # names learned to be categories
    at: datetime = field(kw_only=True)


# --- what delivery hands to the store ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sent:
    """The message is there (or was found there)."""

    claim: Claim
    reference: str  # the adapter's own, for edits
    at: datetime


@dataclass(frozen=True, slots=True)
class Again:
    """Try again at `due_at`. `plain`: from now on as title and link only."""

    claim: Claim
    due_at: datetime
    error: str
    uncertain: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """The message is given up; the next one of the destination goes on."""

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
class Released:
    """The claim was given back before anything was sent."""

    claim: Claim


Settlement = Sent | Again | Failed | Parked | Released


# --- store ------------------------------------------------------------------------------------------------


class FeedStore(Protocol):
    """What polling needs. Called by the poll stage and by the start-up of the bot."""

    async def sync_feeds(self, settings: Sequence[FeedSettings], now: datetime) -> None:
        """Make the feeds of origin "config" equal to `settings`, matched by name, then by URL.

        A feed that left the config is retired: not polled, its posts and subscriptions kept.
        """
        ...

    async def add_feed(self, settings: FeedSettings, now: datetime) -> Feed:
        """Add a feed, or bring a retired one of that URL back. Due at once."""
        ...

    async def retire_feed(self, feed_id: int, now: datetime) -> None:
        """Stop polling a feed; posts and subscriptions are kept."""
        ...

    async def feeds(self) -> list[Feed]:
        """Return the feeds in use, by name."""
        ...

    async def claim_feeds(self, owner: str, now: datetime, lease: float, limit: int) -> list[Feed]:
        """Take up to `limit` due feeds under a lease of `lease` seconds; nobody else gets them until then."""
        ...

    async def next_poll_at(self) -> datetime | None:
        """Return when the next feed is due, leases considered; None without feeds."""
        ...

    async def record_polls(self, records: Sequence[PollRecord], now: datetime) -> None:
        """Store outcomes without posts, in one transaction, and end their leases."""
        ...

    async def commit_poll(self, commit: PollCommit) -> int:
        """Store an outcome with posts (see PollCommit), end the lease; return the deliveries made."""
        ...

    async def known_posts(self, feed_id: int, ids: Sequence[str], aliases: Sequence[str]) -> list[PostRow]:
        """Return the stored posts of a feed that have one of the ids or one of the aliases."""
        ...

    async def posts_to_refile(self, feed_id: int, now: datetime, limit: int) -> list[PostRow]:
        """Return posts whose better evidence is to be looked for now, oldest first."""
        ...

    async def vocabulary(self, feed_id: int) -> list[str]:
        """Return the names known to be categories of a feed, as printed."""
        ...


class OutboxStore(Protocol):
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
        """Record outcomes in one transaction. A Sent to a parked destination resumes it."""
        ...

    async def next_delivery_at(self, platforms: Sequence[str]) -> datetime | None:
        """Return when the next message is due, leases considered; None when nothing waits."""
        ...

    async def notify(self, addresses: Sequence[str], text: str, now: datetime) -> None:
        """Put a notice for each address into the outbox."""
        ...

    async def probe_parked(self, now: datetime) -> int:
        """Make the oldest message of each parked destination due whose probe time has come; count them."""
        ...

    async def resume(self, address: str, now: datetime) -> bool:
        """End a parking; its queue is due now. False when it was not parked."""
        ...


@dataclass(frozen=True, slots=True)
class DeliveryInfo:
    """A row of the outbox as people may see it."""

    destination: Destination
    post: Post | None  # None for a notice
    state: str
    at: datetime  # when it got into that state, as far as known, else when it was made
    error: str = ""
    matched: str = ""  # the name that made it match, e.g. "Trade" or "#TikTok" or "everything"
    attempts: int = 0
    edited: int = 0


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """How the outbox is doing."""

    waiting: int
    oldest_waiting: datetime | None
    parked: tuple[Destination, ...]
    sent: int
    failed: int


class ArchiveStore(Protocol):
    """What commands read."""

    async def feeds(self) -> list[Feed]:
        """Return the feeds in use, by name."""
        ...

    async def terms(self, feed_id: int | None = None) -> list[Term]:
        """Return every known category and tag (of one feed, or of all), those with most posts first."""
        ...

    async def latest(self, limit: int, key: str | None = None, feed_id: int | None = None) -> list[Post]:
        """Return the newest posts, newest first, of a term key (`bot.names.term_key`) if one is given."""
        ...

    async def find(self, words: str, limit: int) -> list[Post]:
        """Return posts that contain all the words (as typed by a person, never a query), best first."""
        ...

    async def post_by_link(self, link: str) -> Post | None:
        """Return the post with this link; scheme, www, query and a trailing slash do not matter."""
        ...

    async def post_was_silent(self, post_id: str) -> bool:
        """Whether a post was part of a baseline or came too late to be news."""
        ...

    async def deliveries_of(self, post_id: str, address: str) -> list[DeliveryInfo]:
        """Return what became of a post for a destination."""
        ...

    async def delivery_log(self, address: str | None, limit: int) -> list[DeliveryInfo]:
        """Return the newest rows of the outbox, of one destination or of all, newest first."""
        ...

    async def queue_health(self) -> QueueHealth:
        """Return how the outbox is doing."""
        ...


class SubscriptionStore(Protocol):
    """What commands change."""

    async def follow(
        self,
        address: str,
        *,
        feed_id: int | None,
        include: Mapping[str, str],
        exclude: Mapping[str, str],
        cadence: Cadence,
        channel: bool,
        mention: str,
        by: str,
        now: datetime,
    ) -> None:
        """Add to what an address follows of a feed (None: every feed). Keys are term keys, values names.

        A term is followed in one cadence only: following it in another moves it. Including a term takes it
        off the exclusions, and the reverse. `mention` "" leaves the stored one.
        """
        ...

    async def unfollow(
        self, address: str, *, keys: Sequence[str] | None, channel: bool, feed_id: int | None = None
    ) -> int:
        """Take terms (None: all) off everything the address follows; return how many were taken off.

        `feed_id` None: whatever the feed. A subscription without anything included is removed.
        """
        ...

    async def subscriptions(
        self, address: str | None = None, *, channel: bool | None = None
    ) -> list[Subscription]:
        """Return subscriptions, oldest first; of one address, or of all."""
        ...

    async def pause(self, address: str, *, paused: bool) -> int:
        """Pause or resume the channel subscriptions of an address; return how many."""
        ...

    async def add_feed(self, settings: FeedSettings, now: datetime) -> Feed:
        """Add a feed, or bring a retired one of that URL back. Due at once."""
        ...

    async def retire_feed(self, feed_id: int, now: datetime) -> None:
        """Stop polling a feed; posts and subscriptions are kept."""
        ...

    async def notify(self, addresses: Sequence[str], text: str, now: datetime) -> None:
        """Put a notice for each address into the outbox."""
        ...

    async def resume(self, address: str, now: datetime) -> bool:
        """End a parking; its queue is due now. False when it was not parked."""
        ...


class CommandStore(ArchiveStore, SubscriptionStore, Protocol):
    """What the command handlers need."""


class Store(FeedStore, OutboxStore, CommandStore, Protocol):
    """A whole store. Opened by `storage.open_store(url)`."""

    async def backup(self, path: str) -> None:
        """Write a consistent copy of the database while it is in use."""
        ...

    async def aclose(self) -> None:
        """Finish what is being written, and close."""
        ...


# --- looking at a feed on request ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a URL turned out to be. `problem` is "" when it is a feed that can be watched."""

    url: str  # the feed's URL; differs from the asked one when a page announced its feed
    title: str = ""
    posts: int = 0
    newest: str = ""  # title of the newest post
    categories: tuple[str, ...] = ()
    problem: str = ""  # a sentence with the mend


class Inspector(Protocol):
    """Looks at a URL that a person gave, once, without storing anything."""

    async def inspect(self, url: str) -> Inspection:
        """Fetch and parse; never raises for what the other side does. Private networks are never reached."""
        ...


# --- adapter ----------------------------------------------------------------------------------------------

Dispatch = Callable[[Caller, str], Awaitable[Reply]]
"""Runs one command line as typed ("/follow Trade") for a caller and returns the answer; never raises."""


class Adapter(Protocol):
    """One chat platform. Built by `adapters.load(name)`; holds the platform's SDK and nothing of the bot.

    `send`, `edit` and `find` raise TemporaryError or PermanentError, and nothing else.
    """

    name: str  # the platform's name: what addresses begin with

    async def start(self, dispatch: Dispatch) -> None:
        """Connect; from now on commands of people go to `dispatch`. PermanentError: cannot ever connect."""
        ...

    async def run(self) -> None:
        """Serve until cancelled. Returning or raising on its own stops the bot."""
        ...

    async def send(self, destination: Destination, message: Message, key: str) -> str:
        """Deliver a message and return a reference for edits ("" where edits are impossible).

        `key` is the attempt key; the platform must be able to recognise the message by it where it can.
        """
        ...

    async def edit(self, destination: Destination, reference: str, message: Message, key: str) -> str:
        """Change a sent message and return its reference. PermanentError(MESSAGE): it cannot be edited."""
        ...

    async def find(self, destination: Destination, key: str, since: datetime) -> str | None:
        """Return the reference of a message sent with this key after `since`; None: it is not there."""
        ...

    async def aclose(self) -> None:
        """Disconnect. Safe to call twice, and without `start`."""
        ...
