"""The outbox: claims under a lease, batched outcomes, parking."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import aiosqlite
from filelock import FileLock, Timeout

from bot.errors import StoreBusyError
from bot.model import Claim
from bot.ports import AdminNotice, Settlement
from storage.sqlite.base import Part, add_notices, destination_id
from storage.sqlite.claims import build_claims
from storage.sqlite.connection import Database
from storage.sqlite.rows import from_ms, to_ms
from storage.sqlite.settle import RESUME, settle_one

_PLATFORMS = "d.platform IN (SELECT value FROM json_each(:platforms))"
# The first of each destination's queue: nothing before it is waiting or under way.
_HEADS = f"""
SELECT q.id, q.destination_id, q.bundle FROM deliveries AS q
JOIN destinations AS d ON d.id = q.destination_id
WHERE q.state = 'pending' AND q.due_at <= :now AND {_PLATFORMS}
  AND NOT EXISTS (
    SELECT 1 FROM deliveries AS e
    WHERE e.destination_id = q.destination_id AND e.state IN ('pending', 'sending') AND e.id < q.id)
ORDER BY q.due_at, q.id LIMIT :limit
"""
_LOST = f"""
SELECT q.id, q.destination_id, q.bundle FROM deliveries AS q
JOIN destinations AS d ON d.id = q.destination_id
WHERE q.state = 'sending' AND q.lease_until <= :now AND {_PLATFORMS} ORDER BY q.id LIMIT :limit
"""
_TAKE = """
UPDATE deliveries SET uncertain = max(uncertain, state = 'sending'), state = 'sending', owner = :owner,
    lease_until = :until, attempts = attempts + 1, first_attempt_at = coalesce(first_attempt_at, :now)
WHERE id IN (SELECT value FROM json_each(:ids)) RETURNING id
"""
_BUNDLED = """
SELECT id FROM deliveries WHERE destination_id = :destination_id AND bundle = :bundle
    AND state IN ('pending', 'sending')
"""
_MANY = """
SELECT destination_id, min(id) AS first FROM deliveries
WHERE state IN ('pending', 'sending') AND state = 'pending' AND due_at <= :now AND post_id IS NOT NULL
  AND bundle IS NULL AND uncertain = 0
  AND destination_id IN (SELECT value FROM json_each(:destinations))
GROUP BY destination_id HAVING count(*) > :catch_up_after
"""
_BUNDLE = """
UPDATE deliveries SET bundle = :bundle
WHERE destination_id = :destination_id AND state IN ('pending', 'sending') AND state = 'pending'
  AND due_at <= :now AND post_id IS NOT NULL AND bundle IS NULL AND uncertain = 0
"""
_TAKE_EDITS = f"""
UPDATE deliveries SET owner = :owner, lease_until = :until, edit_attempts = edit_attempts + 1
WHERE id IN (
    SELECT q.id FROM deliveries AS q JOIN destinations AS d ON d.id = q.destination_id
    WHERE q.edit_due_at <= :now AND q.lease_until <= :now AND d.parked_at IS NULL AND {_PLATFORMS}
    ORDER BY q.edit_due_at LIMIT :limit)
RETURNING id
"""
_NEXT = f"""
SELECT min(due) AS due FROM (
    SELECT min(q.due_at) AS due FROM deliveries AS q JOIN destinations AS d ON d.id = q.destination_id
    WHERE q.state = 'pending' AND {_PLATFORMS}
    UNION ALL
    SELECT min(q.lease_until) FROM deliveries AS q JOIN destinations AS d ON d.id = q.destination_id
    WHERE q.state = 'sending' AND {_PLATFORMS}
    UNION ALL
    SELECT min(max(q.edit_due_at, q.lease_until)) FROM deliveries AS q
    JOIN destinations AS d ON d.id = q.destination_id
    WHERE q.edit_due_at IS NOT NULL AND d.parked_at IS NULL AND {_PLATFORMS})
"""
_PROBE = """
UPDATE deliveries SET state = 'pending', due_at = :now WHERE id IN (
    SELECT (SELECT min(q.id) FROM deliveries AS q WHERE q.destination_id = d.id AND q.state = 'parked')
    FROM destinations AS d WHERE d.parked_at IS NOT NULL AND d.probe_at <= :now)
