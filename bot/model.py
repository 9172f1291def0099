"""The values that travel through Bystander. Plain, frozen, and free of I/O.

Times are timezone-aware `datetime`s in UTC. Durations are seconds as `float` unless a name says otherwise.
Texts are plain text (entities decoded, no markup) unless the field is called `html`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

EVERYTHING = "*"  # the term that stands for "every post" in a filter


class Kind(StrEnum):
    """What a term is: the author *files* a post under categories and merely *tags* it."""

    CATEGORY = "category"
    TAG = "tag"


class Cadence(StrEnum):
    """How soon a subscription delivers."""

    NOW = "now"
    DAILY = "daily"
    WEEKLY = "weekly"


class Rank(IntEnum):
    """How good the evidence for a filing is; lower is better (docs/architecture.md, "Filing")."""

    API = 1  # WordPress.com API or wp-json: categories and tags are separate objects
    PAGE = 2  # the post's own page: rel, href and classes of its links
    ORDER = 3  # exactly one descent in the feed's merged list
    KNOWN = 4  # names known to be categories; several readings possible
    GIVEN = 5  # the feed is no WordPress feed: its categories are taken as they are
    NONE = 9  # nothing was printed, or nothing could be told

    @property
    def exact(self) -> bool:
        """Whether better evidence cannot be expected, so that no re-filing is planned."""
        return self in (Rank.API, Rank.PAGE, Rank.GIVEN)


# --- what a parser yields -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed as printed, before it is identified, filed and summarized."""

    guid: str
    link: str
    title: str
    author: str = ""
    published: datetime | None = None  # None where the feed gives no usable date
    updated: datetime | None = None
    html: str = ""  # full content where the feed has it, else the excerpt
    excerpt: str = ""  # the feed's own short text, as text
    labels: tuple[str, ...] = ()  # categories and tags as printed, in order, doubles removed
    image: str = ""  # URL of the post's own picture; never an avatar or a tracking pixel


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed document as plain values. `ttl` is the feed's own wish in seconds, 0 for none."""

    title: str
    link: str
    entries: tuple[Entry, ...]
    generator: str = ""
    ttl: float = 0.0


# --- filing ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filing:
    """What a post is filed under and tagged with, and on what evidence.

    `ambiguous`: the evidence allows several readings, so `categories` is left empty and only those who
    follow everything get the post until better evidence comes.
    """

    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    rank: Rank = Rank.NONE
    evidence: str = ""  # one sentence that /why can show
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A category or a tag as known for a feed. `fold` is its tolerant form (`bot.names.fold`)."""

    kind: Kind
    name: str
    fold: str
    posts: int = 0  # posts in the archive that carry it
    feed: str = ""  # name of the feed it belongs to


# --- feeds and posts ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """What the operator (config) or an admin (chat) says about a feed."""

    name: str
    url: str
    every: float = 900.0  # seconds between polls
    announce_latest: int = 0  # posts of the first poll to announce
    categories: tuple[str, ...] = ()  # names known to be categories
    aliases: dict[str, str] = field(default_factory=dict)  # printed name -> name to use
    api_base: str = "auto"  # "auto", "off" or a base URL
    origin: str = "config"  # "config" or "chat"


@dataclass(frozen=True, slots=True)
class FeedState:
    """What polling remembers of a feed; stored, so that a restart changes nothing."""

    etag: str = ""  # as received, quotes and W/ included
    last_modified: str = ""  # as received, byte for byte
    body_hash: str = ""
    unchanged_bodies: int = 0  # polls in a row answered 200 with the same body
    baseline_at: datetime | None = None  # when the first good poll was stored; None before
    highest_wordpress_id: int = 0  # of the baseline
    last_success_at: datetime | None = None
    last_full_at: datetime | None = None  # last 200 with a body; guards against 304 for ever
    failures: int = 0  # failed polls in a row
    failing_since: datetime | None = None
    last_error: str = ""
    reported: bool = False  # that it fails has been told
    ttl: float = 0.0  # the feed's own wish, seconds between polls
    moved_to: str = ""  # target of a permanent redirect not yet believed
    moved_polls: int = 0
    moved_since: datetime | None = None
    gone_since: datetime | None = None  # first 410
    stopped: bool = False  # two 410s, 24 h apart
    site: str = ""  # the blog's address, from the feed
    generator: str = ""  # what the feed says it was made with
    refile_at: datetime | None = None  # when to look for better evidence for some post
    api: str = ""  # the API that answered: "wpcom <url>", "wpjson <url>", or "" while unknown
    api_retry_at: datetime | None = None  # when to look for an API again after none answered


@dataclass(frozen=True, slots=True)
class Feed:
    """One polled URL with its settings and its state."""

    id: int
    settings: FeedSettings
    url: str  # the URL in use; differs from settings.url after a believed permanent redirect
    state: FeedState
    next_poll_at: datetime


@dataclass(frozen=True, slots=True)
class Post:
    """One entry of a feed, identified, filed and summarized."""

    id: str  # stable for ever, e.g. "wp:blog.example:41873"
    link: str
    title: str
    author: str
    published: datetime  # min(printed date, first seen)
    summary: str
    filing: Filing
    image: str = ""
    update: str = ""  # the newest "Update:" paragraph added after the post was first seen
    feed: str = ""  # name of the feed


# --- destinations, subscriptions, deliveries ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Destination:
    """A place an alert can go to. `address` is "platform:rest", e.g. "console:alice"."""

    id: int
    address: str
    parked: bool = False
    parked_reason: str = ""

    @property
    def platform(self) -> str:
        """The adapter's name: the address up to the first colon."""
        return self.address.partition(":")[0]

    @property
    def local(self) -> str:
        """The address without the platform."""
        return self.address.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a subscription lets through: any of `include`, none of `exclude`.

    Members are term keys (`bot.names.term_key`): "c:" + fold for a category, "t:" + fold for a tag, or
    EVERYTHING. The names shown to people are kept beside them in `labels` (key -> name as known).
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
    mention: str = ""  # what an admin wants mentioned with each alert


class DeliveryState(StrEnum):
    """States of a delivery; docs/architecture.md has the diagram."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    PARKED = "parked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Alert:
    """A post on its way to one destination. Adapters render it; `plain` asks for title and link only."""

    post: Post
    mention: str = ""
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """Several posts in one message (catch-up after an outage, or a daily or weekly digest)."""

    posts: tuple[Post, ...]
    heading: str
    mention: str = ""
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence from the bot to an admin or a channel, not about one post."""

    text: str
    plain: bool = False


Message = Alert | Digest | Notice


class Action(StrEnum):
    """What a claimed delivery asks of the adapter."""

    SEND = "send"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Claim:
    """Work taken from the outbox under a lease: one message for one destination.

    `delivery_ids`: the rows it settles (several for a digest).
    `key`: the attempt key, the same over retries and restarts.
    `uncertain`: an earlier attempt may have arrived; ask the adapter's `find` before sending.
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


# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Caller:
    """Who typed a command, and where. `place` is the address of the channel they typed it in."""

    address: str  # their own destination, e.g. "console:alice"
    place: str
    admin: bool = False

    @property
    def platform(self) -> str:
        """The adapter's name."""
        return self.address.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a command: plain text, and posts where it lists some. `ok` is False for a refusal."""

    text: str
    posts: tuple[Post, ...] = ()
    ok: bool = True
