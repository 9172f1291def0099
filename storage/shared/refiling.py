"""Gives the stored posts of a feed the new names of their categories. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from bot.model import BlogCategory, Filing, Rename
from bot.ports import CategoryChange, KnownCategories, NumberedBlog
from bot.text.refiling import refiled
from storage.shared.feed_rows import feed_from
from storage.shared.mapping import filing_names, post_from
from storage.shared.renaming import new_key
from storage.shared.rows import Row


@dataclass(frozen=True, slots=True)
class RefiledPost:
    """A stored post with its new filing. `names`: by their term keys. `row`: as it was."""

    row: Row
    filing: Filing
    names: Mapping[str, str]

    @property
    def parameters(self) -> dict[str, object]:
        """What is written of it."""
        categories = json.dumps(self.filing.categories, ensure_ascii=False)
        return {"id": self.row["id"], "categories": categories, "evidence": self.filing.evidence}


def refiled_posts(rows: Iterable[Row], renames: Iterable[Rename]) -> list[RefiledPost]:
    """Return posts with the new names, of rows of `posts` with `feed_name`."""
    moves = tuple(renames)
    filings = [(row, refiled(post_from(row).filing, moves)) for row in rows]
    return [RefiledPost(row, filing, filing_names(filing)) for row, filing in filings]


def known_from(rows: Iterable[Row]) -> KnownCategories:
    """Return the stored categories, of rows of `blog_categories`."""
    found = list(rows)
    return KnownCategories(
        tuple(BlogCategory(row["number"], row["name"], row["parent"]) for row in found),
        frozenset(row["number"] for row in found if row["missing"]),
    )


def blogs_from(feeds: Iterable[Row], rows: Iterable[Row]) -> list[NumberedBlog]:
    """Return feeds with their categories, of rows of `feeds` and of `blog_categories`, sorted by feed."""
    of = {feed: known_from(found).categories for feed, found in groupby(rows, key=itemgetter("feed_id"))}
    return [NumberedBlog(feed_from(row), of.get(row["id"], ())) for row in feeds]


def still_as_expected(change: CategoryChange, rows: Iterable[Row]) -> bool:
    """Whether the stored names are those on which the renames of a change rest. `rows`: all of the feed."""
    names = {row["number"]: row["name"] for row in rows if row["source"] == change.source}
    return all(names.get(number) == name for number, name in change.expected.items())


def category_parameters(change: CategoryChange) -> list[dict[str, object]]:
    """Return the categories to be stored as parameters of a statement."""
    return [
        {
            "feed_id": change.feed_id,
            "number": each.id,
            "source": change.source,
            "name": each.name,
            "parent": each.parent,
        }
        for each in change.store
    ]


def former_parameters(feed_id: int, moves: Mapping[str, Rename]) -> list[dict[str, object]]:
    """Return the old names with the new ones as parameters of a statement."""
    return [
        {
            "feed_id": feed_id,
            "term": old,
            "name": each.old,
            "now_term": new_key(each),
            "now_name": each.new,
        }
        for old, each in moves.items()
    ]
