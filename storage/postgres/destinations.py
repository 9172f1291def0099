"""Changes of destinations that adapters report: parked, given up, or moved to another address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.postgres.common import Queries
from storage.postgres.connection import Connection
from storage.postgres.holding import pause, plan_destination
from storage.postgres.locks import ALONE
from storage.postgres.settle import PARK_QUEUE, RESUME
from storage.shared.mapping import to_ms
from storage.shared.terms import beginning_with

ADDRESSES = """
SELECT d.address FROM destinations AS d WHERE d.address >= %(low)s AND d.address < %(high)s AND (
    EXISTS (SELECT 1 FROM subscriptions AS s WHERE s.destination_id = d.id)
    OR EXISTS (SELECT 1 FROM deliveries AS q
        WHERE q.destination_id = d.id AND q.state IN ('pending', 'sending'))
    OR EXISTS (SELECT 1 FROM deliveries AS q WHERE q.destination_id = d.id AND q.state = 'parked')
    OR EXISTS (SELECT 1 FROM deliveries AS q WHERE q.destination_id = d.id AND q.state = 'held'))
ORDER BY d.address
"""
UNPARKED = """
SELECT id AS destination_id, address FROM destinations
WHERE address = ANY(%(addresses)s) AND parked_at IS NULL ORDER BY id
"""
_PARK = """
UPDATE destinations SET parked_at = %(now)s, parked_reason = %(reason)s, probe_at = %(probe)s
WHERE id = %(destination_id)s
"""
# Rows that are being sent are given up too: their outcome is ignored.
GIVE_UP = """
UPDATE deliveries SET state = 'failed', owner = NULL, lease_until = 0, error = %(reason)s,
    settled_at = %(now)s
