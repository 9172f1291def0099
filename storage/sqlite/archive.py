"""What commands read: terms, posts, the log, health."""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from datetime import datetime

from bot.model import EVERYTHING, Kind, Post, Silence, Term
from bot.ports import DeliveryInfo, QueueHealth, SilentPost
from bot.text.normalize import fold
from storage.sqlite.common import Part
from storage.sqlite.mapping import destination_from, from_ms, link_path, maybe_from_ms, post_from
from storage.sqlite.posts import SELECT_POSTS

_KINDS = {"c": Kind.CATEGORY, "t": Kind.TAG}
_TERMS = """
SELECT t.term, t.name, feeds.name AS feed_name,
    (SELECT count(*) FROM post_terms AS pt CROSS JOIN posts AS p ON p.id = pt.post_id
     WHERE pt.term = t.term AND p.feed_id = t.feed_id) AS posts
FROM terms AS t JOIN feeds ON feeds.id = t.feed_id
WHERE feeds.retired_at IS NULL AND (:feed IS NULL OR t.feed_id = :feed)
ORDER BY posts DESC, t.name
"""
_LATEST = (
    SELECT_POSTS
    + """WHERE (:feed IS NULL AND p.id = p.canonical_id OR p.feed_id = :feed)
    AND (:term IS NULL OR p.id IN (SELECT post_id FROM post_terms WHERE term = :term))
ORDER BY p.published_at DESC, p.id DESC LIMIT :limit"""
)
_MOVED_FROM = (  # aliases hold the earlier addresses, without their host
    SELECT_POSTS
    + """WHERE p.moved_at IS NOT NULL AND p.id IN (
    SELECT moved.post_id FROM feeds CROSS JOIN post_aliases AS moved
    ON moved.feed_id = feeds.id AND moved.alias = :alias AND :alias <> '/')
ORDER BY p.id LIMIT 1"""
)
_FIND = (
    SELECT_POSTS
    + """JOIN archive ON archive.rowid = p.id
WHERE archive MATCH :query AND p.id = p.canonical_id
ORDER BY bm25(archive, 4.0, 1.0, 2.0, 2.0), p.published_at DESC LIMIT :limit"""
)
# What was sent is the rest: an outbox of years is not walked through to show how it is doing.
_COUNTS = """
SELECT count(*) AS waiting, min(created_at) AS oldest,
    (SELECT count(*) FROM deliveries) AS total,
    (SELECT count(*) FROM deliveries INDEXED BY deliveries_parked WHERE state = 'parked') AS parked,
    (SELECT count(*) FROM deliveries INDEXED BY deliveries_failed WHERE state = 'failed') AS failed
FROM deliveries INDEXED BY deliveries_queue WHERE state IN ('pending', 'sending')
"""
_INFO = """
SELECT q.*, d.address, d.parked_at, d.parked_reason, t.name AS term_name
FROM deliveries AS q JOIN destinations AS d ON d.id = q.destination_id
LEFT JOIN posts AS filed ON filed.id = q.post_id
LEFT JOIN terms AS t ON t.feed_id = filed.feed_id AND t.term = q.term
"""
_ID = "(SELECT id FROM destinations WHERE address = :address)"
_MAX_WORDS = 12  # a longer question is cut: each word costs a walk through the index


