"""Holds deliveries until their time: digests, quiet hours, snoozes, paused channels.

`release` puts the rows that are due into the queue, all of one destination as one message.
`storage.shared.holding` decides when that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from storage.postgres.connection import Connection
from storage.shared.holding import PREFERENCES, UNPLANNED, held_back, planned, released
from storage.shared.mapping import NEVER
from storage.shared.rows import Row

# Deliveries with their destinations. "OFFSET 0" makes the planner look up the destination of each delivery
# that is asked for, and never go through all destinations, also where it has no statistics yet.
QUEUED = """deliveries AS q
CROSS JOIN LATERAL (SELECT * FROM destinations WHERE destinations.id = q.destination_id OFFSET 0) AS d
"""
_ROWS = f"""
SELECT q.id, q.due_at, q.held_for, q.created_at, {PREFERENCES}
FROM {QUEUED}
WHERE q.state = 'held' AND {{which}}
"""
NEW = _ROWS.format(which=f"q.due_at = {UNPLANNED}")
OF_DESTINATION = _ROWS.format(which="q.destination_id = %(destination_id)s AND q.held_for <> 'pause'")
TIMED = _ROWS.format(which=f"q.due_at < {NEVER} AND q.due_at > %(after)s")
_PLAN = """
UPDATE deliveries AS q SET due_at = plan.due
FROM unnest(%(ids)s::bigint[], %(due)s::bigint[]) AS plan(id, due) WHERE q.id = plan.id
"""
DUE = f"""
SELECT q.destination_id, min(q.id) AS first, count(*) AS posts, bool_or(d.parked_at IS NOT NULL) AS parked,
    bool_or(q.held_for IN ('daily', 'weekly')) AS digest
FROM {QUEUED}
WHERE q.state = 'held' AND q.due_at <= %(now)s GROUP BY q.destination_id
"""
RELEASE = """
UPDATE deliveries SET state = %(state)s, bundle = %(bundle)s
WHERE destination_id = %(destination_id)s AND state = 'held' AND due_at <= %(now)s
"""
_WAITING = """
UPDATE deliveries
SET state = 'held', due_at = %(until)s, bundle = NULL, mention = '', held_for = {held_for}
WHERE destination_id = %(destination_id)s AND state = 'pending' AND post_id IS NOT NULL AND uncertain = 0
    AND {which}
"""
HOLD = _WAITING.format(
    held_for="CASE WHEN held_for IN ('daily', 'weekly') THEN held_for ELSE %(reason)s END", which="true"
)
_OWN = """
    subscription_id IN (
        SELECT id FROM subscriptions WHERE destination_id = %(destination_id)s AND channel = 1)
"""
PAUSE = (
    _WAITING.format(held_for="'pause'", which=_OWN),
    f"""
    UPDATE deliveries SET held_for = 'pause', due_at = %(until)s, mention = ''
    WHERE destination_id = %(destination_id)s AND state = 'held' AND {_OWN}
    """,
)
END_PAUSE = """
UPDATE deliveries SET due_at = %(until)s
WHERE destination_id = %(destination_id)s AND state = 'held' AND held_for = 'pause'
"""
# Rows whose term is not followed any more, unless the post has another term that is.
DROP = """
DELETE FROM deliveries AS q
WHERE q.destination_id = ANY(%(destination_ids)s::bigint[]) AND q.state = 'held' AND NOT EXISTS (
    SELECT 1 FROM subscriptions AS s JOIN filters AS f ON f.subscription_id = s.id
    WHERE s.destination_id = q.destination_id AND f.excluded = 0 AND (
        f.term IN (q.term, '*') OR f.term LIKE 'w:%%' OR f.term LIKE 'a:%%'
        OR EXISTS (SELECT 1 FROM post_terms AS p WHERE p.post_id = q.post_id AND p.term = f.term)))
"""


async def plan_new(connection: Connection, now: datetime, zone: tzinfo) -> None:
    """Give the held rows that were just inserted their due times."""
    await _plan(connection, await connection.rows(NEW), now, zone)


async def plan_destination(connection: Connection, destination_id: int, now: datetime, zone: tzinfo) -> None:
    """Give the held rows of a destination new due times, because its preferences changed."""
    rows = await connection.rows(OF_DESTINATION, {"destination_id": destination_id})
    await _plan(connection, rows, now, zone)


async def plan_later(connection: Connection, after: int, now: datetime | None, zone: tzinfo) -> int:
    """Give the held rows due after a time (milliseconds) new due times; return how many have changed.

    `now`: None for the time at which each row was created.
    """
    return await _plan(connection, await connection.rows(TIMED, {"after": after}), now, zone)


async def _plan(connection: Connection, rows: Iterable[Row], now: datetime | None, zone: tzinfo) -> int:
    """Store the due times of held rows; return how many have changed."""
    changed = planned(rows, now, zone)
    if changed:
        await connection.run(
            _PLAN, {"ids": [each["id"] for each in changed], "due": [each["due"] for each in changed]}
        )
    return len(changed)


async def release(connection: Connection, now: int) -> None:
    """Put the held rows that are due into the queue: those of one destination as one message."""
    rows = await connection.rows(DUE, {"now": now})
    await connection.run_many(RELEASE, [released(row, now) for row in rows])


async def hold_back(connection: Connection, heads: Sequence[Row], now: datetime, zone: tzinfo) -> bool:
    """Hold the alerts of those destinations in which it is quiet now; return whether there are any."""
    found = held_back(heads, now, zone)
    await connection.run_many(HOLD, found)
    return bool(found)


async def pause(connection: Connection, destination_id: int, now: int, *, paused: bool) -> None:
    """Hold what waits for a channel until the end of its pause; at the end, make it due."""
    values = {"destination_id": destination_id, "until": NEVER if paused else now}
    for statement in PAUSE if paused else (END_PAUSE,):
        await connection.run(statement, values)


async def drop_unfollowed(connection: Connection, destination_ids: Iterable[int]) -> None:
    """Delete the held rows of destinations for which nobody follows their posts any more."""
    await connection.run(DROP, {"destination_ids": list(destination_ids)})
