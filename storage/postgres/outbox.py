"""The outbox: claims under a lease, outcomes in batches, parked destinations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.model import Claim
from bot.owners import has_ended
from bot.ports import AdminNotice, Parked, Settlement
from bot.timetable import held_until
from storage.postgres.claim import ANYWHERE, CLAIMABLE_AT, IN_LANE, Statements, take_edits, take_sends
from storage.postgres.claim_messages import build_claims
from storage.postgres.common import Queries, add_notices
from storage.postgres.connection import Database
from storage.postgres.errors import retried
from storage.postgres.key_value import GET, put_value
from storage.postgres.locks import ALONE, CLAIMS, TOGETHER, claims_in
from storage.postgres.runner import Runner
from storage.postgres.settle import RESUME, settle_all
from storage.shared.holding import PREFERENCES, preferences_from
from storage.shared.mapping import from_ms, to_ms
from storage.shared.moving import MOVED, refuse_moved

_LEASED = (
    "feeds SET lease_until = 0 WHERE retired_at IS NULL AND lease_until > 0",
    "deliveries SET lease_until = 0 WHERE state = 'sending' AND lease_until > 0",
    "deliveries SET lease_until = 0 WHERE edit_due_at IS NOT NULL AND lease_until > 0",
)
# The indexes contain only unfinished rows, so that finished ones cost nothing.
OWNERS = """
SELECT owner FROM feeds WHERE retired_at IS NULL AND lease_until > 0
UNION SELECT owner FROM deliveries WHERE state = 'sending' AND lease_until > 0
UNION SELECT owner FROM deliveries WHERE edit_due_at IS NOT NULL AND lease_until > 0
UNION SELECT owner FROM processes
"""
# Claims whose answer was lost: of one owner, and not in the rows that it knows of.
RELEASE = tuple(
    f"""UPDATE {rows} AND owner = %(owner)s AND id <> ALL(%(ids)s::bigint[])
    AND (SELECT d.platform FROM destinations AS d WHERE d.id = destination_id) = %(platform)s"""
    for rows in _LEASED[1:]
)
END_LEASES = tuple(f"UPDATE {rows} AND owner = ANY(%(ended)s)" for rows in _LEASED)
# With the leases go the jobs of these processes.
_WORKERS = "SELECT unnest(workers) FROM processes WHERE owner = ANY(%(ended)s)"
END_JOBS = (
    f"DELETE FROM procrastinate_jobs WHERE status = 'doing' AND worker_id IN ({_WORKERS})",
    f"DELETE FROM procrastinate_workers WHERE id IN ({_WORKERS})",
    "DELETE FROM processes WHERE owner = ANY(%(ended)s)",
)
# The oldest parked row of each parked destination whose probe is due. Destinations without a row are skipped;
# so are those in which it is quiet, until it is not.
PROBED = f"""
SELECT d.id AS destination_id, oldest.id, oldest.bundle, {PREFERENCES}
FROM destinations AS d CROSS JOIN LATERAL (
    SELECT q.id, q.bundle FROM deliveries AS q WHERE q.destination_id = d.id AND q.state = 'parked'
    ORDER BY q.id LIMIT 1) AS oldest