class ArchivePart(Part):
    """The methods of `bot.ports.ArchiveStore`, but for feeds."""

    async def terms(self, feed_id: int | None = None) -> list[Term]:
        """Return every known category and tag, those with most posts first."""
        rows = await self._database.read(_TERMS, {"feed": feed_id})
        return [
            Term(
                kind=_KINDS[row["term"][0]],
                name=row["name"],
                fold=fold(row["name"]),
                posts=row["posts"],
                feed=row["feed_name"],
            )
            for row in rows
        ]

    async def latest(self, limit: int, key: str | None = None, feed_id: int | None = None) -> list[Post]:
        """Return the newest posts, newest first."""
        term = None if key == EVERYTHING else key
        rows = await self._database.read(_LATEST, {"limit": limit, "term": term, "feed": feed_id})
        return [post_from(row) for row in rows]

    async def find(self, words: str, limit: int) -> list[Post]:
        """Return posts that contain all the words, best first; the last word may be a beginning."""
        tokens = re.findall(r"\w+", unicodedata.normalize("NFC", words))[:_MAX_WORDS]
        if not tokens:
            return []
        query = " AND ".join(f'"{token}"' for token in tokens) + "*"
        rows = await self._database.read(_FIND, {"query": query, "limit": limit})
        return [post_from(row) for row in rows]

    async def post_by_link(self, link: str) -> Post | None:
        """Return the post that has or had this link; scheme, www, query and a last slash do not matter."""
        path = link_path(link)
        rows = await self._database.read(
            SELECT_POSTS + "WHERE p.link_path = :path ORDER BY p.id LIMIT 1", {"path": path}
        ) or await self._database.read(_MOVED_FROM, {"alias": f"/{path.partition('/')[2]}"})
        return post_from(rows[0]) if rows else None

    async def post_moved_at(self, post_id: str) -> datetime | None:
        """Return when a known post last came under another guid or link; None for never."""
        rows = await self._database.read(
            "SELECT max(moved_at) AS moved_at FROM posts WHERE key = :key", {"key": post_id}
        )
        return maybe_from_ms(rows[0]["moved_at"])

    async def silence_of(self, post_id: str) -> SilentPost | None:
        """Return why a post alerted nobody; None for one that was news, or is not known."""
        rows = await self._database.read(
            "SELECT silent, silence, date_text FROM posts WHERE key = :key ORDER BY silent, id LIMIT 1",
            {"key": post_id},
        )
        if not rows or not rows[0]["silent"]:
            return None
        return SilentPost(Silence(rows[0]["silence"]), rows[0]["date_text"])

    async def deliveries_of(self, post_id: str, address: str) -> list[DeliveryInfo]:
        """Return what became of a post for a destination."""
        return await self._infos(
            f"WHERE q.destination_id = {_ID} AND q.post_id IN (SELECT id FROM posts WHERE key = :key)",
            {"address": address, "key": post_id},
        )

    async def delivery_log(self, address: str | None, limit: int) -> list[DeliveryInfo]:
        """Return the newest rows of the outbox, newest first."""
        where = "" if address is None else f"WHERE q.destination_id = {_ID} "
        return await self._infos(
            where + "ORDER BY q.id DESC LIMIT :limit",
            {"address": address, "limit": limit},
        )

    async def queue_health(self) -> QueueHealth:
        """Return how the outbox is doing."""
        (counts,) = await self._database.read(_COUNTS)
        parked = await self._database.read(
            "SELECT id AS destination_id, * FROM destinations INDEXED BY destinations_parked "
            "WHERE parked_at IS NOT NULL ORDER BY address"
        )
        return QueueHealth(
            waiting=counts["waiting"],
            oldest_waiting=maybe_from_ms(counts["oldest"]),
            parked=tuple(destination_from(row) for row in parked),
            sent=counts["total"] - counts["waiting"] - counts["parked"] - counts["failed"],
            failed=counts["failed"],
        )

    async def _infos(self, where: str, parameters: dict[str, object]) -> list[DeliveryInfo]:
        rows = await self._database.read(_INFO + where, parameters)
        ids = sorted({row["post_id"] for row in rows if row["post_id"] is not None})
        found = await self._database.read(
            SELECT_POSTS + "WHERE p.id IN (SELECT value FROM json_each(:ids))", {"ids": json.dumps(ids)}
        )
        posts = {row["id"]: post_from(row) for row in found}
        return [_info(row, posts.get(row["post_id"])) for row in rows]


def _info(row: sqlite3.Row, post: Post | None) -> DeliveryInfo:
    name = row["term_name"] or row["term"][2:]
    if row["term"].startswith("t:"):
        name = f"#{name}"
    return DeliveryInfo(
        destination=destination_from(row),
        post=post,
        state=row["state"],
        at=maybe_from_ms(row["settled_at"]) or from_ms(row["created_at"]),
        error=row["error"],
        matched="everything" if row["term"] == EVERYTHING else name,
        notice=row["notice"] or "",
        attempts=row["attempts"],
        edited=row["edited"],
    )
