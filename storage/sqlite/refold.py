"""Computes the keys of stored names anew, once after the rules of `bot.text.normalize.fold` changed.

Filters, terms and feeds are found by the folded form of their names. A filter with a key of the old rules
would never match again. Deliveries keep their old keys, which are only displayed.
"""

from __future__ import annotations

from bot.text.normalize import FOLDING, fold
from storage.shared.folding import MARK, filed_names, new_key
from storage.sqlite.common import learn_terms
from storage.sqlite.connection import Database
from storage.sqlite.inline import Statements

_OF_TERM = """
SELECT p.id, p.categories, p.tags FROM post_terms AS t JOIN posts AS p ON p.id = t.post_id
WHERE t.feed_id = :feed AND t.term = :old
"""
_FILE = """
INSERT OR IGNORE INTO post_terms (term, post_id, feed_id, canonical_id, published_at)
SELECT :term, id, feed_id, canonical_id, published_at FROM posts WHERE id = :id
"""


async def refold(database: Database) -> None:
    """Update all stored keys to the current rules, in one transaction."""
    rows = await database.read("SELECT value FROM memory WHERE key = :key", {"key": MARK})
    if rows and rows[0]["value"] == FOLDING:
        return
    await database.at_once(_refold)  # two processes may do this; the second changes nothing


async def _refold(connection: Statements) -> None:
    await _filters(connection)
    await _terms(connection)
    await _feeds(connection)
    await connection.execute("INSERT OR REPLACE INTO memory VALUES (?, ?)", [MARK, FOLDING])


async def _filters(connection: Statements) -> None:
    rows = await connection.execute_fetchall("SELECT subscription_id, excluded, term, name FROM filters")
    changed = [(new_key(row[2], row[3]), *row[:3]) for row in rows if new_key(row[2], row[3]) != row[2]]
    which = "WHERE subscription_id = ? AND excluded = ? AND term = ?"
    await connection.executemany(f"UPDATE OR IGNORE filters SET term = ? {which}", changed)
    await connection.executemany(f"DELETE FROM filters {which}", [row[1:] for row in changed])


async def _terms(connection: Statements) -> None:
    for feed, old, name in await connection.execute_fetchall("SELECT feed_id, term, name FROM terms"):
        if new_key(old, name) == old:
            continue
        await learn_terms(connection, feed, {new_key(old, name): name})
        which = {"feed": feed, "old": old}
        posts = await connection.execute_fetchall(_OF_TERM, which)
        await connection.execute("DELETE FROM post_terms WHERE feed_id = :feed AND term = :old", which)
        for post in posts:
            names = filed_names(post)
            await learn_terms(connection, feed, names)
            await connection.executemany(_FILE, [{"term": key, "id": post["id"]} for key in names])
        await connection.execute(
            "DELETE FROM terms WHERE feed_id = :feed AND term = :old AND posts = 0", which
        )


async def _feeds(connection: Statements) -> None:
    """Fold the names of feeds anew, except those renamed for another feed: their keys contain a space."""
    rows = await connection.execute_fetchall("SELECT id, name FROM feeds WHERE instr(name_fold, ' ') = 0")
    await connection.executemany(
        "UPDATE OR IGNORE feeds SET name_fold = ? WHERE id = ?", [(fold(row[1]), row[0]) for row in rows]
    )
