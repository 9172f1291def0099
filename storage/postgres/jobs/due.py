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
_POLLS = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
SELECT 'poll', 'poll', 'feed:' || f.id, 'feed:' || f.id, jsonb_build_object('feed_id', f.id)
FROM feeds AS f
WHERE f.retired_at IS NULL AND f.next_poll_at <= %(now)s AND f.lease_until <= %(now)s{which} AND NOT EXISTS (
    SELECT 1 FROM procrastinate_jobs AS j
    WHERE j.queueing_lock = 'feed:' || f.id AND j.status = 'todo' OFFSET 0)
ORDER BY f.next_poll_at LIMIT {limit}
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""
POLLS = _POLLS.format(which="", limit="%(limit)s")
POLL_NOW = _POLLS.format(which=" AND f.id = %(feed_id)s", limit="1")  # in the transaction of a push
_DELIVERIES = f"SELECT defer_lanes(array({CLAIMABLE})) AS deferred"


async def defer_due(database: Database, now: datetime, platforms: Sequence[str]) -> int:
    """Give a job to each feed and lane that has something due, and no job; return how many that were.

    `platforms`: to which messages can go now. Does nothing while another process is at it. Raises StoreError.
    """
    values = {"now": to_ms(now), "limit": _MOST}
    async with database.transaction() as connection:
        (lock,) = await connection.rows(DEFERRER)
        if not lock["got"]:
            return 0
        polls = await connection.run(POLLS, values)
        return polls + await connection.number(_DELIVERIES, {**values, "platforms": list(platforms)})
