"""The processes that work on one database, and the state of their jobs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.ports.engine import EngineSettings, FleetState, ProcessState
from storage.postgres import migrate
from storage.postgres.connection import Database
from storage.postgres.doors import doors_of
from storage.postgres.migrate import STALLED_AFTER
from storage.shared.mapping import from_ms, to_ms

HEARTBEAT = 3.0  # seconds between two signs of life of a worker

_ENTER = """
INSERT INTO processes (owner, host, version, platforms, workers, started_at, knows)
VALUES (%(owner)s, %(host)s, %(version)s, %(platforms)s, %(workers)s, %(now)s, %(knows)s)
ON CONFLICT (owner) DO UPDATE SET workers = excluded.workers
"""
_LEAVE = "DELETE FROM processes WHERE owner = %(owner)s"
_ALIVE = """
SELECT p.*, seen.at FROM processes AS p CROSS JOIN LATERAL (
    SELECT max(w.last_heartbeat) AS at FROM procrastinate_workers AS w WHERE w.id = ANY(p.workers)
) AS seen
WHERE seen.at > clock_timestamp() - %(stalled)s * interval '1 second' ORDER BY p.started_at, p.owner
"""
_FORGET_DEAD = """
DELETE FROM processes AS p
WHERE NOT EXISTS (SELECT 1 FROM procrastinate_workers AS w WHERE w.id = ANY(p.workers))
"""
_WAITING = """
SELECT queue_name, count(*) AS jobs FROM procrastinate_jobs WHERE status = 'todo' GROUP BY queue_name
"""
_STALLED = """
SELECT count(*) AS jobs
FROM procrastinate_jobs AS j LEFT JOIN procrastinate_workers AS w ON w.id = j.worker_id
WHERE j.status = 'doing'
    AND (w.id IS NULL OR w.last_heartbeat < clock_timestamp() - %(stalled)s * interval '1 second')
"""
_OLDEST_POLL = "SELECT min(greatest(next_poll_at, lease_until)) AS due FROM feeds WHERE retired_at IS NULL"


async def enter(database: Database, settings: EngineSettings, workers: Sequence[int], now: datetime) -> None:
    """Note that this process runs, with the numbers of its workers. Forgets processes that died.

    OutdatedError: a newer version has changed the database meanwhile, while this process seemed dead.
    """
    values = {
        "owner": settings.owner,
        "host": settings.host,
        "version": settings.version,
        "platforms": list(settings.platforms),
        "workers": list(workers),
        "now": to_ms(now),
        "knows": len(migrate.steps()),
    }
    async with database.transaction() as connection:
        (age,) = await connection.rows(migrate.AGE)
        migrate.refuse_newer(database.address.name, age)
        await connection.run(_FORGET_DEAD)
        await connection.run(_ENTER, values)


async def leave(database: Database, owner: str) -> None:
    """Note that this process ends."""
    async with database.transaction() as connection:
        await connection.run(_LEAVE, {"owner": owner})


async def state_of(database: Database, now: datetime) -> FleetState:
    """Return who is alive, and how the jobs do."""
    since = {"stalled": STALLED_AFTER}
    alive = await database.ask(_ALIVE, since)
    (stalled,) = await database.ask(_STALLED, since)
    (oldest,) = await database.ask(_OLDEST_POLL)
    waiting = {str(row["queue_name"]): int(row["jobs"]) for row in await database.ask(_WAITING)}
    due = None if oldest["due"] is None else from_ms(oldest["due"])
    return FleetState(
        tuple(
            ProcessState(
                row["host"], row["version"], from_ms(row["started_at"]), row["at"], tuple(row["platforms"])
            )
            for row in alive
        ),
        waiting,
        int(stalled["jobs"]),
        due if due is not None and due <= now else None,
        await doors_of(database),
    )
