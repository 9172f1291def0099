"""Holds back what must not be sent now, in the moment in which it would be claimed.

Alerts wait for the end of quiet hours, of a snooze or of a pause. A message that may have arrived is not
held: it must be looked for first. Nor are notices.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, tzinfo

from storage.shared.holding import PREFERENCES, held_back
from storage.shared.mapping import to_ms
from storage.sqlite.holding import pause
from storage.sqlite.inline import Statements

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
    connection: Statements, heads: Iterable[sqlite3.Row], now: datetime, zone: tzinfo
) -> bool:
    """Hold the alerts of those destinations that get nothing now; return whether there are any."""
    found = held_back(heads, now, zone)
    await connection.executemany(_HOLD, found.quiet)
    for statement in _END_PROBE:
        await connection.executemany(statement, found.probes)
    for each in found.paused:
        await pause(connection, each, to_ms(now), paused=True)
    return bool(found)
