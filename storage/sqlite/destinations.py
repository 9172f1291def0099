"""What adapters learn of destinations outside a delivery: parked or given up at the platform's word."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from storage.sqlite.common import Part
from storage.sqlite.mapping import to_ms
from storage.sqlite.settle import PARK_QUEUE

_LAST = "\U0010ffff"  # sorts behind everything that an address can hold
_ADDRESSES = """
SELECT d.address FROM destinations AS d WHERE d.address >= :prefix AND d.address < :end AND (
    EXISTS (SELECT 1 FROM subscriptions AS s WHERE s.destination_id = d.id)
    OR EXISTS (SELECT 1 FROM deliveries AS q INDEXED BY deliveries_queue
        WHERE q.destination_id = d.id AND q.state IN ('pending', 'sending'))
    OR EXISTS (SELECT 1 FROM deliveries AS q INDEXED BY deliveries_parked
        WHERE q.destination_id = d.id AND q.state = 'parked'))
ORDER BY d.address
"""
_UNPARKED = """
SELECT id AS destination_id, address FROM destinations
WHERE address IN (SELECT value FROM json_each(:addresses)) AND parked_at IS NULL ORDER BY id
"""
_PARK = """
UPDATE destinations SET parked_at = :now, parked_reason = :reason, probe_at = :probe
WHERE id = :destination_id
"""
# Rows under way are given up too: what comes of them no longer counts.
_GIVE_UP = tuple(
    f"UPDATE deliveries INDEXED BY {index} SET state = 'failed', owner = NULL, lease_until = 0, "
    f"error = :reason, settled_at = :now WHERE destination_id = :destination_id AND state {states}"
    for index, states in (
        ("deliveries_queue", "IN ('pending', 'sending')"),
        ("deliveries_parked", "= 'parked'"),
    )
)


class DestinationQueries(Part):
    """The methods of `bot.ports.DestinationStore`."""

    async def addresses(self, prefix: str) -> list[str]:
        """Return the addresses that begin with this, follow something or wait for something; in order."""
        rows = await self._database.read(_ADDRESSES, {"prefix": prefix, "end": prefix + _LAST})
        return [str(row["address"]) for row in rows]

    async def park(
        self, addresses: Sequence[str], reason: str, now: datetime, probe_at: datetime
    ) -> list[str]:
        """Park destinations; return those that were not parked before."""
        async with self._database.transaction() as connection:
            asked = {"addresses": json.dumps(list(addresses))}
            rows = [dict(row) for row in await connection.execute_fetchall(_UNPARKED, asked)]
            times = {"now": to_ms(now), "probe": to_ms(probe_at), "reason": reason}
            await connection.executemany(_PARK, [{**row, **times} for row in rows])
            await connection.executemany(PARK_QUEUE, rows)
            return [str(row["address"]) for row in rows]

    async def give_up(self, address: str, reason: str, now: datetime) -> int:
        """Fail all that waits for a destination; return how many messages."""
        async with self._database.transaction() as connection:
            found = list(
                await connection.execute_fetchall("SELECT id FROM destinations WHERE address = ?", [address])
            )
            values = {"reason": reason, "now": to_ms(now)}
            return sum(
                [
                    (await connection.execute(statement, {**values, "destination_id": row["id"]})).rowcount
                    for row in found
                    for statement in _GIVE_UP
                ]
            )
