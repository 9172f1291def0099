"""The categories of a blog by their numbers, and the transaction that gives them other names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.model import BYSTANDER, Rename
from bot.ports import CategoryChange, KnownCategories, NumberedBlog
from storage.postgres.changes import record_change
from storage.postgres.common import Queries, add_notices, learn_terms
from storage.postgres.connection import Connection
from storage.postgres.errors import retried
from storage.postgres.locks import ALONE, TOGETHER
from storage.postgres.search import words_of
from storage.shared.refiling import (
    REFILED_AT_ONCE,
    RefiledPost,
    blogs_from,
    category_parameters,
    former_parameters,
    known_from,
    refiled_posts,
    still_as_expected,
)
from storage.shared.renaming import moved, moves_of, new_key

_KNOWN = "SELECT * FROM blog_categories WHERE feed_id = %(feed)s ORDER BY number"
_STORE = """
INSERT INTO blog_categories (feed_id, number, source, name, parent)
VALUES (%(feed_id)s, %(number)s, %(source)s, %(name)s, %(parent)s)
ON CONFLICT (feed_id, number) DO UPDATE SET source = excluded.source, name = excluded.name,
    parent = excluded.parent, missing = 0
"""
_MISSING = """
UPDATE blog_categories SET missing = (number = ANY(%(missing)s::bigint[]))::integer
WHERE feed_id = %(feed)s
"""
_FORGET = """
DELETE FROM blog_categories
WHERE feed_id = %(feed)s AND (source <> %(source)s OR number = ANY(%(forgotten)s::bigint[]))
"""
# Of those that follow or leave out an old or a new name, of this feed or of every feed.
FOLLOWERS = """
SELECT f.*, s.destination_id, d.address, s.channel, s.feed_id, s.cadence
FROM filters AS f JOIN subscriptions AS s ON s.id = f.subscription_id
JOIN destinations AS d ON d.id = s.destination_id
WHERE f.term = ANY(%(keys)s) AND s.feed_id IN (0, %(feed)s)
ORDER BY s.destination_id, s.id, f.excluded, f.term
"""
_ELSEWHERE = """
SELECT DISTINCT t.term FROM terms AS t JOIN feeds ON feeds.id = t.feed_id
WHERE t.term = ANY(%(keys)s) AND t.feed_id <> %(feed)s
    AND feeds.retired_at IS NULL
"""
_DROP = """
DELETE FROM filters
WHERE subscription_id = %(subscription_id)s AND excluded = %(excluded)s AND term = %(term)s
"""
_PUT = """
INSERT INTO filters (subscription_id, excluded, term, name, mention)
VALUES (%(subscription_id)s, %(excluded)s, %(term)s, %(name)s, %(mention)s)
ON CONFLICT (subscription_id, excluded, term) DO UPDATE SET name = excluded.name, mention = excluded.mention
"""
_TIDY = (
    """
    DELETE FROM subscriptions AS s WHERE s.id = ANY(%(ids)s::bigint[]) AND NOT EXISTS (
        SELECT 1 FROM filters AS f WHERE f.subscription_id = s.id AND f.excluded = 0)
    """,
    """
    UPDATE subscriptions AS s SET excludes = EXISTS (
        SELECT 1 FROM filters AS f WHERE f.subscription_id = s.id AND f.excluded = 1)::integer
    WHERE s.id = ANY(%(ids)s::bigint[])
    """,
)
OF_TERMS = """
SELECT p.*, '' AS feed_name FROM posts AS p WHERE p.id > %(after)s AND p.id IN (
    SELECT post_id FROM post_terms WHERE feed_id = %(feed)s AND term = ANY(%(olds)s))
ORDER BY p.id LIMIT %(limit)s
"""
_REFILE = "UPDATE posts SET categories = %(categories)s, evidence = %(evidence)s WHERE id = %(id)s"
_UNFILE = "DELETE FROM post_terms WHERE post_id = %(id)s"
_FILE = """
INSERT INTO post_terms (term, post_id, feed_id, canonical_id, published_at)
SELECT %(term)s, id, feed_id, canonical_id, published_at FROM posts WHERE id = %(id)s
"""
_SEARCHED = "UPDATE archive SET words = %(words)s::tsvector WHERE post_id = %(id)s"
_FORGET_TERM = "DELETE FROM terms WHERE feed_id = %(feed_id)s AND term = %(term)s AND posts = 0"
_NAMED_AGAIN = "DELETE FROM former_names WHERE feed_id = %(feed_id)s AND term = %(now_term)s"
_FOLLOW_ON = """
UPDATE former_names SET now_term = %(now_term)s, now_name = %(now_name)s
WHERE feed_id = %(feed_id)s AND now_term = %(term)s AND term <> %(now_term)s
"""
_FORMER = """
INSERT INTO former_names (feed_id, term, name, now_term, now_name)
VALUES (%(feed_id)s, %(term)s, %(name)s, %(now_term)s, %(now_name)s)
ON CONFLICT (feed_id, term) DO UPDATE SET name = excluded.name, now_term = excluded.now_term,
    now_name = excluded.now_name
