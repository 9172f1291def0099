"""Holds deliveries until their time: digests, quiet hours, snoozes, paused channels.

A held delivery is a row in state "held" that is due later. `release` puts those that are due into the queue,
all of one destination as one message. `bot.timetable` decides when that is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, time, tzinfo

import aiosqlite

from bot.model import HeldFor, Preferences, QuietHours, Style
from bot.timetable import due_at
from storage.sqlite.mapping import NEVER, from_ms, maybe_from_ms, to_ms

PREFERENCES = "d.timezone, d.quiet, d.digest, d.weekly, d.snoozed_until, d.style, d.mention_last"
UNPLANNED = 0  # the due time of a held row between its insertion and `plan_new`

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


def preferences_from(row: sqlite3.Row) -> Preferences:
    """Return the preferences in a row with the columns of PREFERENCES."""
    start, _, end = row["quiet"].partition("-")
    return Preferences(
        timezone=row["timezone"],
        quiet=QuietHours(time.fromisoformat(start), time.fromisoformat(end)) if end else None,
        digest=time.fromisoformat(row["digest"]),
        weekly=row["weekly"],
        snoozed_until=maybe_from_ms(row["snoozed_until"]),
        style=Style(row["style"]),
        mention_last=bool(row["mention_last"]),
    )


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
    planned: dict[tuple[object, ...], int] = {}
    found = []
    for row in rows:
        key = tuple(row)[2:]  # most rows of one poll differ in nothing but their id
        if key not in planned:
            created = from_ms(row["created_at"])
            since = created if now is None else min(created, now)
            reason = HeldFor(row["held_for"])
            planned[key] = to_ms(due_at(preferences_from(row), reason, since, now or since, zone))
        if planned[key] != row["due_at"]:
            found.append((planned[key], row["id"]))
    await connection.executemany("UPDATE deliveries SET due_at = ? WHERE id = ?", found)
    return len(found)


async def release(connection: aiosqlite.Connection, now: int) -> None:
    """Put held rows that are due into the queue: those of one destination as one message.

    A single post that no digest was asked for stays an alert of its own. The name of a message has the time
    in it, because the same row may be held again, and come in another message later.
    """
    rows = await connection.execute_fetchall(_DUE, {"now": now, "limit": _MOST})
    await connection.executemany(
        _RELEASE,
        [
            {
                "destination_id": row["destination_id"],
                "now": now,
                "state": "parked" if row["parked"] else "pending",
                "bundle": f"digest:{row['first']}:{now}" if row["digest"] or row["posts"] > 1 else None,
            }
            for row in rows
        ],
    )


async def pause(connection: aiosqlite.Connection, destination_id: int, now: int, *, paused: bool) -> None:
    """Hold what waits for a channel until the end of its pause; at the end, make it due."""
    values = {"destination_id": destination_id, "until": NEVER if paused else now}
    for statement in _PAUSE if paused else (_END_PAUSE,):
        await connection.execute(statement, values)