WHERE destination_id = %(destination_id)s AND state IN ('pending', 'sending', 'parked', 'held')
"""
_PAUSED = """
SELECT 1 FROM subscriptions WHERE destination_id = %(destination_id)s AND channel = 1 AND paused = 1 LIMIT 1
"""
_ID = "SELECT id FROM destinations WHERE address = %(address)s"
# A waiting message may have been sent already. It must be found by its attempt key, which contains the old
# address.
_KEEP_KEYS = """
UPDATE deliveries SET key_address = %(old)s
WHERE destination_id = %(old_id)s AND key_address = '' AND state IN ('pending', 'sending', 'parked')
"""
KEEP_CHANGES = "UPDATE changes SET place = %(new)s WHERE place = %(old)s"
_RENAME = "UPDATE destinations SET address = %(new)s WHERE id = %(old_id)s"
# If the new address is a destination already, the two are merged, with the subscriptions of both. Of two
# messages about one post, the one that was sent, or may have been, is kept.
_MERGE = (
    # A channel is paused as a whole.
    """
    UPDATE subscriptions SET paused = 1
    WHERE destination_id IN (%(old_id)s, %(new_id)s) AND channel = 1 AND EXISTS (
        SELECT 1 FROM subscriptions AS own
        WHERE own.destination_id IN (%(old_id)s, %(new_id)s) AND own.channel = 1 AND own.paused = 1)
    """,
    """
    UPDATE subscriptions AS o SET destination_id = %(new_id)s
    WHERE o.destination_id = %(old_id)s AND NOT EXISTS (
        SELECT 1 FROM subscriptions AS n WHERE n.destination_id = %(new_id)s AND n.feed_id = o.feed_id
        AND n.cadence = o.cadence AND n.channel = o.channel)
    """,
    """
    INSERT INTO filters (subscription_id, excluded, term, name, mention)
    SELECT n.id, f.excluded, f.term, f.name, f.mention
    FROM subscriptions AS o
    JOIN filters AS f ON f.subscription_id = o.id AND f.excluded = 0
    JOIN subscriptions AS n ON n.destination_id = %(new_id)s AND n.feed_id = o.feed_id
        AND n.cadence = o.cadence AND n.channel = o.channel
    WHERE o.destination_id = %(old_id)s
    ON CONFLICT DO NOTHING
    """,
    "DELETE FROM subscriptions WHERE destination_id = %(old_id)s",
    """
    DELETE FROM deliveries
    WHERE destination_id = %(new_id)s AND state IN ('held', 'pending', 'parked') AND uncertain = 0
      AND post_id IN (
        SELECT post_id FROM deliveries
        WHERE destination_id = %(old_id)s AND (state IN ('sent', 'sending') OR uncertain = 1))
    """,
    """
    UPDATE deliveries AS o SET destination_id = %(new_id)s
    WHERE o.destination_id = %(old_id)s AND NOT EXISTS (
        SELECT 1 FROM deliveries AS n WHERE n.destination_id = %(new_id)s AND n.post_id = o.post_id)
    """,
    "DELETE FROM deliveries WHERE destination_id = %(old_id)s",
    # Preferences that were set at the new address stay.
    """
    UPDATE destinations AS n SET timezone = o.timezone, quiet = o.quiet, digest = o.digest,
        weekly = o.weekly, snoozed_until = o.snoozed_until, style = o.style, mention_last = o.mention_last
    FROM destinations AS o
    WHERE o.id = %(old_id)s AND n.id = %(new_id)s AND n.timezone = '' AND n.quiet = ''
      AND n.digest = '08:00' AND n.weekly = 0 AND n.snoozed_until IS NULL AND n.style = 'full'
      AND n.mention_last = 0
    """,
    # A rename of a category that is under way goes on at the new address.
    """
    INSERT INTO moving (feed_id, what, id) SELECT feed_id, what, %(new_id)s::bigint FROM moving
    WHERE what = 'destination' AND id = %(old_id)s ON CONFLICT DO NOTHING
    """,
    "DELETE FROM destinations WHERE id = %(old_id)s",
)


class DestinationQueries(Queries):
    """`bot.ports.DestinationStore`."""

    async def addresses(self, prefix: str) -> list[str]:
        rows = await self._database.read(ADDRESSES, beginning_with(prefix))
        return [str(row["address"]) for row in rows]

    async def park(
        self, addresses: Sequence[str], reason: str, now: datetime, probe_at: datetime
    ) -> list[str]:
        async with self._database.transaction(ALONE) as connection:
            rows = await connection.rows(UNPARKED, {"addresses": list(addresses)})
            times = {"now": to_ms(now), "probe": to_ms(probe_at), "reason": reason}
            await connection.run_many(_PARK, [{**row, **times} for row in rows])
            await connection.run_many(PARK_QUEUE, rows)
            return [str(row["address"]) for row in rows]

    async def give_up(self, address: str, reason: str, now: datetime) -> int:
        async with self._database.transaction(ALONE) as connection:
            found = await _id(connection, address)
            if found is None:
                return 0
            values = {"reason": reason, "now": to_ms(now), "destination_id": found}
            return await connection.run(GIVE_UP, values)

    async def move(self, old: str, new: str, now: datetime) -> bool:
        async with self._database.transaction(ALONE) as connection:
            old_id, new_id = await _id(connection, old), await _id(connection, new)
            if old_id is None or old == new:
                return False
            values = {"old": old, "new": new, "old_id": old_id, "new_id": new_id, "now": to_ms(now)}
            await connection.run(_KEEP_KEYS, values)
            await connection.run(KEEP_CHANGES, values)
            for statement in (_RENAME,) if new_id is None else _MERGE:
                await connection.run(statement, values)
            stays = old_id if new_id is None else new_id
            if new_id is not None:
                is_paused = bool(await connection.rows(_PAUSED, {"destination_id": new_id}))
                await pause(connection, new_id, to_ms(now), paused=is_paused)
                await plan_destination(connection, new_id, now, self._database.zone)
            for statement in RESUME:
                await connection.run(statement, {"destination_id": stays, "now": to_ms(now)})
            return True


async def _id(connection: Connection, address: str) -> int | None:
    rows = await connection.rows(_ID, {"address": address})
    return next((int(row["id"]) for row in rows), None)
