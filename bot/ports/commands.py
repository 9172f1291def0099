"""The interfaces of the store that commands use."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model import (
    Cadence,
    Change,
    Destination,
    HeldFor,
    Kind,
    Post,
    Preferences,
    Silence,
    Subscription,
    Term,
)
from bot.ports.categories import CategoryNames
from bot.ports.engine import FleetReader
from bot.ports.feeds import FeedEditor, RhythmReader
from bot.ports.hubs import HubReader
from bot.ports.key_value import KeyValueStore
from bot.ports.outbox import QueueStore
from bot.ports.overview import ConditionReader
from bot.ports.people import PeopleStore


@dataclass(frozen=True, slots=True)
class DeliveryInfo:
    """A row of the outbox, for display."""

    destination: Destination
    post: Post | None  # None for a notice
    state: str
    at: datetime  # when it was settled, else when it was created
    error: str = ""
    matched: str = ""  # the name that made it match, e.g. "Trade" or "#TikTok" or "everything"
    notice: str = ""  # its text, where there is no post
    number: int = 0  # by which the log of the program calls it
    attempts: int = 0
    edited: int = 0
    held_for: HeldFor = HeldFor.NOTHING  # why it is or was held
    due_at: datetime | None = None  # when it is held until; None if it is not, or until /alerts resume


@dataclass(frozen=True, slots=True)
class Held:
    """Deliveries of one destination held for one reason, and until when the first; None: a paused channel."""

    held_for: HeldFor
    posts: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class SentDigest:
    """The posts of a message with several, newest first, as they are now. `number` is its number."""

    number: int
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class SilentPost:
    """Why a post alerted nobody, and its date as the feed printed it ("" where that is not known)."""

    reason: Silence
    date_text: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The results of a search: best first, or newest first if too many posts match to be ranked."""

    posts: tuple[Post, ...]
    best_first: bool = True


class TermStore(Protocol):
    """The categories and tags of the feeds in use, sorted by their number of posts, most first."""

    async def terms(
        self, feed_id: int | None = None, *, kind: Kind | None = None, each: int | None = None
    ) -> list[Term]:
        """Return every known category and tag (of one feed, or of all); at most `each` of a feed."""
        ...

    async def term_counts(self, kind: Kind, feed_id: int | None = None) -> dict[str, int]:
        """Return how many names of a kind each feed has, by the feed's name."""
        ...

    async def term_names(self, beginning: str, limit: int, feed_id: int | None = None) -> list[Term]:
        """Return terms whose keys (`normalize.term_key`) begin so, each once, as in its busiest feed."""
        ...

    async def terms_named(self, keys: Sequence[str], feed_id: int | None = None) -> list[Term]:
        """Return the terms that have one of the keys."""
        ...


class ArchiveStore(TermStore, Protocol):
    """The queries of commands."""

    async def latest(
        self,
        limit: int,
        key: str | None = None,
        feed_id: int | None = None,
        *,
        since: datetime | None = None,
        skip: int = 0,
    ) -> list[Post]:
        """Return the newest posts, newest first, of a term key (`normalize.term_key`) if one is given.

        `since`: only those published at that time or later. `skip`: without so many of the newest.
        """
        ...

    async def find(self, words: str, limit: int) -> Found:
        """Return posts that contain all the words. `words` is typed text, without query syntax."""
        ...

    async def post_by_link(self, link: str) -> Post | None:
        """Return the post that has or had this link, ignoring scheme, www, query and a trailing slash."""
        ...

    async def texts(self, post_ids: Sequence[str]) -> dict[str, str]:
        """Return the whole text of each post by its id, without posts that are not known.

        Of a post in several feeds, it is the text that was stored first.
        """
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

    async def delivery_log(self, address: str | None, limit: int, *, skip: int = 0) -> list[DeliveryInfo]:
        """Return the newest rows of the outbox, of one destination or of all, newest first.

        `skip`: without so many of the newest.
        """
        ...

    async def sent_digest(self, addresses: Sequence[str], number: int | None = None) -> SentDigest | None:
        """Return a message with several posts that was sent to one of the addresses; None if there is none.

        `number`: that of the message; None for the newest.
        """
        ...


class SubscriptionStore(Protocol):
    """The changes that commands make.

    A change of a channel is logged in the same transaction, with `by` (see Change) and `now`, and the log is
    kept for ever. What a person follows for themselves is not logged.
    """

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
        limit: int | None = None,
    ) -> None:
        """Add to what an address follows of a feed (None: every feed). Keys are term keys, values names.

        A term is followed in one cadence only; following it in another moves it. Including a term removes it
        from the exclusions, and vice versa. `mention` applies to the included terms: None keeps the stored
        mention, "" removes it.

        `limit`: how many names the address may follow and leave out in all, each counted once. Raises
        LimitError, and changes nothing, when the change adds names beyond it.
        """
        ...

    async def unfollow(
        self,
        address: str,
        *,
        keys: Sequence[str] | None,
        channel: bool,
        by: str,
        now: datetime,
        feed_id: int | None = None,
    ) -> int:
        """Remove terms (None: all) from the subscriptions of an address; return how many were removed.

        `feed_id` None: from those to any feed. A subscription that includes nothing any more is deleted.
        """
        ...

    async def subscriptions(
        self, address: str | None = None, *, channel: bool | None = None
    ) -> list[Subscription]:
        """Return subscriptions, oldest first; of one address, or of all."""
        ...

    async def channels(self, platform: str, among: Collection[str] | None = None) -> list[str]:
        """Return the addresses of a platform's channels that get alerts, oldest subscription first.

        `among`: only these addresses; None for all.
        """
        ...

    async def pause(self, address: str, *, paused: bool, by: str, now: datetime) -> int:
        """Pause or resume the channel subscriptions of an address; return how many.

        While they are paused, deliveries are held. At the end they are due, as one message.
        """
        ...

    async def changes(self, address: str, limit: int, *, skip: int = 0, without: str = "") -> list[Change]:
        """Return the last changes of a channel's alerts, newest first; of the feeds, for the address "".

        `skip`: without so many of the last ones. `without`: without those with this text (`Change.what`).
        """
        ...


class PreferenceStore(Protocol):
    """What people and channels have set, and what is held for them."""

    async def preferences(self, address: str) -> Preferences:
        """Return the preferences of an address, the defaults for one that has set nothing."""
        ...

    async def all_preferences(self) -> dict[str, Preferences]:
        """Return the preferences of all addresses that have set something, by address."""
        ...

    async def set_preferences(
        self, address: str, preferences: Preferences, now: datetime, *, by: str = ""
    ) -> None:
        """Replace the preferences of an address. What is held for it is due according to the new ones.

        `by`: who changed those of a channel, for the log of its changes; "" for a person's own.
        """
        ...

    async def held(self, address: str) -> list[Held]:
        """Return what is held for an address, the first due first."""
        ...


class CommandStore(
    ArchiveStore,
    CategoryNames,
    SubscriptionStore,
    PreferenceStore,
    FeedEditor,
    RhythmReader,
    QueueStore,
    PeopleStore,
    KeyValueStore,
    FleetReader,
    ConditionReader,
    HubReader,
    Protocol,
):
    """The part of a store that command handlers use."""