WHERE d.parked_at IS NOT NULL AND d.probe_at <= %(now)s
"""
_PROBE = (
    """
    UPDATE deliveries SET state = 'pending', due_at = %(now)s
    WHERE destination_id = %(destination_id)s AND state = 'parked'
        AND (id = %(id)s OR bundle = %(bundle)s)
    """,
    "UPDATE destinations SET probe_at = NULL WHERE id = %(destination_id)s",
)
_IS_PARKED = "SELECT id FROM destinations WHERE address = %(address)s AND parked_at IS NOT NULL"


class OutboxQueries(Queries):
    """`bot.ports.OutboxStore` and `bot.ports.QueueStore`, without their readers."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._runner = Runner(database.address)

    async def take_over(self, owner: str) -> None:
        await self._runner.join()
        for row in await self._database.read(GET, {"key": MOVED}):
            refuse_moved(row["value"])  # it may have happened since the database was opened
        owners = [str(row["owner"]) for row in await self._database.read(OWNERS) if row["owner"]]
        ended = [each for each in owners if each != owner and has_ended(each)]
        if not ended:
            return  # the leases of those that cannot be seen from here run out by themselves
        async with self._database.transaction(ALONE) as connection:
            for statement in (*END_LEASES, *END_JOBS):
                await connection.run(statement, {"ended": ended})

    async def stay(self) -> None:
        """Make sure that the server still knows this process as a runner. Raises StoreError."""
        await self._runner.stay()

    @retried
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
        parameters: dict[str, object] = {
            "owner": owner,
            "now": to_ms(now),
            "until": to_ms(now + timedelta(seconds=lease)),
            "platforms": list(platforms),
            "catch_up_after": catch_up_after,
        }
        return await self._claim(CLAIMS, ANYWHERE, parameters, limit, now)

    @retried
    async def claim_in_lane(
        self,
        platform: str,
        lane: int,
        owner: str,
        now: datetime,
        *,
        lease: float,
        limit: int,
        catch_up_after: int,
    ) -> list[Claim]:
        """Claim messages for the destinations of a lane; see `bot.ports.OutboxStore.claim`."""
        parameters: dict[str, object] = {
            "lane": lane,
            "owner": owner,
            "now": to_ms(now),
            "until": to_ms(now + timedelta(seconds=lease)),
            "platforms": [platform],
            "catch_up_after": catch_up_after,
        }
        return await self._claim(claims_in(lane), IN_LANE, parameters, limit, now)

    async def release_claims(self, platform: str, owner: str, held: Sequence[int]) -> None:
        """End the leases of an owner on messages for a platform, but for those of the given rows."""
        async with self._database.transaction(TOGETHER) as connection:
            for statement in RELEASE:
                await connection.run(statement, {"platform": platform, "owner": owner, "ids": list(held)})

    async def _claim(
        self, locks: str, statements: Statements, parameters: Mapping[str, object], limit: int, now: datetime
    ) -> list[Claim]:
        zone = self._database.zone
        async with self._database.transaction(locks) as connection:
            sends, taken = await take_sends(connection, statements, parameters, limit, now=now, zone=zone)
            edits = await take_edits(connection, statements, parameters, limit - taken)
            return await build_claims(connection, sends, edits, now, zone)

    @retried
    async def settle(self, settlements: Sequence[Settlement]) -> None:
        alone = any(isinstance(settlement, Parked) for settlement in settlements)
        async with self._database.transaction(ALONE if alone else TOGETHER) as connection:
            done = await settle_all(connection, settlements, alone=alone)
        if not done:
            async with self._database.transaction(ALONE) as connection:
                await settle_all(connection, settlements, alone=True)

    async def next_delivery_at(self, platforms: Sequence[str]) -> datetime | None:
        (row,) = await self._database.read(CLAIMABLE_AT, {"platforms": list(platforms)})
        return None if row["due"] is None else from_ms(row["due"])

    @retried
    async def notify(self, addresses: Sequence[str], text: str, now: datetime) -> None:
        async with self._database.transaction() as connection:
            await add_notices(connection, [AdminNotice(address, text) for address in addresses], now)

    @retried
    async def tell_once(
        self, key: str, value: str, addresses: Sequence[str], text: str, now: datetime
    ) -> bool:
        async with self._database.transaction() as connection:
            new = await put_value(connection, key, value)
            if new:
                await add_notices(connection, [AdminNotice(each, text) for each in addresses], now)
            return new

    async def probe_parked(self, now: datetime) -> int:
        async with self._database.transaction(ALONE) as connection:
            rows = [
                {**row, "now": to_ms(now)}
                for row in await connection.rows(PROBED, {"now": to_ms(now)})
                if held_until(preferences_from(row), now, self._database.zone) is None
            ]
            for statement in _PROBE:
                await connection.run_many(statement, rows)
            return len(rows)

    async def resume(self, address: str, now: datetime) -> bool:
        async with self._database.transaction(ALONE) as connection:
            parked = await connection.rows(_IS_PARKED, {"address": address})
            for statement in RESUME if parked else ():
                await connection.run(statement, {"destination_id": parked[0]["id"], "now": to_ms(now)})
            return bool(parked)
