"""The categories of a blog by their numbers, and the transaction that gives them other names."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import aiosqlite

from bot.model import BYSTANDER, Rename
from bot.ports import CategoryChange, KnownCategories, NumberedBlog
from storage.shared.refiling import (
    REFILED_AT_ONCE,
    blogs_from,
    category_parameters,
    former_parameters,
    known_from,
    refiled_posts,
    still_as_expected,
)
from storage.shared.renaming import moved, moves_of, new_key
from storage.sqlite.changes import record_change
from storage.sqlite.common import Queries, add_notices, learn_terms

_KNOWN = "SELECT * FROM blog_categories WHERE feed_id = :feed ORDER BY number"
_STORE = """
INSERT INTO blog_categories (feed_id, number, source, name, parent)
VALUES (:feed_id, :number, :source, :name, :parent)
ON CONFLICT (feed_id, number) DO UPDATE SET source = excluded.source, name = excluded.name,
    parent = excluded.parent, missing = 0
"""
_MISSING = """
UPDATE blog_categories SET missing = number IN (SELECT value FROM json_each(:missing)) WHERE feed_id = :feed
"""
_FORGET = """
DELETE FROM blog_categories
WHERE feed_id = :feed AND (source <> :source OR number IN (SELECT value FROM json_each(:forgotten)))
"""
# Of those that follow or leave out an old or a new name, of this feed or of every feed.
FOLLOWERS = """
SELECT f.*, s.destination_id, d.address, s.channel, s.feed_id, s.cadence
FROM json_each(:keys) AS named CROSS JOIN filters AS f INDEXED BY filters_followers ON f.term = named.value
CROSS JOIN subscriptions AS s ON s.id = f.subscription_id
CROSS JOIN destinations AS d ON d.id = s.destination_id
WHERE s.feed_id IN (0, :feed) ORDER BY s.destination_id, s.id, f.excluded, f.term
"""
_ELSEWHERE = """
SELECT DISTINCT t.term FROM json_each(:keys) AS named
CROSS JOIN terms AS t INDEXED BY terms_term ON t.term = named.value
CROSS JOIN feeds ON feeds.id = t.feed_id WHERE t.feed_id <> :feed AND feeds.retired_at IS NULL
"""
_DROP = """
DELETE FROM filters WHERE subscription_id = :subscription_id AND excluded = :excluded AND term = :term
"""
_PUT = """
INSERT INTO filters (subscription_id, excluded, term, name, mention)
VALUES (:subscription_id, :excluded, :term, :name, :mention)
ON CONFLICT (subscription_id, excluded, term) DO UPDATE SET name = excluded.name, mention = excluded.mention
"""
_TIDY = (
    """
    DELETE FROM subscriptions WHERE id = ?1 AND NOT EXISTS (
        SELECT 1 FROM filters WHERE subscription_id = ?1 AND excluded = 0)
    """,
    """
    UPDATE subscriptions SET excludes = EXISTS (
        SELECT 1 FROM filters WHERE subscription_id = ?1 AND excluded = 1) WHERE id = ?1
    """,
)
OF_TERMS = """
SELECT p.*, '' AS feed_name FROM posts AS p WHERE p.id > :after AND p.id IN (
    SELECT post_id FROM post_terms INDEXED BY post_terms_newest_of_feed
    WHERE feed_id = :feed AND term IN (SELECT value FROM json_each(:olds)))
ORDER BY p.id LIMIT :limit
"""
_REFILE = "UPDATE posts SET categories = :categories, evidence = :evidence WHERE id = :id"
_UNFILE = "DELETE FROM post_terms WHERE post_id = :id"
_FILE = """
INSERT INTO post_terms (term, post_id, feed_id, canonical_id, published_at)
SELECT :term, id, feed_id, canonical_id, published_at FROM posts WHERE id = :id
"""
_FORGET_TERM = "DELETE FROM terms WHERE feed_id = :feed_id AND term = :term AND posts = 0"
_NAMED_AGAIN = "DELETE FROM former_names WHERE feed_id = :feed_id AND term = :now_term"
_FOLLOW_ON = """
UPDATE former_names SET now_term = :now_term, now_name = :now_name
WHERE feed_id = :feed_id AND now_term = :term AND term <> :now_term
"""
_FORMER = """
INSERT INTO former_names (feed_id, term, name, now_term, now_name)
VALUES (:feed_id, :term, :name, :now_term, :now_name)
ON CONFLICT (feed_id, term) DO UPDATE SET name = excluded.name, now_term = excluded.now_term,
    now_name = excluded.now_name
