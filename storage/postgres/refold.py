"""Computes the keys of stored names anew, once after the rules of `bot.text.normalize.fold` changed.

Filters, terms and feeds are found by the folded form of their names. A filter with a key of the old rules
would never match again. Deliveries keep their old keys, which are only displayed.
"""

from __future__ import annotations

from bot.text.normalize import FOLDING, fold
from storage.postgres.common import learn_terms
from storage.postgres.connection import Connection, Database
from storage.postgres.key_value import put_value
from storage.postgres.locks import ALONE
from storage.shared.folding import MARK, filed_names, new_key

_WHICH = "subscription_id = %(subscription_id)s AND excluded = %(excluded)s AND term = %(term)s"
_COPY_FILTER = f"""
INSERT INTO filters (subscription_id, excluded, term, name, mention)
SELECT subscription_id, excluded, %(new)s, name, mention FROM filters WHERE {_WHICH} ON CONFLICT DO NOTHING
"""
_OF_TERM = """
SELECT p.id, p.categories, p.tags FROM post_terms AS t JOIN posts AS p ON p.id = t.post_id
WHERE t.feed_id = %(feed)s AND t.term = %(old)s
"""
_FILE = """
INSERT INTO post_terms (term, post_id, feed_id, canonical_id, published_at)
SELECT term, p.id, p.feed_id, p.canonical_id, p.published_at
FROM posts AS p, unnest(%(terms)s::text[]) AS term WHERE p.id = %(id)s ON CONFLICT DO NOTHING
"""
_RENAME = """
UPDATE feeds SET name_fold = %(new)s
WHERE id = %(id)s AND NOT EXISTS (SELECT 1 FROM feeds AS other WHERE other.name_fold = %(new)s)
"""


async def refold(database: Database) -> None:
    """Update all stored keys to the current rules, in one transaction."""
    rows = await database.read("SELECT value FROM memory WHERE key = %(key)s", {"key": MARK})
    if rows and rows[0]["value"] == FOLDING:
        return
    async with database.transaction(ALONE) as connection:  # the second of two processes changes nothing
        await _filters(connection)
        await _terms(connection)
        await _feeds(connection)
        await put_value(connection, MARK, FOLDING)


async def _filters(connection: Connection) -> None:
    rows = await connection.rows("SELECT subscription_id, excluded, term, name FROM filters")
    keyed = [{**row, "new": new_key(row["term"], row["name"])} for row in rows]
    changed = [row for row in keyed if row["new"] != row["term"]]
    await connection.run_many(_COPY_FILTER, changed)
    await connection.run_many(f"DELETE FROM filters WHERE {_WHICH}", changed)


async def _terms(connection: Connection) -> None:
    for row in await connection.rows("SELECT feed_id, term, name FROM terms"):
        feed, old, new = row["feed_id"], row["term"], new_key(row["term"], row["name"])
        if new == old:
            continue
        await learn_terms(connection, feed, {new: row["name"]})
        which = {"feed": feed, "old": old}
        posts = await connection.rows(_OF_TERM, which)
        await connection.run("DELETE FROM post_terms WHERE feed_id = %(feed)s AND term = %(old)s", which)
        for post in posts:
            names = filed_names(post)
            await learn_terms(connection, feed, names)
            await connection.run(_FILE, {"terms": list(names), "id": post["id"]})
        await connection.run(
            "DELETE FROM terms WHERE feed_id = %(feed)s AND term = %(old)s AND posts = 0", which
        )


async def _feeds(connection: Connection) -> None:
    """Fold the names of feeds anew, except those renamed for another feed: their keys contain a space."""
    for row in await connection.rows("SELECT id, name FROM feeds WHERE name_fold NOT LIKE '% %'"):
        await connection.run(_RENAME, {"new": fold(row["name"]), "id": row["id"]})
