"""The values that polling stores, and the interface of the store for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.model import Change, Feed, FeedSettings, FeedState, NamedHub, Post, PostTimes, Silence


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post with the values that serve to recognise, compare and search it."""

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
    silence: Silence = Silence.UNKNOWN  # why it is silent
    date_text: str = ""  # what `printed` was read from
    edits: int = 0  # edits seen so far
    refile_at: datetime | None = None  # when to look for better evidence; None: no need
    refile_attempts: int = 0
    moved_at: datetime | None = None  # when it last came under another guid or link
    story: tuple[str, ...] | None = None  # keys by which other feeds' copies are found; None: told by itself


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The known names of a feed. `categories`: as printed.

    `tagged`: whether any post was ever filed with a tag on evidence of rank ORDER or better.
    """

    categories: tuple[str, ...] = ()
    tagged: bool = True


@dataclass(frozen=True, slots=True)
class AdminNotice:
    """A sentence for one admin, sent through the outbox."""

    address: str
    text: str


@dataclass(frozen=True, slots=True)
class PollRecord:
    """The outcome of one poll that brought no posts: the feed's next state, and when to poll again."""

    feed_id: int
    url: str
    state: FeedState
    next_poll_at: datetime
    notices: tuple[AdminNotice, ...] = ()  # stored with the state, so that each is sent once
    push_due: datetime | None = None  # the feed's when it was claimed; a later push wants another poll


@dataclass(frozen=True, slots=True)
class PollCommit:
    """The outcome of one poll with posts. The store records all of it in one transaction, or nothing.

    Posts in `new` are announced to their followers, except silent ones, which are only stored. `changed`
    replaces known posts by id: sent messages are edited, and followers are alerted if the new filing matches
    for them and the old one did not. The new text and author count for both, so they alone alert nobody.

    A new post that `bot.story` finds to be a copy of another feed's post alerts only those who have not got
    that one. Messages with the other copy are edited, and tell that this feed has it as well.
    """

    record: PollRecord
    new: tuple[PostRow, ...] = ()
    changed: tuple[PostRow, ...] = ()
    quiet_changed: tuple[PostRow, ...] = ()  # changed without edits or alerts
    vocabulary: tuple[str, ...] = ()  # names learned to be categories
    hub: NamedHub | None = None  # which the feed names now, so that it leaves any other; None: not looked for
    at: datetime = field(kw_only=True)


class FeedsReader(Protocol):
    """Reads the list of feeds."""

    async def feeds(self, limit: int | None = None) -> list[Feed]:
        """Return the feeds in use, by name; at most `limit` of them, or all. Of many, this takes a while."""
        ...

    async def feed_called(self, name: str) -> Feed | None:
        """Return the feed in use with this name in any spelling (see `fold`); None if there is none."""
        ...

    async def feed_names(self) -> list[str]:
        """Return the names of all feeds in use, in the order of `feeds`."""
        ...


class RhythmReader(Protocol):
    """Reads how often blogs have posts."""

    async def post_times(self, feed_ids: Sequence[int], now: datetime, limit: int) -> dict[int, PostTimes]:
        """Return the times of the newest `limit` posts of each feed, those later than `now` left out.

        Feeds without posts are missing.
        """
        ...


class FeedEditor(FeedsReader, Protocol):
    """Changes to feeds that admins make in chat."""

    async def add_feed(
        self, settings: FeedSettings, now: datetime, *, by: str, server: str = "", limit: int | None = None
    ) -> Feed:
        """Add a feed, or restore the retired one with that URL. It is due at once. `by`: see Change.

        Raises UsageError when a feed in use has the name or the URL, and LimitError when `limit` feeds in use
        were added in chat from `server` (see Caller) already. No limit holds for the server "".
        The log keeps the server as well.
        """
        ...

    async def retire_feed(self, feed_id: int, now: datetime, *, by: str, server: str = "") -> None:
        """Stop polling a feed. Its posts and its subscriptions are kept. `by`, `server`: see `add_feed`."""
        ...

    async def feeds_added(self) -> dict[int, Change]:
        """Return who last added each feed in use, and when, by its id; no entry where that is not known."""
        ...


class FeedStore(FeedsReader, Protocol):
    """The part of a store that polling and the start of the bot use."""

    async def sync_feeds(self, settings: Sequence[FeedSettings], now: datetime) -> None:
        """Make the feeds of origin "config" equal to `settings`, matched by URL, then by name.

        A feed that left the config is retired: not polled, its posts and subscriptions kept. What changes is
        logged as changed by CONFIG.
        """
        ...

    async def claim_feeds(self, owner: str, now: datetime, lease: float, limit: int) -> list[Feed]:
        """Claim up to `limit` due feeds for `lease` seconds; no other owner gets them during that time."""
        ...

    async def next_poll_at(self) -> datetime | None:
        """Return when the next feed is due, leases considered; None without feeds."""
        ...

    async def record_polls(self, records: Sequence[PollRecord], now: datetime) -> None:
        """Store outcomes without posts, in one transaction, and end their leases."""
        ...

    async def commit_poll(self, commit: PollCommit) -> int:
        """Store an outcome with posts (see PollCommit), end the lease; return the number of deliveries."""
        ...

    async def known_posts(
        self, feed_id: int, ids: Sequence[str], aliases: Sequence[str], text_hashes: Sequence[str] = ()
    ) -> list[PostRow]:
        """Return the stored posts of a feed that have one of the ids, aliases or text hashes.

        Of posts that share a text hash, at least the newest 50 are returned.
        """
        ...

    async def posts_to_refile(self, feed_id: int, now: datetime, limit: int) -> list[PostRow]:
        """Return posts for which better evidence should be looked for now, oldest due time first."""
        ...

    async def vocabulary(self, feed_id: int) -> Lexicon:
        """Return the names known to be categories of a feed, and whether it ever had a tag."""
        ...