"""


class OutboxPart(Part):
    """The methods of `bot.ports.OutboxStore`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._runner = FileLock(f"{database.path}.lock", timeout=0, thread_local=False)

    async def take_over(self, owner: str) -> None:
        """Become the one runner of this file; the system ends the lock of a runner that died."""
        try:
            self._runner.acquire()
        except Timeout as error:
            raise StoreBusyError(
                f"Another bystander runs on {self._database.path}; stop it first, or let it do the work."
            ) from error
        async with self._database.transaction() as connection:
            for table in ("feeds", "deliveries"):
                await connection.execute(
                    f"UPDATE {table} SET lease_until = 0 WHERE lease_until > 0 AND owner <> ?",
                    [owner],
                )

    def end_run(self) -> None:
        """Let another runner take over."""
        self._runner.release()

    async def claim(
        self,
        owner: str,
        now: datetime,
        *,
        lease: float,
        limit: int,
        platforms: Sequence[str],
        catch_up_after: int,
    ) -> list[Claim]:
        """Take up to `limit` messages that are due; see the port."""
        parameters: dict[str, object] = {
            "owner": owner,
            "now": to_ms(now),
            "until": to_ms(now + timedelta(seconds=lease)),
            "limit": limit,
            "platforms": json.dumps(list(platforms)),
            "catch_up_after": catch_up_after,
        }
        async with self._database.transaction() as connection:
            lost = list(await connection.execute_fetchall(_LOST, parameters))
            heads = list(await connection.execute_fetchall(_HEADS, parameters))
            bundles = await _bundle(connection, heads, parameters)
            ids = await _members(connection, [*lost, *heads], bundles)
            parameters["ids"] = json.dumps(sorted(ids))
            taken = list(await connection.execute_fetchall(_TAKE, parameters)) if ids else []
            edits = list(await connection.execute_fetchall(_TAKE_EDITS, parameters))
            return await build_claims(
                connection, [row["id"] for row in taken], [row["id"] for row in edits], now
            )

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Record outcomes in one transaction."""
        async with self._database.transaction() as connection:
            for settlement in settlements:
                await settle_one(connection, settlement)

    async def next_delivery_at(self, platforms: Sequence[str]) -> datetime | None:
        """Return when the next message is due, leases considered; None when nothing waits."""
        rows = await self._database.read(_NEXT, {"platforms": json.dumps(list(platforms))})
        return None if rows[0]["due"] is None else from_ms(rows[0]["due"])

    async def notify(self, addresses: Sequence[str], text: str, now: datetime) -> None:
        """Put a notice for each address into the outbox."""
        async with self._database.transaction() as connection:
            await add_notices(connection, [AdminNotice(address, text) for address in addresses], now)

    async def probe_parked(self, now: datetime) -> int:
        """Make the oldest message of each parked destination due whose probe time has come."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(_PROBE, {"now": to_ms(now)})
            await connection.execute(
                "UPDATE destinations SET probe_at = NULL WHERE parked_at IS NOT NULL AND probe_at <= ?",
                [to_ms(now)],
            )
            return cursor.rowcount

    async def resume(self, address: str, now: datetime) -> bool:
        """End a parking; its queue is due now. False when it was not parked."""
        async with self._database.transaction() as connection:
            target = await destination_id(connection, address, now)
            parked = await connection.execute_fetchall(
                "SELECT 1 FROM destinations WHERE id = ? AND parked_at IS NOT NULL", [target]
            )
            for statement in RESUME:
                await connection.execute(statement, {"destination_id": target, "now": to_ms(now)})
            return bool(list(parked))


async def _bundle(
    connection: aiosqlite.Connection, heads: Sequence[sqlite3.Row], parameters: dict[str, object]
) -> dict[int, str]:
    """Join the due alerts of each destination that has too many; return its bundle by destination."""
    single = [row["destination_id"] for row in heads if row["bundle"] is None]
    parameters = parameters | {"destinations": json.dumps(single)}
    bundles = {}
    for row in list(await connection.execute_fetchall(_MANY, parameters)):
        bundles[row["destination_id"]] = f"catch-up:{row['first']}"
        await connection.execute(
            _BUNDLE,
            {
                "destination_id": row["destination_id"],
                "bundle": bundles[row["destination_id"]],
                "now": parameters["now"],
            },
        )
    return bundles


async def _members(
    connection: aiosqlite.Connection, rows: Iterable[sqlite3.Row], bundles: dict[int, str]
) -> set[int]:
    """Return the ids to take: the rows themselves, and all rows of the bundles they belong to."""
    ids: set[int] = set()
    for row in rows:
        bundle = row["bundle"] or bundles.get(row["destination_id"])
        ids.add(row["id"])
        if bundle:
            found = await connection.execute_fetchall(
                _BUNDLED, {"destination_id": row["destination_id"], "bundle": bundle}
            )
            ids.update(item["id"] for item in found)
    return ids
