"""Queries for commands that only read: posts, the log of deliveries, the state of the outbox."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.model import EVERYTHING, Post, PostTimes
from bot.ports import DeliveryInfo, Found, QueueHealth, SentDigest, SilentPost
from storage.shared.archive import EARLIEST, digest_from, health_from, info_from, silence_from, times_from
from storage.shared.mapping import link_path, maybe_from_ms, to_ms
from storage.shared.stories import shown_id, story_post_from
from storage.sqlite.common import Queries
from storage.sqlite.posts import SELECT_STORIES
from storage.sqlite.search import query_of, search

_NEWEST = """
WHERE p.id IN ({ids} LIMIT :limit OFFSET :skip) ORDER BY p.published_at DESC, p.id DESC
"""
_OF_ALL = (
    "SELECT id FROM posts INDEXED BY posts_newest WHERE id = canonical_id AND published_at >= :since "
    "ORDER BY published_at DESC, canonical_id DESC"
)
_MOVED_FROM = (  # aliases contain the earlier URLs, without their host
    SELECT_STORIES
    + """WHERE p.moved_at IS NOT NULL AND p.id IN (
    SELECT moved.post_id FROM feeds CROSS JOIN post_aliases AS moved
    ON moved.feed_id = feeds.id AND moved.alias = :alias AND :alias <> '/')
ORDER BY p.id LIMIT 1"""
)
_OF_FEED = (
    "SELECT id FROM posts INDEXED BY posts_newest_of_feed WHERE feed_id = :feed "
    "AND published_at >= :since ORDER BY published_at DESC, id DESC"
)
# Of the copies of a story under a term, the oldest.
_OF_TERM = """
SELECT post_terms.post_id FROM post_terms INDEXED BY post_terms_newest
WHERE post_terms.term = :term AND post_terms.published_at >= :since AND (
    post_terms.post_id = post_terms.canonical_id OR NOT EXISTS (
        SELECT 1 FROM posts AS older INDEXED BY posts_canonical
        CROSS JOIN post_terms AS likewise ON likewise.post_id = older.id AND likewise.term = post_terms.term
        WHERE older.canonical_id = post_terms.canonical_id AND older.id < post_terms.post_id))
ORDER BY post_terms.published_at DESC, post_terms.canonical_id DESC
"""
_OF_BOTH = (
    "SELECT post_id FROM post_terms INDEXED BY post_terms_newest_of_feed WHERE feed_id = :feed "
    "AND term = :term AND published_at >= :since ORDER BY published_at DESC, post_id DESC"
)
# (a term is given, a feed is given) -> the statement
LATEST = {
    given: SELECT_STORIES + _NEWEST.format(ids=ids)
    for given, ids in {
        (False, False): _OF_ALL,
        (False, True): _OF_FEED,
        (True, False): _OF_TERM,
        (True, True): _OF_BOTH,
    }.items()
}
TEXTS = """
SELECT p.key, p.text FROM json_each(:keys) AS typed CROSS JOIN posts AS p INDEXED BY posts_key
ON p.key = typed.value ORDER BY p.id DESC
"""
# Triggers count the deliveries, so that /health scans neither years of finished rows nor a long backlog.
QUEUE = """
SELECT coalesce(sum(deliveries) FILTER (WHERE state = 'waiting'), 0) AS waiting,
    coalesce(sum(deliveries) FILTER (WHERE state = 'sent'), 0) AS sent,
    coalesce(sum(deliveries) FILTER (WHERE state = 'failed'), 0) AS failed,
    coalesce(sum(deliveries) FILTER (WHERE state = 'held'), 0) AS held,
    (SELECT min(coalesce(released_at, created_at)) FROM deliveries INDEXED BY deliveries_oldest
     WHERE state IN ('pending', 'sending')) AS oldest,
    (SELECT min(due_at) FROM deliveries INDEXED BY deliveries_held WHERE state = 'held') AS held_until
FROM delivery_counts
"""
# Both times of each post; that of its coming only if it was news.
POST_TIMES = """
SELECT p.feed_id, p.published_at, iif(p.silent OR p.first_seen_at > :now, NULL, p.first_seen_at) AS came_at
FROM json_each(:feeds) CROSS JOIN posts AS p ON p.id IN (
    SELECT id FROM posts INDEXED BY posts_newest_of_feed
    WHERE feed_id = json_each.value AND published_at <= :now ORDER BY published_at DESC, id DESC LIMIT :limit)
