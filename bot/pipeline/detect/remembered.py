"""Converts stored posts for detection, and updates known posts that came again. Used by the poll."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.pipeline.detect.changes import Candidate, StoredPost
from bot.pipeline.detect.settings import DETECT
from bot.ports import PostRow


def known_of(row: PostRow) -> StoredPost:
    """Return a stored post in the form that detection uses."""
    return StoredPost(
        id=row.post.id,
        guid=row.guid,
        link=row.post.link,
        title=row.post.title,
        published=row.printed or row.post.published,
        text_hash=row.text_hash,
        labels=row.labels,
        aliases=row.aliases,
        dated=row.printed is not None,
    )


def rows_by_id(rows: Iterable[PostRow]) -> dict[str, PostRow]:
    """Return the rows keyed by the id of their post."""
    return {row.post.id: row for row in rows}


def is_redated(found: Candidate, before: PostRow) -> bool:
    """Return whether a date moved by a day, enough to be stored; some feeds re-date posts at each poll."""
    date = found.entry.published
    return date is not None and (before.printed is None or abs(date - before.printed) >= DETECT.redated)


def kept(found: Candidate, before: PostRow, moved_at: datetime | None) -> PostRow:
    """Return the row of a known post, updated with the guid, link and date it came under now."""
    entry, identity = found.entry, found.identity
    return replace(
        before,
        post=replace(before.post, link=entry.link or before.post.link),
        guid=entry.guid or before.guid,
        aliases=(identity.id, *identity.aliases),
        printed=entry.published or before.printed,
        moved_at=moved_at,
    )
