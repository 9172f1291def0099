"""Holds back what must not be sent now, in the moment in which it would be claimed.

Alerts wait for the end of quiet hours, of a snooze or of a pause. A message that may have arrived is not
held: it must be looked for first. Nor are notices.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, tzinfo

import aiosqlite

from bot.model import HeldFor
from bot.timetable import held_until
from storage.sqlite.holding import PREFERENCES, pause, preferences_from
from storage.sqlite.mapping import to_ms

# What `hold_back` needs to know of a row of the queue, `q`, and its destination, `d`.
COLUMNS = f"""
{PREFERENCES}, q.post_id IS NOT NULL AND q.uncertain = 0 AS holdable, d.parked_at IS NOT NULL AS parked,
EXISTS (
    SELECT 1 FROM subscriptions AS own INDEXED BY subscriptions_channels
    WHERE own.destination_id = d.id AND own.channel = 1 AND own.paused = 1
) AND q.subscription_id NOT IN (
    SELECT person.id FROM subscriptions AS person WHERE person.destination_id = d.id AND person.channel = 0
) AS paused
"""
_HOLD = """
UPDATE deliveries INDEXED BY deliveries_queue
SET state = 'held', due_at = :until, bundle = NULL, mention = '',
    held_for = iif(held_for IN ('daily', 'weekly'), held_for, :reason)
WHERE destination_id = :destination_id AND state IN ('pending', 'sending') AND state = 'pending'
    AND post_id IS NOT NULL AND uncertain = 0
"""
# A probe of a parked destination: it is parked again, and probed when it is not quiet any more.
_END_PROBE = (
    """
    UPDATE deliveries INDEXED BY deliveries_queue SET state = 'parked'
    WHERE destination_id = :destination_id AND state IN ('pending', 'sending') AND state = 'pending'
    """,
    "UPDATE destinations SET probe_at = :until WHERE id = :destination_id",
)


async def hold_back(
    connection: aiosqlite.Connection, heads: Sequence[sqlite3.Row], now: datetime, zone: tzinfo
) -> bool:
    """Hold the alerts of those destinations that get nothing now; return whether there are any."""
    quiet: list[dict[str, object]] = []
    probes: list[dict[str, object]] = []
    paused: set[int] = set()
    for row in heads:
        if not row["holdable"]:
            continue
        if row["paused"] and not row["parked"]:
            paused.add(row["destination_id"])
        elif (held := _held(row, now, zone)) is not None:
            (probes if row["parked"] else quiet).append(held)
    await connection.executemany(_HOLD, quiet)
    for statement in _END_PROBE:
        await connection.executemany(statement, probes)
    for each in paused:
        await pause(connection, each, to_ms(now), paused=True)
    return bool(quiet or probes or paused)


def _held(row: sqlite3.Row, now: datetime, zone: tzinfo) -> dict[str, object] | None:
    """Return until when and why a destination gets nothing, for the statements; None if it does."""
    preferences = preferences_from(row)
    until = held_until(preferences, now, zone)
    if until is None:
        return None
    snoozed = preferences.snoozed_until is not None and preferences.snoozed_until > now
    reason = HeldFor.SNOOZE if snoozed else HeldFor.QUIET
    return {"destination_id": row["destination_id"], "until": to_ms(until), "reason": reason.value}
