"""The statement that finds the followers of a post and inserts their deliveries.

Its cost grows with the post's followers, not with all subscriptions: the index `filters_followers` lists the
followers of a term (tests/storage/test_sqlite_plans.py checks the query plan). `bot.match` defines what a
filter means.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import aiosqlite

from bot.match import in_order
from bot.model import EVERYTHING

_PASSES = """
    {f}.excluded = 0 AND {s}.feed_id IN (0, :feed_id) AND {s}.paused = 0
    AND ({s}.excludes = 0 OR NOT EXISTS (
        SELECT 1 FROM filters AS unwanted
        WHERE unwanted.subscription_id = {s}.id AND unwanted.excluded = 1
          AND unwanted.term IN (SELECT value FROM json_each(:{terms}))))
"""
# The mentions of all matching terms, in the order of `bot.match.mentions`.
_MENTIONS = f"""
    SELECT group_concat(mention, ' ') FROM (
        SELECT DISTINCT called.mention AS mention
        FROM subscriptions AS own
        CROSS JOIN filters AS called ON called.subscription_id = own.id
        WHERE own.destination_id = s.destination_id AND own.channel = 1 AND called.mention <> ''
          AND called.term IN (SELECT value FROM json_each(:terms))
          AND {_PASSES.format(f="called", s="own", terms="terms")}
        ORDER BY 1)
"""
# The destinations with mentions. They are found once per post, because most followers have no mention.
_CALLING = """
    SELECT calling.destination_id FROM json_each(:terms) AS filed
    CROSS JOIN filters AS calls INDEXED BY filters_mentions ON calls.term = filed.value
    CROSS JOIN subscriptions AS calling ON calling.id = calls.subscription_id
    WHERE calls.mention <> ''
"""
# CROSS JOIN fixes the join order, whatever the planner's statistics say: from each term (in the order of
# `bot.match.matched_name`) to its followers. A destination that matches several times keeps the first term.
MATCH = f"""
INSERT INTO deliveries (
    destination_id, post_id, subscription_id, term, mention, state, due_at, created_at
)
SELECT s.destination_id, :post_id, s.id, f.term,
    iif(s.destination_id IN ({_CALLING}), coalesce(({_MENTIONS}), ''), ''),
    iif(d.parked_at IS NULL, 'pending', 'parked'), :now, :now
FROM json_each(:terms) AS filed
CROSS JOIN filters AS f ON f.term = filed.value
CROSS JOIN subscriptions AS s ON s.id = f.subscription_id
CROSS JOIN destinations AS d ON d.id = s.destination_id
WHERE {_PASSES.format(f="f", s="s", terms="terms")}
"""
_ALREADY = f"""
AND NOT EXISTS (
    SELECT 1 FROM subscriptions AS earlier
    CROSS JOIN filters AS wanted ON wanted.subscription_id = earlier.id
    WHERE earlier.destination_id = s.destination_id
      AND wanted.term IN (SELECT value FROM json_each(:old_terms))
      AND {_PASSES.format(f="wanted", s="earlier", terms="old_terms")})
"""
_ONCE = "ON CONFLICT (destination_id, post_id) DO NOTHING"


async def match_new(
    connection: aiosqlite.Connection, *, post_id: int, feed_id: int, terms: Iterable[str], now: int
) -> int:
    """Insert a delivery for each destination that follows the post; return how many."""
    cursor = await connection.execute(
        MATCH + _ONCE, {"post_id": post_id, "feed_id": feed_id, "terms": _keys(terms), "now": now}
    )
    return cursor.rowcount


async def match_refiled(
    connection: aiosqlite.Connection,
    *,
    post_id: int,
    feed_id: int,
    old_terms: Iterable[str],
    terms: Iterable[str],
    now: int,
) -> int:
    """Insert deliveries for followers that match the new filing but not the old one; return how many."""
    parameters = {
        "post_id": post_id,
        "feed_id": feed_id,
        "terms": _keys(terms),
        "old_terms": _keys(old_terms),
        "now": now,
    }
    cursor = await connection.execute(MATCH + _ALREADY + _ONCE, parameters)
    return cursor.rowcount


def _keys(terms: Iterable[str]) -> str:
    """Return the terms and EVERYTHING as JSON, in the order of `bot.match.matched_name`."""
    return json.dumps(in_order([*terms, EVERYTHING]), ensure_ascii=False)
