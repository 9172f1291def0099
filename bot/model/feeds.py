"""Feeds as published and as polled, and their posts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from bot.model.filing import Filing, Kind


class Silence(StrEnum):
    """Why a post alerted nobody when it was first seen."""

    UNKNOWN = ""  # it did alert, or was stored before reasons were recorded
    FIRST = "first"  # it was in the feed at the first poll
    OLD = "old"  # its printed date is too long before the first poll
    ARCHIVED = "archived"  # it was read later from older pages of the feed


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed as printed, before it is identified, filed and summarized."""

    guid: str
    link: str
    title: str
    author: str = ""
    published: datetime | None = None  # None where the feed gives no usable date
    updated: datetime | None = None
    date_text: str = ""  # what `published` was read from, as printed
    html: str = ""  # full content where the feed has it, else the excerpt
    excerpt: str = ""  # the feed's own short text, as text
    labels: tuple[str, ...] = ()  # categories and tags as printed, in order, without duplicates
    image: str = ""  # URL of the post's own picture; never an avatar or a tracking pixel
    kinds: tuple[Kind | None, ...] = ()  # of each label, as far as the feed says so; () if it never does
    text_hash: str = ""  # of its words, where `html` has been left out because it is known
    characters: int = 0  # the same: the length of its words


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed document as plain values. `ttl`: seconds between polls that the feed asks for, 0 for none.

    `shelves`: the categories of the feed as a whole, which podcasts print. `hubs` and `topics`: the addresses
    that it prints with `rel="hub"` and `rel="self"`.
    """

    title: str
    link: str
    entries: tuple[Entry, ...]
    generator: str = ""
    ttl: float = 0.0
    shelves: tuple[str, ...] = ()
    hubs: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedWindow:
    """A feed document from which entries are left out that are known from the last poll.

    `marks`: hashes of all items in the document's order; () where its items cannot be told apart, and then
    nothing is left out. `places`: where the entries of `feed` stand among them. `context`: a hash of what
    else the entries depend on.
    """

    feed: ParsedFeed
    marks: tuple[str, ...] = ()
    places: tuple[int, ...] = ()
    context: str = ""


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """The settings of a feed, made by the operator (config) or an admin (chat)."""

    name: str
    url: str
    every: float = 900.0  # seconds between polls
    announce_latest: int = 0  # posts of the first poll to announce
    categories: tuple[str, ...] = ()  # names known to be categories
    aliases: dict[str, str] = field(default_factory=dict)  # printed name -> name to use
    api_base: str = "auto"  # "auto", "off" or a base URL
    origin: str = "config"  # "config" or "chat"
    quiet_notice: bool = True  # whether admins are told when the blog goes quiet (bot/rhythm.py)
    children: str = "auto"  # whether a post counts for the categories above its own: "auto", "on" or "off"
    full_text: str = (
        "auto"  # whether the page of a post is read for its summary: as the bot does, "on", "off"
    )
    cluster: Literal["off", "same", "near"] = "same"  # what counts as a story of another feed (bot/story.py)


@dataclass(frozen=True, slots=True)
class BlogApi:
    """An API that lists a blog's newest posts. `url` includes the query.

    "wpcom": WordPress.com's rest/v1.1; "wpjson": wp/v2 of WordPress itself.
    """

    kind: Literal["wpcom", "wpjson"]
    url: str


class FeedState(NamedTuple):
    """The state of a feed between polls. It is stored, so that a restart changes nothing.

    Every poll reads one and makes the next, and a named tuple is copied four times as fast as a dataclass.
    """

    etag: str = ""  # as received, quotes and W/ included
    last_modified: str = ""  # as received, byte for byte
    body_hash: str = ""
    unchanged_bodies: int = 0  # consecutive polls answered with 200 and the same body
    baseline_at: datetime | None = None  # when the first good poll was stored; None before
    highest_wordpress_id: int = 0  # of the baseline
    last_success_at: datetime | None = None
    last_full_at: datetime | None = None  # last 200 with a body; guards against endless 304 answers
    failures: int = 0  # consecutive failed polls
    failing_since: datetime | None = None
    last_error: str = ""
    reported: bool = False  # admins were notified that it fails
    ttl: float = 0.0  # the interval that the feed asks for, seconds between polls
    moved_to: str = ""  # target of a permanent redirect that has not been confirmed yet
    moved_polls: int = 0
    moved_since: datetime | None = None
    gone_since: datetime | None = None  # first 410
    stopped: bool = False  # two 410s, 24 h apart
    site: str = ""  # the blog's address, from the feed
    generator: str = ""  # the software that the feed names as its generator
    renamed_at: datetime | None = None  # when most of the feed's posts last got new ids
    refile_at: datetime | None = None  # when to look for better evidence for some post
    api: BlogApi | None = None  # the API that answered; None while unknown
    api_retry_at: datetime | None = None  # when to look for an API again after none answered
    categories_at: datetime | None = None  # when the blog's list of categories was last asked for
    children: bool = False  # what "auto" means: the feed was added when the bot knew of hierarchies
    slow_until: datetime | None = None  # end of the shorter time-out after the blog answered too slowly
    not_before: datetime | None = None  # until then the server wants no request, not even for a push
    hub: str = ""  # the hub that the feed names, for when it comes back after it was removed
    topic: str = ""  # the address to ask that hub about
    hub_trust: int = 0  # posts that may yet come without a push before the hub counts as silent
    answered_push: datetime | None = None  # `Feed.push_due` of the last push that led to a post
    unpushed_at: datetime | None = None  # when a poll last found a post of which the hub had not told

    def trusts_hub(self, since: datetime | None) -> bool:
        """Return whether a hub that has agreed to push `since` then told of a post, and of the last ones."""
        told = self.answered_push
        return self.hub_trust > 0 and since is not None and told is not None and told >= since


@dataclass(frozen=True, slots=True)
class Feed:
    """One polled URL with its settings and its state."""

    id: int
    settings: FeedSettings
    url: str  # the URL in use; differs from settings.url after a confirmed permanent redirect
    state: FeedState
    next_poll_at: datetime
    push_due: datetime | None = None  # when the last push wanted a poll
    hub_since: datetime | None = None  # since when the feed's hub has agreed to push; None if it has not
    hub_until: datetime | None = None  # until when it has
    renaming: bool = False  # whether renames of its categories are under way: some posts or followers wait


@dataclass(frozen=True, slots=True)
class PostTimes:
    """When the newest posts of a feed were published, newest first.

    `came`: when the last of them that was news came; later than its date if that is dated back.
    """

    published: tuple[datetime, ...] = ()
    came: datetime | None = None


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
    also: tuple[str, ...] = ()  # names of other feeds that tell the same story
