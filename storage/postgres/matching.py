"""The statement that finds the followers of a post and inserts their deliveries.

Its cost grows with the post's followers, not with all subscriptions: the index `filters_followers` lists the
followers of a term (tests/storage/postgres/test_plans.py checks the query plan). `bot.match` defines what a
filter means.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.match import in_order
from bot.model import EVERYTHING
from storage.postgres.connection import Connection
from storage.shared.holding import UNPLANNED
from storage.shared.mapping import NEVER
from storage.shared.stories import Copied

_PASSES = """
    {f}.excluded = 0 AND {s}.feed_id IN (0, %(feed_id)s)
    AND ({s}.excludes = 0 OR NOT EXISTS (
        SELECT 1 FROM filters AS unwanted
        WHERE unwanted.subscription_id = {s}.id AND unwanted.excluded = 1
          AND unwanted.term = ANY(%({terms})s)))
"""
# The mentions of all matching terms, in the order of `bot.match.mentions`.
_MENTIONS = f"""
    SELECT string_agg(DISTINCT called.mention, ' ' ORDER BY called.mention)
    FROM subscriptions AS own JOIN filters AS called ON called.subscription_id = own.id
    WHERE own.destination_id = m.destination_id AND own.channel = 1 AND called.mention <> ''
      AND own.cadence = 'now' AND own.paused = 0 AND called.term = ANY(%(terms)s)
      AND {_PASSES.format(f="called", s="own", terms="terms")}
"""
# The destinations with mentions. They are found once per post, because most followers have no mention.
_CALLING = """
    SELECT calling.destination_id
    FROM filters AS calls JOIN subscriptions AS calling ON calling.id = calls.subscription_id
    WHERE calls.mention <> '' AND calls.term = ANY(%(terms)s)
"""
_ALREADY = f"""
AND NOT EXISTS (
    SELECT 1 FROM subscriptions AS earlier JOIN filters AS wanted ON wanted.subscription_id = earlier.id
    WHERE earlier.destination_id = s.destination_id AND wanted.term = ANY(%(old_terms)s)
      AND {_PASSES.format(f="wanted", s="earlier", terms="old_terms")})
"""
# How soon a delivery may go, the soonest first. One for a digest or a paused channel is held.
_SOONEST = """
    CASE WHEN {0}.held_for = '' THEN 0 WHEN {0}.held_for = 'daily' THEN 1 WHEN {0}.held_for = 'weekly' THEN 2
    WHEN {0}.held_for = 'pause' THEN 3 ELSE -1 END
"""
# A destination that matches in several ways gets the post once, as soon as any of them lets it come; else by
# the first term, in the order of `bot.match.matched_name`.
_MATCHING = f"""
SELECT DISTINCT ON (each.destination_id) each.* FROM (
    SELECT s.destination_id, s.id AS subscription_id, filed.term, filed.place,
        CASE WHEN s.paused = 1 THEN 'pause' WHEN s.cadence = 'now' THEN '' ELSE s.cadence END AS held_for
    FROM unnest(%(terms)s::text[]) WITH ORDINALITY AS filed(term, place)
    JOIN filters AS f ON f.term = filed.term
    JOIN subscriptions AS s ON s.id = f.subscription_id
    WHERE {_PASSES.format(f="f", s="s", terms="terms")} {{only}}
) AS each ORDER BY each.destination_id, {_SOONEST.format("each")}, each.place, each.subscription_id
"""
# `made`: the deliveries of a post, in a statement that ends with COUNTED.
_MADE = f"""
made AS (
    INSERT INTO deliveries (
        destination_id, post_id, shown_id, subscription_id, term, mention, state, held_for, due_at, created_at
    )
    SELECT m.destination_id, %(post_id)s, %(shown_id)s::bigint, m.subscription_id, m.term,
        CASE WHEN m.destination_id IN ({_CALLING}) THEN coalesce(({_MENTIONS}), '') ELSE '' END,
        CASE WHEN m.held_for <> '' THEN 'held' WHEN d.parked_at IS NULL THEN 'pending' ELSE 'parked' END,
        m.held_for,
        CASE m.held_for WHEN 'pause' THEN {NEVER} WHEN '' THEN %(now)s ELSE {UNPLANNED} END,
        %(now)s
    FROM ({_MATCHING}) AS m JOIN destinations AS d ON d.id = m.destination_id
    ORDER BY m.place, m.subscription_id
    ON CONFLICT (destination_id, post_id) DO UPDATE SET held_for = excluded.held_for, state = excluded.state,
        due_at = excluded.due_at, subscription_id = excluded.subscription_id, term = excluded.term,
        mention = excluded.mention, shown_id = excluded.shown_id
    WHERE deliveries.state = 'held'
        AND {_SOONEST.format("excluded")} < {_SOONEST.format("deliveries")}
    RETURNING xmax = 0 AS fresh, due_at  -- fresh: a new row, and not one that was there
)
"""
COUNTED = f"""
SELECT count(*) FILTER (WHERE fresh) AS made, coalesce(bool_or(due_at = {UNPLANNED}), false) AS unplanned
FROM made
"""
MADE = _MADE.format(only="")
MATCH_REFILED = f"WITH {_MADE.format(only=_ALREADY)} {COUNTED}"


@dataclass(frozen=True, slots=True)
class Matched:
    """How many deliveries were inserted, and whether there are held ones without a due time."""

    made: int = 0
    unplanned: bool = False

    def __add__(self, other: Matched) -> Matched:
        return Matched(self.made + other.made, self.unplanned or other.unplanned)


def matched_by(copy: Copied, *, terms: Iterable[str], now: int) -> dict[str, object]:
    """Return the parameters of MADE, which gives a post to who follows it and has not got its story."""
    return copy.parameters() | {"terms": _keys(terms), "now": now}


async def match_refiled(
    connection: Connection,
    copy: Copied,
    *,
    old_terms: Iterable[str],
    terms: Iterable[str],
    now: int,
) -> Matched:
    """Insert deliveries for followers that match the new filing but not the old one."""
    values = matched_by(copy, terms=terms, now=now)
    (row,) = await connection.rows(MATCH_REFILED, values | {"old_terms": _keys(old_terms)})
    return Matched(**row)


def _keys(terms: Iterable[str]) -> list[str]:
    """Return the terms and EVERYTHING, in the order of `bot.match.matched_name`."""
    return in_order([*terms, EVERYTHING])
