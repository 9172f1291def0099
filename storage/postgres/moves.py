"""Carries out the renames of categories that are under way, in parts; see storage/shared/moves.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.model import BYSTANDER, Rename
from storage.postgres.changes import record_change
from storage.postgres.common import add_notices, learn_terms
from storage.postgres.connection import Connection
from storage.postgres.search import words_of
from storage.postgres.subscriptions import TIDY
from storage.shared.moves import (
    DESTINATION,
    DESTINATIONS_AT_ONCE,
    POST,
    POSTS_AT_ONCE,
    Plan,
    plan_from,
    plan_of,
    text_of,
)
from storage.shared.refiling import RefiledPost, former_parameters, refiled_posts
from storage.shared.renaming import moved, new_key

PLAN = "SELECT renames FROM feeds WHERE id = %(feed)s"
_LOCKED_PLAN = f"{PLAN} FOR NO KEY UPDATE"
_SET_PLAN = "UPDATE feeds SET renames = %(renames)s WHERE id = %(feed)s"
_POSTS_TO_MOVE = f"""
INSERT INTO moving (feed_id, what, id)
SELECT DISTINCT feed_id, '{POST}', post_id FROM post_terms WHERE feed_id = %(feed)s AND term = ANY(%(olds)s)
"""
_DESTINATIONS_TO_MOVE = f"""
INSERT INTO moving (feed_id, what, id)
SELECT DISTINCT %(feed)s::bigint, '{DESTINATION}', s.destination_id
FROM filters AS f JOIN subscriptions AS s ON s.id = f.subscription_id
WHERE f.term = ANY(%(olds)s) AND s.feed_id IN (0, %(feed)s)
"""
_TAKE = """
DELETE FROM moving WHERE feed_id = %(feed)s AND what = %(what)s AND id IN (
    SELECT id FROM moving WHERE feed_id = %(feed)s AND what = %(what)s ORDER BY id LIMIT %(limit)s)
RETURNING id
"""
# Of these destinations, all that follows or leaves out an old or a new name, of this feed or of every feed.
FOLLOWERS = """
SELECT f.*, s.destination_id, d.address, s.channel, s.feed_id, s.cadence
FROM destinations AS d JOIN subscriptions AS s ON s.destination_id = d.id
JOIN filters AS f ON f.subscription_id = s.id
WHERE d.id = ANY(%(ids)s::bigint[]) AND f.term = ANY(%(keys)s) AND s.feed_id IN (0, %(feed)s)
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
TO_REFILE = """
SELECT p.*, '' AS feed_name FROM posts AS p WHERE p.id = ANY(%(ids)s::bigint[]) ORDER BY p.id
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


async def under_way(connection: Connection, feed_id: int) -> Plan | None:
    """Return the plan of the renames that a feed has under way; nobody else changes it until the commit."""
    (row,) = await connection.rows(_LOCKED_PLAN, {"feed": feed_id})
    return plan_from(row["renames"])


async def begin(connection: Connection, feed_id: int, moves: Mapping[str, Rename], at: datetime) -> None:
    """Plan renames, inside the caller's transaction."""
    await _keep(connection, feed_id, plan_of(moves, at))
    await connection.run(_POSTS_TO_MOVE, {"feed": feed_id, "olds": list(moves)})
    await learn_terms(connection, feed_id, {new_key(each): each.new for each in moves.values()})


async def move_on(connection: Connection, feed_id: int, *, alone: bool) -> bool:
    """Carry out the next part, inside the caller's transaction; return whether there may be more.

    `alone`: whether it holds the lock ALONE, without which no followers are moved.
    """
    plan = await under_way(connection, feed_id)
    if plan is None:
        return False
    if plan.filed and not alone:
        return True
    if not plan.filed:
        if not await _move_posts(connection, feed_id, plan):
            await _move_names(connection, feed_id, plan)
    elif not await _move_destinations(connection, feed_id, plan):
        await _keep(connection, feed_id, None)
    return True


async def _move_posts(connection: Connection, feed_id: int, plan: Plan) -> bool:
    """Give the next posts the new names. They alert nobody, and sent messages stay as they are."""
    ids = await _take(connection, feed_id, POST, POSTS_AT_ONCE)
    posts = refiled_posts(await connection.rows(TO_REFILE, {"ids": ids}), plan.renames)
    await connection.run_many(_REFILE, [post.parameters for post in posts])
    await connection.run_many(_UNFILE, [{"id": post.row["id"]} for post in posts])
    filed = [{"term": key, "id": post.row["id"]} for post in posts for key in post.names]
    await connection.run_many(_FILE, filed)
    await connection.run_many(_SEARCHED, [_searched(post) for post in posts])
    return bool(ids)


async def _move_names(connection: Connection, feed_id: int, plan: Plan) -> None:
    """Let the old names lead to the new ones: who types one from now on follows what it is called now."""
    former = former_parameters(feed_id, plan.moves)
    for statement in (_FORGET_TERM, _FOLLOW_ON, _FORMER, _NAMED_AGAIN):
        await connection.run_many(statement, former)
    await connection.run(_DESTINATIONS_TO_MOVE, {"feed": feed_id, "olds": list(plan.moves)})
    await _keep(connection, feed_id, replace(plan, filed=True))


async def _move_destinations(connection: Connection, feed_id: int, plan: Plan) -> bool:
    """Let the next destinations follow the new names, and tell them."""
    ids = await _take(connection, feed_id, DESTINATION, DESTINATIONS_AT_ONCE)
    asked = {"ids": ids, "keys": plan.keys, "feed": feed_id}
    elsewhere = await connection.rows(_ELSEWHERE, asked)
    rows = await connection.rows(FOLLOWERS, asked)
    (feed,) = await connection.rows("SELECT name FROM feeds WHERE id = %(feed)s", asked)
    found = moved(rows, plan.moves, feed["name"], frozenset(row["term"] for row in elsewhere))
    await connection.run_many(_DROP, found.drop)
    await connection.run_many(_PUT, found.put)
    for statement in TIDY:
        await connection.run(statement, {"ids": found.touched})
    for place, what, of_feed in found.log:
        await record_change(connection, plan.at, by=BYSTANDER, what=what, place=place, feed_id=of_feed)
    await add_notices(connection, found.notices, plan.at)
    return bool(ids)


async def _take(connection: Connection, feed_id: int, what: str, limit: int) -> list[int]:
    """Take the next rows out of what is to be moved."""
    rows = await connection.rows(_TAKE, {"feed": feed_id, "what": what, "limit": limit})
    return [row["id"] for row in rows]


async def _keep(connection: Connection, feed_id: int, plan: Plan | None) -> None:
    await connection.run(_SET_PLAN, {"feed": feed_id, "renames": text_of(plan)})


def _searched(post: RefiledPost) -> dict[str, object]:
    """Return the words by which a post is found."""
    names = [*post.filing.categories, *post.filing.tags]
    return {"id": post.row["id"], "words": words_of(post.row["title"], names, post.row["text"])}