ORDER BY p.feed_id, p.published_at DESC
"""
_INFO = """
SELECT q.*, d.address, d.parked_at, d.parked_reason, coalesce(t.name, f.name, n.name) AS term_name
FROM deliveries AS q {by} CROSS JOIN destinations AS d ON d.id = q.destination_id
LEFT JOIN posts AS filed ON filed.id = coalesce(q.shown_id, q.post_id)
LEFT JOIN terms AS t ON t.feed_id = filed.feed_id AND t.term = q.term
LEFT JOIN filters AS f ON f.subscription_id = q.subscription_id AND f.excluded = 0 AND f.term = q.term
LEFT JOIN former_names AS n ON n.feed_id = filed.feed_id AND n.term = q.term
"""
# All rows of the newest message with several posts, or of the one with this number.
_DIGEST = """
SELECT coalesce(q.shown_id, q.post_id) AS post_id, min(q.id) OVER () AS number
FROM deliveries AS q INDEXED BY deliveries_bundles
JOIN (
    SELECT b.destination_id, b.bundle FROM destinations AS d
    CROSS JOIN deliveries AS b INDEXED BY deliveries_bundles ON b.destination_id = d.id
    WHERE d.address IN (SELECT value FROM json_each(:addresses)) AND b.bundle IS NOT NULL
      AND (b.id = :number OR :number IS NULL AND b.state = 'sent')
    ORDER BY b.id DESC LIMIT 1
) AS asked ON q.destination_id = asked.destination_id AND q.bundle = asked.bundle
WHERE q.bundle IS NOT NULL ORDER BY q.id
"""
_ID = "(SELECT id FROM destinations WHERE address = :address)"
OF_POST = _INFO.format(by="") + (
    f"WHERE q.destination_id = {_ID} AND q.post_id IN (SELECT canonical_id FROM posts WHERE key = :key)"
)
LOG = _INFO.format(by="INDEXED BY deliveries_log") + (
    f"WHERE q.destination_id = {_ID} ORDER BY q.id DESC LIMIT :limit OFFSET :skip"
)
LOG_OF_ALL = _INFO.format(by="NOT INDEXED") + "ORDER BY q.id DESC LIMIT :limit OFFSET :skip"


class ArchiveQueries(Queries):
    """`bot.ports.ArchiveStore` without its terms, `bot.ports.QueueReader` and `bot.ports.RhythmReader`."""

    async def latest(
        self,
        limit: int,
        key: str | None = None,
        feed_id: int | None = None,
        *,
        since: datetime | None = None,
        skip: int = 0,
    ) -> list[Post]:
        term = None if key == EVERYTHING else key
        rows = await self._database.ask(
            LATEST[term is not None, feed_id is not None],
            {
                "limit": limit,
                "skip": skip,
                "term": term,
                "feed": feed_id,
                "since": EARLIEST if since is None else to_ms(since),
            },
        )
        return [story_post_from(row) for row in rows]

    async def post_times(self, feed_ids: Sequence[int], now: datetime, limit: int) -> dict[int, PostTimes]:
        rows = await self._database.ask(
            POST_TIMES, {"feeds": json.dumps(list(feed_ids)), "now": to_ms(now), "limit": limit}
        )
        return times_from(rows)

    async def find(self, words: str, limit: int) -> Found:
        query = query_of(words)
        if not query:
            return Found(())
        ids, best = await search(self._database, query, limit)
        posts = await self._posts(ids)
        return Found(tuple(posts[each] for each in ids if each in posts), best_first=best)

    async def post_by_link(self, link: str) -> Post | None:
        path = link_path(link)
        rows = await self._database.read(
            SELECT_STORIES + "WHERE p.link_path = :path ORDER BY p.id LIMIT 1", {"path": path}
        ) or await self._database.read(_MOVED_FROM, {"alias": f"/{path.partition('/')[2]}"})
        return story_post_from(rows[0]) if rows else None

    async def texts(self, post_ids: Sequence[str]) -> dict[str, str]:
        rows = await self._database.ask(TEXTS, {"keys": json.dumps(list(post_ids))})
        return {row["key"]: row["text"] for row in rows}

    async def post_moved_at(self, post_id: str) -> datetime | None:
        rows = await self._database.read(
            "SELECT max(moved_at) AS moved_at FROM posts WHERE key = :key", {"key": post_id}
        )
        return maybe_from_ms(rows[0]["moved_at"])

    async def silence_of(self, post_id: str) -> SilentPost | None:
        rows = await self._database.read(
            "SELECT silent, silence, date_text FROM posts WHERE key = :key ORDER BY silent, id LIMIT 1",
            {"key": post_id},
        )
        return silence_from(rows)

    async def deliveries_of(self, post_id: str, address: str) -> list[DeliveryInfo]:
        return await self._infos(OF_POST, {"address": address, "key": post_id})

    async def delivery_log(self, address: str | None, limit: int, *, skip: int = 0) -> list[DeliveryInfo]:
        statement = LOG_OF_ALL if address is None else LOG
        return await self._infos(statement, {"address": address, "limit": limit, "skip": skip})

    async def sent_digest(self, addresses: Sequence[str], number: int | None = None) -> SentDigest | None:
        rows = await self._database.ask(_DIGEST, {"addresses": json.dumps(list(addresses)), "number": number})
        return digest_from(rows, await self._posts({row["post_id"] for row in rows}))

    async def queue_health(self) -> QueueHealth:
        (counts,) = await self._database.ask(QUEUE)
        parked = await self._database.ask(
            "SELECT id AS destination_id, * FROM destinations INDEXED BY destinations_parked "
            "WHERE parked_at IS NOT NULL ORDER BY address"
        )
        return health_from(counts, parked)

    async def _infos(self, statement: str, parameters: dict[str, object]) -> list[DeliveryInfo]:
        rows = await self._database.ask(statement, parameters)
        shown = [None if row["post_id"] is None else shown_id(row) for row in rows]
        posts = await self._posts({each for each in shown if each is not None})
        return [info_from(row, posts.get(each or 0)) for row, each in zip(rows, shown, strict=True)]

    async def _posts(self, ids: Iterable[int]) -> dict[int, Post]:
        rows = await self._database.ask(
            SELECT_STORIES + "WHERE p.id IN (SELECT value FROM json_each(:ids))",
            {"ids": json.dumps(list(ids))},
        )
        return {row["id"]: story_post_from(row) for row in rows}
