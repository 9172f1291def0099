"""Holds deliveries until their time: digests, quiet hours, snoozes, paused channels.

`release` puts the rows that are due into the queue, all of one destination as one message.
`storage.shared.holding` decides when that is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

import aiosqlite

from storage.shared.holding import PREFERENCES, UNPLANNED, held_back, planned, released
from storage.shared.mapping import NEVER

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
_DUE = """
SELECT q.destination_id, min(q.id) AS first, count(*) AS posts, d.parked_at IS NOT NULL AS parked,
    max(q.held_for IN ('daily', 'weekly')) AS digest
FROM deliveries AS q INDEXED BY deliveries_held CROSS JOIN destinations AS d ON d.id = q.destination_id
WHERE q.state = 'held' AND q.due_at <= :now GROUP BY q.destination_id
"""
_RELEASE = """
UPDATE deliveries INDEXED BY deliveries_held_there SET state = :state, bundle = :bundle
WHERE destination_id = :destination_id AND state = 'held' AND due_at <= :now
"""
_WAITING = """
UPDATE deliveries INDEXED BY deliveries_queue
SET state = 'held', due_at = :until, bundle = NULL, mention = '', held_for = {held_for}
WHERE destination_id = :destination_id AND state IN ('pending', 'sending') AND state = 'pending'
    AND post_id IS NOT NULL AND uncertain = 0 AND {which}
"""
_HOLD = _WAITING.format(held_for="iif(held_for IN ('daily', 'weekly'), held_for, :reason)", which="true")
_OWN = (
    "subscription_id IN (SELECT id FROM subscriptions WHERE destination_id = :destination_id AND channel = 1)"
)
_PAUSE = (
    _WAITING.format(held_for="'pause'", which=_OWN),
    f"""
    UPDATE deliveries INDEXED BY deliveries_held_there
    SET held_for = 'pause', due_at = :until, mention = ''
    WHERE destination_id = :destination_id AND state = 'held' AND {_OWN}
    """,
)
_END_PAUSE = (
    "UPDATE deliveries INDEXED BY deliveries_held_there SET due_at = :until "
    "WHERE destination_id = :destination_id AND state = 'held' AND held_for = 'pause'"
)
# A row whose term is not followed any more, unless the post has another term that is.
_DROP = """
DELETE FROM deliveries WHERE id IN (
    SELECT q.id FROM deliveries AS q INDEXED BY deliveries_held_there
    WHERE q.destination_id = :destination_id AND q.state = 'held'
      AND NOT EXISTS (
        SELECT 1 FROM subscriptions AS s CROSS JOIN filters AS f ON f.subscription_id = s.id
        WHERE s.destination_id = q.destination_id AND f.excluded = 0 AND (
            f.term IN (q.term, '*') OR f.term GLOB 'w:*' OR f.term GLOB 'a:*'
            OR EXISTS (SELECT 1 FROM post_terms AS p WHERE p.post_id = q.post_id AND p.term = f.term))))
"""


async def plan_new(connection: aiosqlite.Connection, now: datetime, zone: tzinfo) -> None:
    """Give the held rows that were just inserted their due times."""
    await _plan(connection, await connection.execute_fetchall(_NEW), now, zone)


async def plan_destination(
    connection: aiosqlite.Connection, destination_id: int, now: datetime, zone: tzinfo
) -> None:
    """Give the held rows of a destination new due times, because its preferences changed."""
    rows = await connection.execute_fetchall(_OF_DESTINATION, {"destination_id": destination_id})
    await _plan(connection, rows, now, zone)


async def plan_later(connection: aiosqlite.Connection, after: int, now: datetime | None, zone: tzinfo) -> int:
    """Give the held rows due after a time (milliseconds) new due times; return how many have changed.

    `now`: None for the time at which each row was created.
    """
    return await _plan(connection, await connection.execute_fetchall(_TIMED, {"after": after}), now, zone)


async def _plan(
    connection: aiosqlite.Connection, rows: Iterable[sqlite3.Row], now: datetime | None, zone: tzinfo
) -> int:
    """Store the due times of held rows; return how many have changed."""
    changed = planned(rows, now, zone)
    await connection.executemany("UPDATE deliveries SET due_at = :due WHERE id = :id", changed)
    return len(changed)


async def release(connection: aiosqlite.Connection, now: int) -> None:
    """Put the held rows that are due into the queue: those of one destination as one message."""
    rows = await connection.execute_fetchall(_DUE, {"now": now})
    await connection.executemany(_RELEASE, [released(row, now) for row in rows])


async def hold_back(
    connection: aiosqlite.Connection, heads: Sequence[sqlite3.Row], now: datetime, zone: tzinfo
) -> bool:
    """Hold the alerts of those destinations in which it is quiet now; return whether there are any."""
    found = held_back(heads, now, zone)
    await connection.executemany(_HOLD, found)
    return bool(found)


async def pause(connection: aiosqlite.Connection, destination_id: int, now: int, *, paused: bool) -> None:
    """Hold what waits for a channel until the end of its pause; at the end, make it due."""
    values = {"destination_id": destination_id, "until": NEVER if paused else now}
    for statement in _PAUSE if paused else (_END_PAUSE,):
        await connection.execute(statement, values)


async def drop_unfollowed(connection: aiosqlite.Connection, destination_ids: Iterable[int]) -> None:
    """Delete the held rows of destinations for which nobody follows their posts any more."""
    await connection.executemany(_DROP, [{"destination_id": each} for each in destination_ids])
