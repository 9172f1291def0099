"""What commands ask of a store, and of the network."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model import Cadence, Destination, Kind, Post, Silence, Subscription, Term
from bot.ports.feeds import FeedEditor
from bot.ports.key_value import KeyValueStore
from bot.ports.outbox import QueueStore


@dataclass(frozen=True, slots=True)
class DeliveryInfo:
    """A row of the outbox as people may see it."""

    destination: Destination
    post: Post | None  # None for a notice
    state: str
    at: datetime  # when it got into that state, as far as known, else when it was made
    error: str = ""
    matched: str = ""  # the name that made it match, e.g. "Trade" or "#TikTok" or "everything"
    notice: str = ""  # its text, where there is no post
    attempts: int = 0
    edited: int = 0


@dataclass(frozen=True, slots=True)
class SilentPost:
    """Why a post alerted nobody, and its date as the feed printed it ("" where that is not known)."""

    reason: Silence
    date_text: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, best first; where too many posts match to be told apart, newest first."""

    posts: tuple[Post, ...]
    best_first: bool = True


class TermStore(Protocol):
    """The categories and tags of the feeds in use. Those with most posts come first."""

    async def terms(
        self, feed_id: int | None = None, *, kind: Kind | None = None, each: int | None = None
    ) -> list[Term]:
        """Return every known category and tag (of one feed, or of all); at most `each` of a feed."""
        ...

    async def term_counts(self, kind: Kind, feed_id: int | None = None) -> dict[str, int]:
        """Return how many names of a kind each feed has, by the feed's name."""
        ...

    async def term_names(self, beginning: str, limit: int, feed_id: int | None = None) -> list[Term]:
        """Return terms whose keys (`normalize.term_key`) begin so, each key once, as in its busiest feed."""
        ...

    async def terms_named(self, keys: Sequence[str], feed_id: int | None = None) -> list[Term]:
        """Return the terms that have one of the keys."""
        ...


class ArchiveStore(TermStore, Protocol):
    """What commands read."""

    async def latest(self, limit: int, key: str | None = None, feed_id: int | None = None) -> list[Post]:
        """Return the newest posts, newest first, of a term key (`normalize.term_key`) if one is given."""
        ...

    async def find(self, words: str, limit: int) -> Found:
        """Return posts that contain all the words (as typed by a person, never a query)."""
        ...

    async def post_by_link(self, link: str) -> Post | None:
        """Return the post that has or had this link; scheme, www, query and a last slash do not matter."""
        ...

    async def post_moved_at(self, post_id: str) -> datetime | None:
        """Return when a known post last came under another guid or link; None for never."""
        ...

    async def silence_of(self, post_id: str) -> SilentPost | None:
        """Return why a post alerted nobody; None for a post that was announced or is unknown."""
        ...

    async def deliveries_of(self, post_id: str, address: str) -> list[DeliveryInfo]:
        """Return the deliveries of a post to a destination."""
        ...

    async def delivery_log(self, address: str | None, limit: int) -> list[DeliveryInfo]:
        """Return the newest rows of the outbox, of one destination or of all, newest first."""
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
        mention: str | None,
        by: str,
        now: datetime,
    ) -> None:
        """Add to what an address follows of a feed (None: every feed). Keys are term keys, values names.

        A term is followed in one cadence only: following it in another moves it. Including a term takes it
        off the exclusions, and the reverse. `mention` is for what is included here:
        None leaves what is stored, "" takes it away.
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

    async def channels(self, platform: str, among: Collection[str] | None = None) -> list[str]:
        """Return the addresses of a platform's channels that get alerts, of those in `among` if it is given.

        Those that began first come first.
        """
        ...

    async def pause(self, address: str, *, paused: bool) -> int:
        """Pause or resume the channel subscriptions of an address; return how many."""
        ...


class CommandStore(ArchiveStore, SubscriptionStore, FeedEditor, QueueStore, KeyValueStore, Protocol):
    """What the command handlers need."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """The result of looking at a URL. `problem` is "" when it is a feed that can be watched."""

    url: str  # the feed's URL; differs from the asked one when a page announced its feed
    title: str = ""
    posts: int = 0
    newest: str = ""  # title of the newest post
    categories: tuple[str, ...] = ()
    problem: str = ""  # a sentence that says what to do


class Inspector(Protocol):
    """Looks at a URL that a person gave, once, without storing anything."""

    async def inspect(self, url: str) -> Inspection:
        """Fetch and parse a feed, or the feed that a page names. It never raises for what the server does.

        Private networks are never reached.
        """
        ...

    async def check(self, url: str) -> Inspection:
        """Fetch and parse as a poll of `url` does, with the same failures as problems. It never raises."""
        ...
