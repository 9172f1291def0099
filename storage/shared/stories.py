"""Reads the copies of a story from rows, and gives the parameters of statements that look for them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from bot.model import Post
from bot.ports import PostRow
from bot.story import STORY, Copy, Told, story_of
from storage.shared.mapping import from_ms, maybe_from_ms, post_from, to_ms
from storage.shared.rows import Row

# What CANDIDATES selects, beside the key by which each post was found and whether the story is `ours`.
COLUMNS = """
p.id, p.feed_id, p.canonical_id, p.title, p.link, p.image, p.published_at, p.printed_at,
coalesce(began.printed_at, began.published_at) AS began_at
"""
MOST_COPIES = 20  # of a story that are named beside a post
FEW_OLD_KEYS = 200  # that are too old, deleted with one post at most


@dataclass(frozen=True, slots=True)
class Copied:
    """A stored post and the story that it tells: its feed, its id, and the id of the story's first copy."""

    feed_id: int
    id: int
    story: int

    @property
    def shown_id(self) -> int | None:
        """What new deliveries name as the copy to be shown; None for the first copy."""
        return None if self.id == self.story else self.id

    def parameters(self) -> dict[str, object]:
        """Return the parameters of statements on deliveries of the post."""
        return {"feed_id": self.feed_id, "post_id": self.story, "shown_id": self.shown_id}


def looked_for(feed_id: int) -> dict[str, object]:
    """Return the parameters of the statement that finds posts by keys, without the keys."""
    return {"feed": feed_id, "found": STORY.found, "characters": STORY.characters}


def story_post_from(row: Row) -> Post:
    """Return a post from a row of `posts` with `feed_name` and `also`, the names of other feeds."""
    return replace(post_from(row), also=tuple(dict.fromkeys(json.loads(row["also"] or "[]"))))


def oldest(now: datetime) -> dict[str, object]:
    """Return the parameters of the statement that deletes old keys."""
    return {"oldest": to_ms(now - STORY.keep), "limit": FEW_OLD_KEYS}


def chosen(row: PostRow, feed_id: int, rows: Iterable[Row]) -> int | None:
    """Return the story of a new post, of those that rows sorted by `id` tell; None for another one."""
    found = [_told(list(group)) for _, group in groupby(rows, key=itemgetter("id"))]
    return story_of(_copy(row, feed_id), found) if found else None


def _copy(row: PostRow, feed_id: int) -> Copy:
    post = row.post
    return Copy(
        feed=feed_id,
        keys=frozenset(row.story or ()),
        title=post.title,
        link=post.link,
        text=row.text,
        published=post.published,
        printed=row.printed,
        image=post.image,
    )


def _told(rows: list[Row]) -> Told:
    first = rows[0]
    copy = Copy(
        feed=first["feed_id"],
        keys=frozenset(row["story_key"] for row in rows),
        title=first["title"],
        link=first["link"],
        text=first["text"],
        published=from_ms(first["published_at"]),
        printed=maybe_from_ms(first["printed_at"]),
        image=first["image"],
    )
    return Told(
        copy,
        story=first["canonical_id"],
        began=from_ms(first["began_at"]),
        first=first["id"] == first["canonical_id"],
        ours=bool(first["ours"]),
    )


def shown_id(row: Row) -> int:
    """Return which copy of a story a row of `deliveries` with a post shows."""
    return int(row["post_id"] if row["shown_id"] is None else row["shown_id"])


def shown(post: Post) -> tuple[object, ...]:
    """Return the parts of a post that an alert shows. When they change, sent messages are edited."""
    return (post.title, post.link, post.summary, post.filing.categories, post.update, post.image)
