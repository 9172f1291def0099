"""The outbox: claims under a lease, outcomes in batches, parked destinations."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model import Claim
from bot.ports import AdminNotice, Settlement
from bot.timetable import held_until
from storage.shared.holding import PREFERENCES, preferences_from
from storage.shared.mapping import from_ms, to_ms
from storage.shared.moving import MOVED, refuse_moved
from storage.sqlite.claim import CLAIMABLE_AT, take_edits, take_sends
from storage.sqlite.claim_messages import build_claims
from storage.sqlite.common import Queries, add_notices, in_transaction
from storage.sqlite.connection import Database
from storage.sqlite.inline import Statements
from storage.sqlite.key_value import put_value
from storage.sqlite.runner import Runner
from storage.sqlite.settle import RESUME, settle_all

# The indexes contain only unfinished rows, so that finished ones cost nothing.
_END_LEASES = tuple(
    f"UPDATE {rows} AND lease_until > 0 AND owner <> :owner"
    for rows in (
        "feeds SET lease_until = 0 WHERE retired_at IS NULL",
        "deliveries INDEXED BY deliveries_sending SET lease_until = 0 WHERE state = 'sending'",
        "deliveries INDEXED BY deliveries_edits SET lease_until = 0 WHERE edit_due_at IS NOT NULL",
    )
)
# The oldest parked row of each parked destination whose probe is due. Destinations without a row are skipped;
# so are those in which it is quiet, until it is not.
_PROBED = f"""
SELECT d.id AS destination_id, min(q.id) AS id, q.bundle, {PREFERENCES}
FROM destinations AS d INDEXED BY destinations_parked
CROSS JOIN deliveries AS q INDEXED BY deliveries_parked ON q.destination_id = d.id AND q.state = 'parked'
WHERE d.parked_at IS NOT NULL AND d.probe_at <= :now
GROUP BY d.id
"""
_PROBE = (
    """
    UPDATE deliveries INDEXED BY deliveries_parked SET state = 'pending', due_at = :now
    WHERE destination_id = :destination_id AND state = 'parked' AND (id = :id OR bundle = :bundle)
    """,
    "UPDATE destinations SET probe_at = NULL WHERE id = :destination_id",
)


class OutboxQueries(Queries):
    """`bot.ports.OutboxStore` and `bot.ports.QueueStore`, without their readers."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._runner = Runner(database.path)

    async def take_over(self, owner: str) -> None:
        self._runner.take_over()
        await self._end_leases(owner)

    @in_transaction
    async def _end_leases(self, connection: Statements, owner: str) -> None:
        for row in await connection.execute_fetchall("SELECT value FROM memory WHERE key = ?", [MOVED]):
            refuse_moved(row["value"])  # it may have happened since the database was opened
        for statement in _END_LEASES:
            await connection.execute(statement, {"owner": owner})

    def end_run(self) -> None:
        """Release the lock, so that another runner can take over."""
        self._runner.end()

    @in_transaction
    async def claim(
        self,
        connection: Statements,
        owner: str,
        now: datetime,
        *,
        lease: float,
        limit: int,
        platforms: Sequence[str],
        catch_up_after: int,
    ) -> list[Claim]:
        parameters: dict[str, object] = {
            "owner": owner,
            "now": to_ms(now),
            "until": to_ms(now + timedelta(seconds=lease)),
            "platforms": json.dumps(list(platforms)),
            "catch_up_after": catch_up_after,
        }
        zone = self._database.zone
        sends, taken = await take_sends(connection, parameters, limit, now, zone)
        edits = await take_edits(connection, parameters, limit - taken)
        return await build_claims(connection, sends, edits, now, zone)

    @in_transaction
    async def settle(self, connection: Statements, settlements: Sequence[Settlement]) -> None:
        await settle_all(connection, settlements)

    async def next_delivery_at(self, platforms: Sequence[str]) -> datetime | None:
        rows = await self._database.read(CLAIMABLE_AT, {"platforms": json.dumps(list(platforms))})
        return None if rows[0]["due"] is None else from_ms(rows[0]["due"])

    @in_transaction
    async def notify(
        self, connection: Statements, addresses: Sequence[str], text: str, now: datetime
    ) -> None:
        await add_notices(connection, [AdminNotice(address, text) for address in addresses], now)

    @in_transaction
    async def tell_once(  # noqa: PLR0917 -- the connection is not given by the caller
        self, connection: Statements, key: str, value: str, addresses: Sequence[str], text: str, now: datetime
    ) -> bool:
        new = await put_value(connection, key, value)
        if new:
            await add_notices(connection, [AdminNotice(each, text) for each in addresses], now)
        return new

    @in_transaction
    async def probe_parked(self, connection: Statements, now: datetime) -> int:
        rows = [
            {**dict(row), "now": to_ms(now)}
            for row in await connection.execute_fetchall(_PROBED, {"now": to_ms(now)})
            if held_until(preferences_from(row), now, self._database.zone) is None
        ]
        for statement in _PROBE:
            await connection.executemany(statement, rows)
        return len(rows)

    @in_transaction
    async def resume(self, connection: Statements, address: str, now: datetime) -> bool:
        parked = list(
            await connection.execute_fetchall(
                "SELECT id FROM destinations WHERE address = ? AND parked_at IS NOT NULL", [address]
            )
        )
        for statement in RESUME if parked else ():
            await connection.execute(statement, {"destination_id": parked[0]["id"], "now": to_ms(now)})
        return bool(parked)
