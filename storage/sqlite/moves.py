"""Carries out the renames of categories that are under way, in parts; see storage/shared/moves.py."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.model import BYSTANDER, Rename
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
from storage.shared.refiling import former_parameters, refiled_posts
from storage.shared.renaming import moved, new_key
from storage.sqlite.changes import record_change
from storage.sqlite.common import add_notices, learn_terms
from storage.sqlite.inline import Statements
from storage.sqlite.subscriptions import TIDY

_PLAN = "SELECT renames FROM feeds WHERE id = :feed"
_SET_PLAN = "UPDATE feeds SET renames = :renames WHERE id = :feed"
_POSTS_TO_MOVE = f"""
INSERT OR IGNORE INTO moving (feed_id, what, id)
SELECT :feed, '{POST}', post_id FROM post_terms INDEXED BY post_terms_newest_of_feed
WHERE feed_id = :feed AND term IN (SELECT value FROM json_each(:olds))
"""
_DESTINATIONS_TO_MOVE = f"""
INSERT OR IGNORE INTO moving (feed_id, what, id)
SELECT :feed, '{DESTINATION}', s.destination_id
FROM json_each(:olds) AS named CROSS JOIN filters AS f INDEXED BY filters_followers ON f.term = named.value
CROSS JOIN subscriptions AS s ON s.id = f.subscription_id WHERE s.feed_id IN (0, :feed)
"""
_NEXT = "SELECT id FROM moving WHERE feed_id = :feed AND what = :what ORDER BY id LIMIT :limit"
_MOVED = "DELETE FROM moving WHERE feed_id = :feed AND what = :what AND id <= :last"
# Of these destinations, all that follows or leaves out an old or a new name, of this feed or of every feed.
FOLLOWERS = """
SELECT f.*, s.destination_id, d.address, s.channel, s.feed_id, s.cadence
FROM json_each(:ids) AS asked CROSS JOIN destinations AS d ON d.id = asked.value
CROSS JOIN subscriptions AS s ON s.destination_id = d.id CROSS JOIN filters AS f ON f.subscription_id = s.id
WHERE s.feed_id IN (0, :feed) AND f.term IN (SELECT value FROM json_each(:keys))
ORDER BY s.destination_id, s.id, f.excluded, f.term
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
TO_REFILE = """
SELECT p.*, '' AS feed_name FROM json_each(:ids) AS asked CROSS JOIN posts AS p ON p.id = asked.value
ORDER BY p.id
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


async def under_way(connection: Statements, feed_id: int) -> Plan | None:
    """Return the plan of the renames that a feed has under way."""
    (row,) = await connection.execute_fetchall(_PLAN, {"feed": feed_id})
    return plan_from(row["renames"])


async def begin(connection: Statements, feed_id: int, moves: Mapping[str, Rename], at: datetime) -> None:
    """Plan renames, inside the caller's transaction."""
    await _keep(connection, feed_id, plan_of(moves, at))
    await connection.execute(_POSTS_TO_MOVE, {"feed": feed_id, "olds": _json(moves)})
    await learn_terms(connection, feed_id, {new_key(each): each.new for each in moves.values()})


async def move_on(connection: Statements, feed_id: int) -> bool:
    """Carry out the next part, inside the caller's transaction; return whether there may be more."""
    plan = await under_way(connection, feed_id)
    if plan is None:
        return False
    if not plan.filed:
        if not await _move_posts(connection, feed_id, plan):
            await _move_names(connection, feed_id, plan)
    elif not await _move_destinations(connection, feed_id, plan):
        await _keep(connection, feed_id, None)
    return True


async def _move_posts(connection: Statements, feed_id: int, plan: Plan) -> bool:
    """Give the next posts the new names. They alert nobody, and sent messages stay as they are."""
    ids = await _take(connection, feed_id, POST, POSTS_AT_ONCE)
    rows = await connection.execute_fetchall(TO_REFILE, {"ids": json.dumps(ids)})
    posts = refiled_posts(rows, plan.renames)
    await connection.executemany(_REFILE, [post.parameters for post in posts])
    await connection.executemany(_UNFILE, [{"id": post.row["id"]} for post in posts])
    filed = [{"term": key, "id": post.row["id"]} for post in posts for key in post.names]
    await connection.executemany(_FILE, filed)
    return bool(ids)


async def _move_names(connection: Statements, feed_id: int, plan: Plan) -> None:
    """Let the old names lead to the new ones: who types one from now on follows what it is called now."""
    former = former_parameters(feed_id, plan.moves)
    for statement in (_FORGET_TERM, _FOLLOW_ON, _FORMER, _NAMED_AGAIN):
        await connection.executemany(statement, former)
    await connection.execute(_DESTINATIONS_TO_MOVE, {"feed": feed_id, "olds": _json(plan.moves)})
    await _keep(connection, feed_id, replace(plan, filed=True))


async def _move_destinations(connection: Statements, feed_id: int, plan: Plan) -> bool:
    """Let the next destinations follow the new names, and tell them."""
    ids = await _take(connection, feed_id, DESTINATION, DESTINATIONS_AT_ONCE)
    asked = {"ids": json.dumps(ids), "keys": _json(plan.keys), "feed": feed_id}
    elsewhere = await connection.execute_fetchall(_ELSEWHERE, asked)
    rows = list(await connection.execute_fetchall(FOLLOWERS, asked))
    (feed,) = await connection.execute_fetchall("SELECT name FROM feeds WHERE id = ?", [feed_id])
    found = moved(rows, plan.moves, feed["name"], frozenset(row["term"] for row in elsewhere))
    await connection.executemany(_DROP, found.drop)
    await connection.executemany(_PUT, found.put)
    for statement in TIDY:
        await connection.executemany(statement, [(each,) for each in found.touched])
    for place, what, of_feed in found.log:
        await record_change(connection, plan.at, by=BYSTANDER, what=what, place=place, feed_id=of_feed)
    await add_notices(connection, found.notices, plan.at)
    return bool(ids)


async def _take(connection: Statements, feed_id: int, what: str, limit: int) -> list[int]:
    """Take the next rows out of what is to be moved."""
    asked: dict[str, object] = {"feed": feed_id, "what": what, "limit": limit}
    ids = [row["id"] for row in await connection.execute_fetchall(_NEXT, asked)]
    if ids:
        await connection.execute(_MOVED, {"feed": feed_id, "what": what, "last": ids[-1]})
    return ids


async def _keep(connection: Statements, feed_id: int, plan: Plan | None) -> None:
    await connection.execute(_SET_PLAN, {"feed": feed_id, "renames": text_of(plan)})


def _json(keys: Mapping[str, Rename] | Sequence[str]) -> str:
    return json.dumps(list(keys), ensure_ascii=False)
