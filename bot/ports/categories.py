"""The categories of a blog by their numbers, and what becomes of followers when names change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.model import BlogCategory, Feed, Rename
from bot.ports.feeds import AdminNotice


@dataclass(frozen=True, slots=True)
class KnownCategories:
    """The stored categories of a feed. `missing`: numbers that the last whole list did not have."""

    categories: tuple[BlogCategory, ...] = ()
    missing: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class NumberedBlog:
    """A feed and the categories of its blog."""

    feed: Feed
    categories: tuple[BlogCategory, ...]


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """What a look at a blog's categories changes. The store does all of it in one transaction, or nothing.

    `renames` only begin then, and `move_on` carries them out: of each, stored posts and everybody's filters
    get the new name, and those who follow or leave out the old one are told. `expected`: the stored names of
    numbers on which the renames rest; if another process has changed one of them meanwhile, or renames of
    the feed are under way, nothing is done.
    """

    feed_id: int
    source: str  # whose numbers these are: the address of the API
    at: datetime
    store: tuple[BlogCategory, ...] = ()
    missing: frozenset[int] = frozenset()  # all that the last whole list did not have
    forgotten: frozenset[int] = frozenset()
    renames: tuple[Rename, ...] = ()
    expected: Mapping[int, str] = field(default_factory=dict)
    notices: tuple[AdminNotice, ...] = ()


class CategoryStore(Protocol):
    """Keeps the numbers of categories."""

    async def blog_categories(self, feed_id: int, source: str) -> KnownCategories:
        """Return the categories of a feed by the numbers of `source`; others are as good as unknown."""
        ...

    async def change_categories(self, change: CategoryChange) -> bool:
        """Store a change; return whether it was done (see CategoryChange)."""
        ...

    async def move_on(self, feed_id: int) -> bool:
        """Carry out a part of the renames under way in a feed; return whether there may be more to do.

        Each call is one short transaction, so that deliveries need not wait for a blog with many posts and
        followers. Until all is done the feed is `renaming`, over any crash, and no new post of it may be
        matched. Posts come first, then followers, and each is moved and told once.

        Whoever follows both names follows the new one once: as soon as either, with both mentions. A name
        that is followed is no longer left out. Of those who follow a name of every feed, those names that
        another feed in use has stay as well, and no exclusion is moved to a name that another feed has.
        """
        ...


class CategoryNames(Protocol):
    """Knows what categories were called before, and which are below which."""

    async def former_names(self, keys: Sequence[str], feed_id: int | None = None) -> dict[str, Rename]:
        """Return the rename of each term key that is a category's former name, in one feed or in any."""
        ...

    async def blogs_with(self, key: str, limit: int, feed_id: int | None = None) -> list[NumberedBlog]:
        """Return the numbered categories of at most `limit` blogs that have a category with this key."""
        ...
