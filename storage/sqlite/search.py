"""Full-text search with bounded cost: the matches of a rare word are ranked, those of a common one are not.

Ranking a match takes about a microsecond, reading its date longer, listing it almost no time. More than
RANKED matches would not differ in rank anyway, so the newest are returned. They are searched among the newest
posts; only if those contain too few, the matches that were stored last are added.
"""

from __future__ import annotations

import json

from storage.shared.search import SEARCH, typed_words
from storage.sqlite.connection import Database

_WINDOWS = (2_000, 20_000)  # how many of the newest posts to search first, and then

MATCHES = "SELECT rowid FROM archive WHERE archive MATCH :query ORDER BY rowid DESC LIMIT :most"
BEST = """
SELECT p.id FROM archive CROSS JOIN posts AS p ON p.id = archive.rowid
WHERE archive MATCH :query AND p.id = p.canonical_id
ORDER BY bm25(archive, 4.0, 1.0, 2.0, 2.0), p.published_at DESC LIMIT :limit
"""
NEWEST = """
SELECT id FROM posts INDEXED BY posts_newest WHERE id = canonical_id
ORDER BY published_at DESC, canonical_id DESC LIMIT :window
"""
# "+" keeps SQLite from looking up the ids one by one: it lists the matches once and compares them.
MATCHES_AMONG = """
SELECT rowid FROM archive WHERE archive MATCH :query AND rowid BETWEEN :low AND :high
    AND +rowid IN (SELECT value FROM json_each(:ids))
"""
BY_DATE = """
SELECT p.id FROM json_each(:ids) AS match CROSS JOIN posts AS p ON p.id = match.value
WHERE p.id = p.canonical_id ORDER BY p.published_at DESC, p.id DESC LIMIT :limit
"""


def query_of(words: str) -> str:
    """Return a full-text query for all typed words, "" for none. The last word may be a prefix."""
    typed = typed_words(words)
    return " AND ".join(f'"{word}"' for word in typed.words) + ("*" if typed.begins else "")


async def search(database: Database, query: str, limit: int) -> tuple[list[int], bool]:
    """Return the ids of matching posts, and True if these are the best matches, False if the newest."""
    rows = await database.ask(MATCHES, {"query": query, "most": SEARCH.ranked + 1})
    if len(rows) <= SEARCH.ranked:
        best = await database.ask(BEST, {"query": query, "limit": limit})
        return [row["id"] for row in best], True
    for window in _WINDOWS:
        recent = await _recent_matches(database, query, window)
        if len(recent) >= limit:
            return recent[:limit], False
    ids = json.dumps(sorted({*recent, *(row["rowid"] for row in rows)}))
    newest = await database.ask(BY_DATE, {"ids": ids, "limit": limit})
    return [row["id"] for row in newest], False


async def _recent_matches(database: Database, query: str, window: int) -> list[int]:
    """Return the ids of the matches among the newest posts, newest first."""
    newest = [row["id"] for row in await database.ask(NEWEST, {"window": window})]
    if not newest:
        return []
    among = {"query": query, "ids": json.dumps(newest), "low": min(newest), "high": max(newest)}
    matches = {row["rowid"] for row in await database.ask(MATCHES_AMONG, among)}
    return [each for each in newest if each in matches]
