"""The statement that finds the followers of a post and inserts their deliveries.

Its cost grows with the post's followers, not with all subscriptions: the index `filters_followers` lists the
followers of a term (tests/storage/sqlite/test_plans.py checks the query plan). `bot.match` defines what a
filter means.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from bot.match import in_order
from bot.model import EVERYTHING
from storage.shared.holding import UNPLANNED
from storage.shared.mapping import NEVER
from storage.shared.stories import Copied
from storage.sqlite.counting import insert_counted
from storage.sqlite.inline import Statements

_PASSES = """
    {f}.excluded = 0 AND {s}.feed_id IN (0, :feed_id)
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
          AND own.cadence = 'now' AND own.paused = 0
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
# A post for a digest or a paused channel is held. `holding.plan_new` sets the due time of a digest.
_HELD_FOR = "iif(s.paused, 'pause', iif(s.cadence = 'now', '', s.cadence))"
_STATE = "iif(s.paused OR s.cadence <> 'now', 'held', iif(d.parked_at IS NULL, 'pending', 'parked'))"
_DUE = f"iif(s.paused, {NEVER}, iif(s.cadence = 'now', :now, {UNPLANNED}))"
# CROSS JOIN fixes the join order, whatever the planner's statistics say: from each term (in the order of
# `bot.match.matched_name`) to its followers. A destination that matches several times keeps the first term.
MATCH = f"""
INSERT INTO deliveries (
    destination_id, post_id, shown_id, subscription_id, term, mention, state, held_for, due_at, created_at
)
SELECT s.destination_id, :post_id, :shown_id, s.id, f.term,
    iif(s.destination_id IN ({_CALLING}), coalesce(({_MENTIONS}), ''), ''),
    {_STATE}, {_HELD_FOR}, {_DUE}, :now
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
# A destination that matches in several ways gets the post once, as soon as any of them lets it come.
_ONCE = """
ON CONFLICT (destination_id, post_id) DO UPDATE SET held_for = excluded.held_for, state = excluded.state,
    due_at = excluded.due_at, subscription_id = excluded.subscription_id, term = excluded.term,
    mention = excluded.mention, shown_id = excluded.shown_id
WHERE deliveries.state = 'held' AND (
    deliveries.held_for IN ('daily', 'weekly', 'pause') AND excluded.held_for = ''
    OR deliveries.held_for IN ('weekly', 'pause') AND excluded.held_for = 'daily'
    OR deliveries.held_for = 'pause' AND excluded.held_for = 'weekly')
"""


async def match_new(connection: Statements, copy: Copied, *, terms: Iterable[str], now: int) -> int:
    """Insert a delivery for each follower of the post that has not got its story; return how many."""
    parameters = copy.parameters() | {"terms": _keys(terms), "now": now}
    return await insert_counted(connection, MATCH + _ONCE, parameters)


async def match_refiled(
    connection: Statements,
    copy: Copied,
    *,
    old_terms: Iterable[str],
    terms: Iterable[str],
    now: int,
) -> int:
    """Insert deliveries for followers that match the new filing but not the old one; return how many."""
    parameters = copy.parameters() | {"terms": _keys(terms), "old_terms": _keys(old_terms), "now": now}
    return await insert_counted(connection, MATCH + _ALREADY + _ONCE, parameters)


def _keys(terms: Iterable[str]) -> str:
    """Return the terms and EVERYTHING as JSON, in the order of `bot.match.matched_name`."""
    return json.dumps(in_order([*terms, EVERYTHING]), ensure_ascii=False)
