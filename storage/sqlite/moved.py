"""A destination that its platform gave another address: what it follows and what waits moves along."""

from __future__ import annotations

from datetime import datetime

import aiosqlite

from storage.sqlite.common import Part
from storage.sqlite.mapping import to_ms
from storage.sqlite.settle import RESUME

# What may be there already bears a key made of the old address, and must be found again by it.
_KEEP_KEYS = """
UPDATE deliveries SET key_address = :old
WHERE destination_id = :old_id AND key_address = '' AND state IN ('pending', 'sending', 'parked')
"""
_RENAME = "UPDATE destinations SET address = :new WHERE id = :old_id"
# Where the new address is a destination already, the two become one. A post goes to it once: of two messages
# the one that is there, or may be, stays. It follows what each followed.
_MERGE = (
    "UPDATE OR IGNORE subscriptions SET destination_id = :new_id WHERE destination_id = :old_id",
    """
    INSERT OR IGNORE INTO filters (subscription_id, excluded, term, name)
    SELECT n.id, f.excluded, f.term, f.name
    FROM subscriptions AS o
    JOIN filters AS f ON f.subscription_id = o.id AND f.excluded = 0
    JOIN subscriptions AS n ON n.destination_id = :new_id AND n.feed_id = o.feed_id
        AND n.cadence = o.cadence AND n.channel = o.channel
    WHERE o.destination_id = :old_id
    """,
    "DELETE FROM subscriptions WHERE destination_id = :old_id",
    """
    DELETE FROM deliveries
    WHERE destination_id = :new_id AND state IN ('pending', 'parked') AND uncertain = 0 AND post_id IN (
        SELECT post_id FROM deliveries
        WHERE destination_id = :old_id AND (state IN ('sent', 'sending') OR uncertain = 1))
    """,
    "UPDATE OR IGNORE deliveries SET destination_id = :new_id WHERE destination_id = :old_id",
    "DELETE FROM deliveries WHERE destination_id = :old_id",
    "DELETE FROM destinations WHERE id = :old_id",
)


class MovedQueries(Part):
    """The part of `bot.ports.DestinationStore` that moves destinations."""

    async def move(self, old: str, new: str, now: datetime) -> bool:
        """Give a destination another address; see the port."""
        async with self._database.transaction() as connection:
            old_id, new_id = await _id(connection, old), await _id(connection, new)
            if old_id is None or old == new:
                return False
            values = {"old": old, "new": new, "old_id": old_id, "new_id": new_id, "now": to_ms(now)}
            await connection.execute(_KEEP_KEYS, values)
            for statement in (_RENAME,) if new_id is None else _MERGE:
                await connection.execute(statement, values)
            stays = old_id if new_id is None else new_id
            for statement in RESUME:
                await connection.execute(statement, {"destination_id": stays, "now": to_ms(now)})
            return True


async def _id(connection: aiosqlite.Connection, address: str) -> int | None:
    rows = await connection.execute_fetchall("SELECT id FROM destinations WHERE address = ?", [address])
    return next((int(row["id"]) for row in rows), None)
