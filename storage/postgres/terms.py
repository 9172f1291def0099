"""Queries for categories and tags: by name, by the beginning of a name, or the most used.

No query reads posts: triggers keep the counts in `terms` up to date (schema.sql).
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import Kind, Term
from storage.postgres.common import Queries
from storage.shared.terms import beginning_with, of_kind, term_from

_COLUMNS = "t.term, t.name, t.posts, t.last_used_at, feeds.name AS feed_name"
_WATCHED = "feeds.retired_at IS NULL AND (%(feed)s::bigint IS NULL OR feeds.id = %(feed)s)"
_ORDER = "ORDER BY posts DESC, name"
_ORDER_OF_TERMS = "ORDER BY t.posts DESC, t.name"
TERMS = f"""
SELECT * FROM (
    SELECT {_COLUMNS}, row_number() OVER (PARTITION BY t.feed_id {_ORDER_OF_TERMS}) AS place
    FROM feeds JOIN terms AS t ON t.feed_id = feeds.id
    WHERE {_WATCHED} AND t.term >= %(low)s AND t.term < %(high)s
) AS placed WHERE %(each)s::bigint IS NULL OR place <= %(each)s
{_ORDER}
"""
COUNTS = f"""
SELECT feeds.name AS feed_name, count(*) AS terms
FROM feeds JOIN terms AS t ON t.feed_id = feeds.id
WHERE {_WATCHED} AND t.term >= %(low)s AND t.term < %(high)s
GROUP BY feeds.id
"""
# Each term as in its busiest feed.
NAMES = f"""
SELECT * FROM (
    SELECT DISTINCT ON (t.term) {_COLUMNS}
    FROM terms AS t JOIN feeds ON feeds.id = t.feed_id
    WHERE {_WATCHED} AND t.term >= %(low)s AND t.term < %(high)s
    ORDER BY t.term, t.posts DESC, t.feed_id
) AS busiest {_ORDER} LIMIT %(limit)s
"""
NAMED = f"""
SELECT {_COLUMNS} FROM terms AS t JOIN feeds ON feeds.id = t.feed_id
WHERE t.term = ANY(%(keys)s) AND {_WATCHED} {_ORDER_OF_TERMS}
"""


class TermQueries(Queries):
    """`bot.ports.TermStore`."""

    async def terms(
        self, feed_id: int | None = None, *, kind: Kind | None = None, each: int | None = None
    ) -> list[Term]:
        rows = await self._database.ask(TERMS, {"feed": feed_id, **of_kind(kind), "each": each})
        return [term_from(row) for row in rows]

    async def term_counts(self, kind: Kind, feed_id: int | None = None) -> dict[str, int]:
        rows = await self._database.ask(COUNTS, {"feed": feed_id, **of_kind(kind)})
        return {row["feed_name"]: row["terms"] for row in rows}

    async def term_names(self, beginning: str, limit: int, feed_id: int | None = None) -> list[Term]:
        rows = await self._database.ask(NAMES, {"feed": feed_id, **beginning_with(beginning), "limit": limit})
        return [term_from(row) for row in rows]

    async def terms_named(self, keys: Sequence[str], feed_id: int | None = None) -> list[Term]:
        rows = await self._database.ask(NAMED, {"feed": feed_id, "keys": list(keys)})
        return [term_from(row) for row in rows]