"""
_FORMERLY = """
SELECT n.term, n.name, n.now_name FROM json_each(:keys) AS typed
CROSS JOIN former_names AS n INDEXED BY former_names_term ON n.term = typed.value
CROSS JOIN feeds ON feeds.id = n.feed_id
WHERE feeds.retired_at IS NULL AND (:feed IS NULL OR feeds.id = :feed) ORDER BY n.feed_id DESC
"""


# Those whose categories have numbers, the blog with the most posts under the name first.
_WITH = """
SELECT feeds.* FROM terms AS t INDEXED BY terms_term CROSS JOIN feeds ON feeds.id = t.feed_id
WHERE t.term = :key AND feeds.retired_at IS NULL AND (:feed IS NULL OR feeds.id = :feed)
    AND EXISTS (SELECT 1 FROM blog_categories AS b WHERE b.feed_id = feeds.id)
ORDER BY t.posts DESC, feeds.id LIMIT :limit
"""
_NUMBERED = """
SELECT * FROM blog_categories WHERE feed_id IN (SELECT value FROM json_each(:feeds)) ORDER BY feed_id, number
"""


class CategoryQueries(Queries):
    """`bot.ports.CategoryStore` and `bot.ports.CategoryNames`."""

    async def blog_categories(self, feed_id: int, source: str) -> KnownCategories:
        rows = await self._database.read(_KNOWN, {"feed": feed_id})
        return known_from(row for row in rows if row["source"] == source)

    async def change_categories(self, change: CategoryChange) -> bool:
        async with self._database.transaction() as connection:
            rows = await connection.execute_fetchall(_KNOWN, {"feed": change.feed_id})
            if not still_as_expected(change, rows):
                return False
            moves = moves_of(change.renames)
            if moves:
                await _move(connection, change, moves)
            await connection.execute(
                _FORGET,
                {
                    "feed": change.feed_id,
                    "source": change.source,
                    "forgotten": json.dumps(sorted(change.forgotten)),
                },
            )
            await connection.executemany(_STORE, category_parameters(change))
            missing = json.dumps(sorted(change.missing))
            await connection.execute(_MISSING, {"feed": change.feed_id, "missing": missing})
            await add_notices(connection, change.notices, change.at)
            return True

    async def former_names(self, keys: Sequence[str], feed_id: int | None = None) -> dict[str, Rename]:
        rows = await self._database.ask(_FORMERLY, {"keys": json.dumps(list(keys)), "feed": feed_id})
        return {row["term"]: Rename(row["name"], row["now_name"]) for row in rows}

    async def blogs_with(self, key: str, limit: int, feed_id: int | None = None) -> list[NumberedBlog]:
        asked = {"key": key, "limit": limit, "feed": feed_id}
        feeds = await self._database.ask(_WITH, asked)
        numbered: dict[str, object] = {"feeds": json.dumps([row["id"] for row in feeds])}
        return blogs_from(feeds, await self._database.ask(_NUMBERED, numbered))


async def _move(
    connection: aiosqlite.Connection, change: CategoryChange, moves: Mapping[str, Rename]
) -> None:
    """Give filters, posts and names the new names, and tell those who follow them."""
    keys = json.dumps([*moves, *map(new_key, moves.values())], ensure_ascii=False)
    asked = {"keys": keys, "feed": change.feed_id}
    elsewhere = await connection.execute_fetchall(_ELSEWHERE, asked)
    rows = list(await connection.execute_fetchall(FOLLOWERS, asked))
    (feed,) = await connection.execute_fetchall("SELECT name FROM feeds WHERE id = ?", [change.feed_id])
    found = moved(rows, moves, feed["name"], frozenset(row["term"] for row in elsewhere))
    await connection.executemany(_DROP, found.drop)
    await connection.executemany(_PUT, found.put)
    for statement in _TIDY:
        await connection.executemany(statement, [(each,) for each in found.touched])
    await _refile(connection, change.feed_id, moves)
    former = former_parameters(change.feed_id, moves)
    for statement in (_FORGET_TERM, _FOLLOW_ON, _FORMER, _NAMED_AGAIN):
        await connection.executemany(statement, former)
    for place, what, feed_id in found.log:
        await record_change(connection, change.at, by=BYSTANDER, what=what, place=place, feed_id=feed_id)
    await add_notices(connection, found.notices, change.at)


async def _refile(connection: aiosqlite.Connection, feed_id: int, moves: Mapping[str, Rename]) -> None:
    """Give the stored posts the new names. They alert nobody, and sent messages stay as they are."""
    asked: dict[str, object] = {
        "feed": feed_id,
        "olds": json.dumps(list(moves), ensure_ascii=False),
        "limit": REFILED_AT_ONCE,
    }
    await learn_terms(connection, feed_id, {new_key(each): each.new for each in moves.values()})
    after = 0
    while rows := list(await connection.execute_fetchall(OF_TERMS, {**asked, "after": after})):
        posts = refiled_posts(rows, moves.values())
        await connection.executemany(_REFILE, [post.parameters for post in posts])
        await connection.executemany(_UNFILE, [post.parameters for post in posts])
        filed = [{"term": key, "id": post.row["id"]} for post in posts for key in post.names]
        await connection.executemany(_FILE, filed)
        after = rows[-1]["id"]  # no post is found again under its new name, should names have been swapped