"""
_FORMERLY = """
SELECT n.term, n.name, n.now_name FROM former_names AS n JOIN feeds ON feeds.id = n.feed_id
WHERE n.term = ANY(%(keys)s) AND feeds.retired_at IS NULL
    AND (%(feed)s::bigint IS NULL OR feeds.id = %(feed)s) ORDER BY n.feed_id DESC
"""


# Those whose categories have numbers, the blog with the most posts under the name first.
_WITH = """
SELECT feeds.* FROM terms AS t JOIN feeds ON feeds.id = t.feed_id
WHERE t.term = %(key)s AND feeds.retired_at IS NULL AND (%(feed)s::bigint IS NULL OR feeds.id = %(feed)s)
    AND EXISTS (SELECT 1 FROM blog_categories AS b WHERE b.feed_id = feeds.id)
ORDER BY t.posts DESC, feeds.id LIMIT %(limit)s
"""
_NUMBERED = "SELECT * FROM blog_categories WHERE feed_id = ANY(%(feeds)s::bigint[]) ORDER BY feed_id, number"


class CategoryQueries(Queries):
    """`bot.ports.CategoryStore` and `bot.ports.CategoryNames`."""

    async def blog_categories(self, feed_id: int, source: str) -> KnownCategories:
        rows = await self._database.read(_KNOWN, {"feed": feed_id})
        return known_from(row for row in rows if row["source"] == source)

    @retried
    async def change_categories(self, change: CategoryChange) -> bool:
        moves, feed = moves_of(change.renames), {"feed": change.feed_id}
        async with self._database.transaction(ALONE if moves else TOGETHER) as connection:
            if not still_as_expected(change, await connection.rows(_KNOWN, feed)):
                return False
            if moves:
                await _move(connection, change, moves)
            forgotten = sorted(change.forgotten)
            await connection.run(_FORGET, {**feed, "source": change.source, "forgotten": forgotten})
            await connection.run_many(_STORE, category_parameters(change))
            await connection.run(_MISSING, {**feed, "missing": sorted(change.missing)})
            await add_notices(connection, change.notices, change.at)
            return True

    async def former_names(self, keys: Sequence[str], feed_id: int | None = None) -> dict[str, Rename]:
        rows = await self._database.ask(_FORMERLY, {"keys": list(keys), "feed": feed_id})
        return {row["term"]: Rename(row["name"], row["now_name"]) for row in rows}

    async def blogs_with(self, key: str, limit: int, feed_id: int | None = None) -> list[NumberedBlog]:
        feeds = await self._database.ask(_WITH, {"key": key, "limit": limit, "feed": feed_id})
        return blogs_from(feeds, await self._database.ask(_NUMBERED, {"feeds": [row["id"] for row in feeds]}))


async def _move(connection: Connection, change: CategoryChange, moves: Mapping[str, Rename]) -> None:
    """Give filters, posts and names the new names, and tell those who follow them."""
    asked = {"keys": [*moves, *map(new_key, moves.values())], "feed": change.feed_id}
    elsewhere = await connection.rows(_ELSEWHERE, asked)
    rows = await connection.rows(FOLLOWERS, asked)
    (feed,) = await connection.rows("SELECT name FROM feeds WHERE id = %(feed)s", asked)
    found = moved(rows, moves, feed["name"], frozenset(row["term"] for row in elsewhere))
    await connection.run_many(_DROP, found.drop)
    await connection.run_many(_PUT, found.put)
    for statement in _TIDY:
        await connection.run(statement, {"ids": found.touched})
    await _refile(connection, change.feed_id, moves)
    former = former_parameters(change.feed_id, moves)
    for statement in (_FORGET_TERM, _FOLLOW_ON, _FORMER, _NAMED_AGAIN):
        await connection.run_many(statement, former)
    for place, what, feed_id in found.log:
        await record_change(connection, change.at, by=BYSTANDER, what=what, place=place, feed_id=feed_id)
    await add_notices(connection, found.notices, change.at)


async def _refile(connection: Connection, feed_id: int, moves: Mapping[str, Rename]) -> None:
    """Give the stored posts the new names. They alert nobody, and sent messages stay as they are."""
    asked = {"feed": feed_id, "olds": list(moves), "limit": REFILED_AT_ONCE}
    await learn_terms(connection, feed_id, {new_key(each): each.new for each in moves.values()})
    after = 0
    while rows := await connection.rows(OF_TERMS, {**asked, "after": after}):
        posts = refiled_posts(rows, moves.values())
        await connection.run_many(_REFILE, [post.parameters for post in posts])
        await connection.run_many(_UNFILE, [post.parameters for post in posts])
        filed = [{"term": key, "id": post.row["id"]} for post in posts for key in post.names]
        await connection.run_many(_FILE, filed)
        await connection.run_many(_SEARCHED, [_searched(post) for post in posts])
        after = rows[-1]["id"]  # no post is found again under its new name, should names have been swapped


def _searched(post: RefiledPost) -> dict[str, object]:
    """Return the words by which a post is found."""
    names = [*post.filing.categories, *post.filing.tags]
    return {"id": post.row["id"], "words": words_of(post.row["title"], names, post.row["text"])}
