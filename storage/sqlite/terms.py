"""Queries for categories and tags: by name, by the beginning of a name, or the most used.

No query reads posts: triggers keep the counts in `terms` up to date (schema.sql).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.model import Kind, Term
from storage.shared.terms import beginning_with, of_kind, term_from
from storage.sqlite.common import Queries

_COLUMNS = "t.term, t.name, t.posts, t.last_used_at, feeds.name AS feed_name"
_WATCHED = "feeds.retired_at IS NULL AND (:feed IS NULL OR feeds.id = :feed)"
_ORDER = "ORDER BY posts DESC, name"
_ORDER_OF_TERMS = "ORDER BY t.posts DESC, t.name"
TERMS = f"""
SELECT * FROM (
    SELECT {_COLUMNS}, row_number() OVER (PARTITION BY t.feed_id {_ORDER_OF_TERMS}) AS place
    FROM feeds CROSS JOIN terms AS t ON t.feed_id = feeds.id
    WHERE {_WATCHED} AND t.term >= :low AND t.term < :high
) WHERE :each IS NULL OR place <= :each
{_ORDER}
"""
COUNTS = f"""
SELECT feeds.name AS feed_name, count(*) AS terms
FROM feeds CROSS JOIN terms AS t ON t.feed_id = feeds.id
WHERE {_WATCHED} AND t.term >= :low AND t.term < :high
GROUP BY feeds.id
"""
# With max(), SQLite takes the other columns from the row with the maximum.
NAMES = f"""
SELECT t.term, t.name, max(t.posts) AS posts, t.last_used_at, feeds.name AS feed_name
FROM terms AS t INDEXED BY terms_term CROSS JOIN feeds ON feeds.id = t.feed_id
WHERE {_WATCHED} AND t.term >= :low AND t.term < :high
GROUP BY t.term ORDER BY posts DESC, t.name LIMIT :limit
"""
NAMED = f"""
SELECT {_COLUMNS}
FROM json_each(:keys) AS typed CROSS JOIN terms AS t INDEXED BY terms_term ON t.term = typed.value
CROSS JOIN feeds ON feeds.id = t.feed_id
WHERE {_WATCHED} {_ORDER_OF_TERMS}
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
        rows = await self._database.ask(NAMED, {"feed": feed_id, "keys": json.dumps(list(keys))})
        return [term_from(row) for row in rows]
