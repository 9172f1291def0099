"""Gives a job to whatever has become due: polls, retries, digests, edits, and messages whose sender died.

A job exists only for what is due: procrastinate looks through all jobs that wait whenever it fetches one, so
a job for each feed, long before its time, would make every fetch slower.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.postgres.claim import CLAIMABLE
from storage.postgres.connection import Database
from storage.postgres.locks import DEFERRER
from storage.shared.mapping import to_ms

_MOST = 500  # jobs of a kind that one look defers; the next look goes on
POLLS = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
SELECT 'poll', 'poll', 'feed:' || f.id, 'feed:' || f.id, jsonb_build_object('feed_id', f.id)
FROM feeds AS f
WHERE f.retired_at IS NULL AND f.next_poll_at <= %(now)s AND f.lease_until <= %(now)s AND NOT EXISTS (
    SELECT 1 FROM procrastinate_jobs AS j
    WHERE j.queueing_lock = 'feed:' || f.id AND j.status = 'todo' OFFSET 0)
ORDER BY f.next_poll_at LIMIT %(limit)s
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""
_DELIVERIES = f"""
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
SELECT 'deliver:' || c.platform, 'deliver', 'to:' || c.destination_id, 'to:' || c.destination_id,
    jsonb_build_object('destination_id', c.destination_id)
FROM ({CLAIMABLE}) AS c ORDER BY c.destination_id
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""
# Enough work waits on these platforms: what has become due meanwhile comes after it anyway.
_BUSY = """
SELECT p.platform FROM unnest(%(platforms)s::text[]) AS p(platform)
WHERE (
    SELECT count(*) FROM (
        SELECT 1 FROM procrastinate_jobs AS j
        WHERE j.queue_name = 'deliver:' || p.platform AND j.status = 'todo' LIMIT %(limit)s) AS few
) >= %(limit)s
"""


async def defer_due(database: Database, now: datetime, platforms: Sequence[str]) -> int:
    """Give a job to each feed and destination that is due and has none; return how many that were.

    `platforms`: to which messages can go now. Does nothing while another process is at it. Raises StoreError.
    """
    values = {"now": to_ms(now), "limit": _MOST}
    async with database.transaction() as connection:
        (lock,) = await connection.rows(DEFERRER)
        if not lock["got"]:
            return 0
        busy = await connection.rows(_BUSY, {**values, "platforms": list(platforms)})
        idle = sorted(set(platforms) - {row["platform"] for row in busy})
        deferred = await connection.run(POLLS, values)
        return deferred + await connection.run(_DELIVERIES, {**values, "platforms": idle})
