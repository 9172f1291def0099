"""Holds back what must not be sent now, in the moment in which it would be claimed.

`storage.shared.holding.held_back` decides what that is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

from storage.postgres.connection import Connection
from storage.postgres.holding import pause
from storage.shared.holding import PREFERENCES, held_back
from storage.shared.mapping import to_ms
from storage.shared.rows import Row

# What `hold_back` needs to know of a row of the queue, `q`, and its destination, `d`.
COLUMNS = f"""
{PREFERENCES}, q.post_id IS NOT NULL AND q.uncertain = 0 AS holdable, d.parked_at IS NOT NULL AS parked,
EXISTS (
    SELECT 1 FROM subscriptions AS own
    WHERE own.destination_id = d.id AND own.channel = 1 AND own.paused = 1
) AND q.subscription_id NOT IN (
    SELECT person.id FROM subscriptions AS person WHERE person.destination_id = d.id AND person.channel = 0
) AS paused
"""
HOLD = """
UPDATE deliveries
SET state = 'held', due_at = %(until)s, bundle = NULL, mention = '',
    held_for = CASE WHEN held_for IN ('daily', 'weekly') THEN held_for ELSE %(reason)s END
WHERE destination_id = %(destination_id)s AND state = 'pending' AND post_id IS NOT NULL AND uncertain = 0
"""
# A probe of a parked destination: it is parked again, and probed when it is not quiet any more.
END_PROBE = (
    "UPDATE deliveries SET state = 'parked' WHERE destination_id = %(destination_id)s AND state = 'pending'",
    "UPDATE destinations SET probe_at = %(until)s WHERE id = %(destination_id)s",
)


async def hold_back(connection: Connection, heads: Iterable[Row], now: datetime, zone: tzinfo) -> bool:
    """Hold the alerts of those destinations that get nothing now; return whether there are any."""
    found = held_back(heads, now, zone)
    await connection.run_many(HOLD, found.quiet)
    for statement in END_PROBE:
        await connection.run_many(statement, found.probes)
    for each in found.paused:
        await pause(connection, each, to_ms(now), paused=True)
    return bool(found)
