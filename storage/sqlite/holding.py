"""Holds deliveries until their time: digests, quiet hours, snoozes, paused channels.

`release` puts the rows that are due into the queue, all of one destination as one message.
`storage.shared.holding` decides when that is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, tzinfo

from storage.shared.holding import PREFERENCES, UNPLANNED, planned, released
from storage.shared.mapping import NEVER
from storage.sqlite.inline import Statements

_ROWS = f"""
SELECT q.id, q.due_at, q.held_for, q.created_at, {PREFERENCES}
FROM deliveries AS q {{by}} CROSS JOIN destinations AS d ON d.id = q.destination_id
WHERE q.state = 'held' AND {{which}}
"""
_NEW = _ROWS.format(by="INDEXED BY deliveries_held", which=f"q.due_at = {UNPLANNED}")
_OF_DESTINATION = _ROWS.format(
    by="INDEXED BY deliveries_held_there",
    which="q.destination_id = :destination_id AND q.held_for <> 'pause'",
)
_TIMED = _ROWS.format(by="INDEXED BY deliveries_held", which=f"q.due_at < {NEVER} AND q.due_at > :after")
# The destinations of the rows that have been due for the longest.
_DUE = """
SELECT q.destination_id, min(q.id) AS first, count(*) AS posts, d.parked_at IS NOT NULL AS parked,
    max(q.held_for IN ('daily', 'weekly')) AS digest
FROM destinations AS d
CROSS JOIN deliveries AS q INDEXED BY deliveries_held_there ON q.destination_id = d.id AND q.state = 'held'
WHERE q.due_at <= :now AND d.id IN (
    SELECT destination_id FROM deliveries INDEXED BY deliveries_held
    WHERE state = 'held' AND due_at <= :now ORDER BY due_at LIMIT :limit)
GROUP BY q.destination_id
"""
_RELEASE = """
UPDATE deliveries INDEXED BY deliveries_held_there SET state = :state, bundle = :bundle, released_at = :now
WHERE destination_id = :destination_id AND state = 'held' AND due_at <= :now
"""
_HOLDABLE = "post_id IS NOT NULL AND uncertain = 0"
# Not what a person follows for themselves at the same address; a subscription may be gone since.
_OF_CHANNEL = """
subscription_id NOT IN (SELECT id FROM subscriptions WHERE destination_id = :destination_id AND channel = 0)
"""
_PAUSE = tuple(
    f"UPDATE deliveries INDEXED BY {index} SET state = 'held', held_for = 'pause', due_at = :until, "
    f"bundle = NULL, mention = '' WHERE destination_id = :destination_id AND {which} AND {_OF_CHANNEL}"
    for index, which in (
        ("deliveries_queue", f"state IN ('pending', 'sending') AND state = 'pending' AND {_HOLDABLE}"),
        ("deliveries_parked", f"state = 'parked' AND {_HOLDABLE}"),
        ("deliveries_held_there", "state = 'held'"),
    )
)
_END_PAUSE = (
    "UPDATE deliveries INDEXED BY deliveries_held_there SET due_at = :until "
    "WHERE destination_id = :destination_id AND state = 'held' AND held_for = 'pause'"
)
_MOST = 1000  # rows that one claim releases, so that no other write waits for long


async def plan_new(connection: Statements, now: datetime, zone: tzinfo) -> None:
    """Give the held rows that were just inserted their due times."""
    await _plan(connection, await connection.execute_fetchall(_NEW), now, zone)


async def plan_destination(connection: Statements, destination_id: int, now: datetime, zone: tzinfo) -> None:
    """Give the held rows of a destination new due times, because its preferences changed."""
    rows = await connection.execute_fetchall(_OF_DESTINATION, {"destination_id": destination_id})
    await _plan(connection, rows, now, zone)


async def plan_later(connection: Statements, after: int, now: datetime | None, zone: tzinfo) -> int:
    """Give the held rows due after a time (milliseconds) new due times; return how many have changed.

    `now`: None for the time at which each row was created.
    """
    return await _plan(connection, await connection.execute_fetchall(_TIMED, {"after": after}), now, zone)


async def _plan(
    connection: Statements, rows: Iterable[sqlite3.Row], now: datetime | None, zone: tzinfo
) -> int:
    """Store the due times of held rows; return how many have changed."""
    changed = planned(rows, now, zone)
    await connection.executemany("UPDATE deliveries SET due_at = :due WHERE id = :id", changed)
    return len(changed)


async def release(connection: Statements, now: int) -> None:
    """Put held rows that are due into the queue: those of one destination as one message."""
    rows = await connection.execute_fetchall(_DUE, {"now": now, "limit": _MOST})
    await connection.executemany(_RELEASE, [released(row, now) for row in rows])


async def pause(connection: Statements, destination_id: int, now: int, *, paused: bool) -> None:
    """Hold what waits for a channel until the end of its pause; at the end, make it due."""
    values = {"destination_id": destination_id, "until": NEVER if paused else now}
    for statement in _PAUSE if paused else (_END_PAUSE,):
        await connection.execute(statement, values)
