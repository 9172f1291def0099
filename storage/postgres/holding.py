"""Holds deliveries until their time: digests, quiet hours, snoozes, paused channels.

`release` puts the rows that are due into the queue, all of one destination as one message.
`storage.shared.holding` decides when that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo

from storage.postgres.connection import Connection
from storage.shared.holding import PREFERENCES, UNPLANNED, planned, released
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
# The destinations of the rows that have been due for the longest.
_DUE = f"""
SELECT q.destination_id, min(q.id) AS first, count(*) AS posts, bool_or(d.parked_at IS NOT NULL) AS parked,
    bool_or(q.held_for IN ('daily', 'weekly')) AS digest
FROM {QUEUED}
WHERE q.state = 'held' AND q.due_at <= %(now)s AND q.destination_id IN (
    SELECT destination_id FROM deliveries
    WHERE state = 'held' AND due_at <= %(now)s{{there}} ORDER BY due_at LIMIT %(limit)s)
GROUP BY q.destination_id
"""
DUE = _DUE.format(there="")
DUE_IN_LANE = _DUE.format(there=" AND lane_of(destination_id) = %(lane)s")
RELEASE = """
UPDATE deliveries SET state = %(state)s, bundle = %(bundle)s, released_at = %(now)s
WHERE destination_id = %(destination_id)s AND state = 'held' AND due_at <= %(now)s
"""
_HOLDABLE = "post_id IS NOT NULL AND uncertain = 0"
# Not what a person follows for themselves at the same address; a subscription may be gone since.
_OF_CHANNEL = """
subscription_id NOT IN (
    SELECT id FROM subscriptions WHERE destination_id = %(destination_id)s AND channel = 0)
"""
PAUSE = f"""
UPDATE deliveries SET state = 'held', held_for = 'pause', due_at = %(until)s, bundle = NULL, mention = ''
WHERE destination_id = %(destination_id)s AND {_OF_CHANNEL}
    AND (state = 'held' OR state IN ('pending', 'parked') AND {_HOLDABLE})
"""
END_PAUSE = """
UPDATE deliveries SET due_at = %(until)s
WHERE destination_id = %(destination_id)s AND state = 'held' AND held_for = 'pause'
"""
_MOST = 1000  # rows that one claim releases, so that no other write waits for long


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


async def release(connection: Connection, due: str, parameters: Mapping[str, object], now: int) -> None:
    """Put held rows that are due into the queue: those of one destination as one message.

    `due`: DUE or DUE_IN_LANE, with what it needs in `parameters`. `now`: in milliseconds.
    """
    rows = await connection.rows(due, {**parameters, "limit": _MOST})
    await connection.run_many(RELEASE, [released(row, now) for row in rows])


async def pause(connection: Connection, destination_id: int, now: int, *, paused: bool) -> None:
    """Hold what waits for a channel until the end of its pause; at the end, make it due."""
    values = {"destination_id": destination_id, "until": NEVER if paused else now}
    await connection.run(PAUSE if paused else END_PAUSE, values)
