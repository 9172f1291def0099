"""Changes of destinations that adapters report: parked, given up, or moved to another address."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from storage.shared.mapping import to_ms
from storage.sqlite.common import Queries, in_transaction
from storage.sqlite.holding import pause, plan_destination
from storage.sqlite.inline import Statements
from storage.sqlite.settle import PARK_QUEUE, RESUME

_LAST = "\U0010ffff"  # sorts after every character of an address
_ADDRESSES = """
SELECT d.address FROM destinations AS d WHERE d.address >= :prefix AND d.address < :end AND (
    EXISTS (SELECT 1 FROM subscriptions AS s WHERE s.destination_id = d.id)
    OR EXISTS (SELECT 1 FROM deliveries AS q INDEXED BY deliveries_queue
        WHERE q.destination_id = d.id AND q.state IN ('pending', 'sending'))
    OR EXISTS (SELECT 1 FROM deliveries AS q INDEXED BY deliveries_parked
        WHERE q.destination_id = d.id AND q.state = 'parked')
    OR EXISTS (SELECT 1 FROM deliveries AS q INDEXED BY deliveries_held_there
        WHERE q.destination_id = d.id AND q.state = 'held'))
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
# Rows that are being sent are given up too: their outcome is ignored.
_GIVE_UP = tuple(
    f"UPDATE deliveries INDEXED BY {index} SET state = 'failed', owner = NULL, lease_until = 0, "
    f"error = :reason, settled_at = :now WHERE destination_id = :destination_id AND state {states}"
    for index, states in (
        ("deliveries_queue", "IN ('pending', 'sending')"),
        ("deliveries_parked", "= 'parked'"),
        ("deliveries_held_there", "= 'held'"),
    )
)


# A waiting message may have been sent already. It must be found by its attempt key, which contains the old
# address.
_KEEP_KEYS = """
UPDATE deliveries SET key_address = :old
WHERE destination_id = :old_id AND key_address = '' AND state IN ('pending', 'sending', 'parked')
"""
_KEEP_CHANGES = "UPDATE changes SET place = :new WHERE place = :old"
_RENAME = "UPDATE destinations SET address = :new WHERE id = :old_id"
# If the new address is a destination already, the two are merged, with the subscriptions of both. Of two
# messages about one post, the one that was sent, or may have been, is kept.
_MERGE = (
    # A channel is paused as a whole.
    """
    UPDATE subscriptions SET paused = 1
    WHERE destination_id IN (:old_id, :new_id) AND channel = 1 AND EXISTS (
        SELECT 1 FROM subscriptions AS own
        WHERE own.destination_id IN (:old_id, :new_id) AND own.channel = 1 AND own.paused = 1)
    """,
    "UPDATE OR IGNORE subscriptions SET destination_id = :new_id WHERE destination_id = :old_id",
    """
    INSERT OR IGNORE INTO filters (subscription_id, excluded, term, name, mention)
    SELECT n.id, f.excluded, f.term, f.name, f.mention
    FROM subscriptions AS o
    JOIN filters AS f ON f.subscription_id = o.id AND f.excluded = 0
    JOIN subscriptions AS n ON n.destination_id = :new_id AND n.feed_id = o.feed_id
        AND n.cadence = o.cadence AND n.channel = o.channel
    WHERE o.destination_id = :old_id
    """,
    "DELETE FROM subscriptions WHERE destination_id = :old_id",
    """
    DELETE FROM deliveries
    WHERE destination_id = :new_id AND state IN ('held', 'pending', 'parked') AND uncertain = 0
      AND post_id IN (
        SELECT post_id FROM deliveries
        WHERE destination_id = :old_id AND (state IN ('sent', 'sending') OR uncertain = 1))
    """,
    "UPDATE OR IGNORE deliveries SET destination_id = :new_id WHERE destination_id = :old_id",
    "DELETE FROM deliveries WHERE destination_id = :old_id",
    # Preferences that were set at the new address stay.
    """
    UPDATE destinations SET (timezone, quiet, digest, weekly, snoozed_until, style, mention_last) = (
        SELECT timezone, quiet, digest, weekly, snoozed_until, style, mention_last
        FROM destinations WHERE id = :old_id)
    WHERE id = :new_id AND timezone = '' AND quiet = '' AND digest = '08:00' AND weekly = 0
      AND snoozed_until IS NULL AND style = 'full' AND mention_last = 0
    """,
    # A rename of a category that is under way goes on at the new address.
    "UPDATE OR IGNORE moving SET id = :new_id WHERE what = 'destination' AND id = :old_id",
    "DELETE FROM destinations WHERE id = :old_id",
)


class DestinationQueries(Queries):
    """`bot.ports.DestinationStore`."""

    async def addresses(self, prefix: str) -> list[str]:
        rows = await self._database.read(_ADDRESSES, {"prefix": prefix, "end": prefix + _LAST})
        return [str(row["address"]) for row in rows]

    @in_transaction
    async def park(
        self, connection: Statements, addresses: Sequence[str], reason: str, now: datetime, probe_at: datetime
    ) -> list[str]:
        asked = {"addresses": json.dumps(list(addresses))}
        rows = [dict(row) for row in await connection.execute_fetchall(_UNPARKED, asked)]
        times = {"now": to_ms(now), "probe": to_ms(probe_at), "reason": reason}
        await connection.executemany(_PARK, [{**row, **times} for row in rows])
        await connection.executemany(PARK_QUEUE, rows)
        return [str(row["address"]) for row in rows]

    @in_transaction
    async def give_up(self, connection: Statements, address: str, reason: str, now: datetime) -> int:
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

    @in_transaction
    async def move(self, connection: Statements, old: str, new: str, now: datetime) -> bool:
        old_id, new_id = await _id(connection, old), await _id(connection, new)
        if old_id is None or old == new:
            return False
        values = {"old": old, "new": new, "old_id": old_id, "new_id": new_id, "now": to_ms(now)}
        await connection.execute(_KEEP_KEYS, values)
        await connection.execute(_KEEP_CHANGES, values)
        for statement in (_RENAME,) if new_id is None else _MERGE:
            await connection.execute(statement, values)
        stays = old_id if new_id is None else new_id
        if new_id is not None:
            await pause(connection, new_id, to_ms(now), paused=await _is_paused(connection, new_id))
            await plan_destination(connection, new_id, now, self._database.zone)
        for statement in RESUME:
            await connection.execute(statement, {"destination_id": stays, "now": to_ms(now)})
        return True


async def _is_paused(connection: Statements, destination_id: int) -> bool:
    rows = await connection.execute_fetchall(
        "SELECT 1 FROM subscriptions WHERE destination_id = ? AND channel = 1 AND paused = 1 LIMIT 1",
        [destination_id],
    )
    return bool(list(rows))


async def _id(connection: Statements, address: str) -> int | None:
    rows = await connection.execute_fetchall("SELECT id FROM destinations WHERE address = ?", [address])
    return next((int(row["id"]) for row in rows), None)
