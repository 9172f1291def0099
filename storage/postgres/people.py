"""Forgets a person: deletes their rows, and takes them out of the rows of others."""

from __future__ import annotations

from datetime import datetime

from bot.errors import UsageError
from bot.model import FORGOTTEN
from bot.ports.people import Forgotten
from storage.postgres.changes import record_change
from storage.postgres.common import Queries
from storage.postgres.connection import Connection
from storage.postgres.locks import ALONE
from storage.shared.forgetting import MENTION_ENDED, UNDER_WAY, Person

# The outcome of an attempt must not come after its row is gone.
_UNDER_WAY = """
SELECT 1 FROM deliveries AS q JOIN destinations AS d ON d.id = q.destination_id
WHERE d.address = %(address)s
AND (q.state = 'sending' OR (q.edit_due_at IS NOT NULL AND q.lease_until > 0)) LIMIT 1
"""
_OWN = "(SELECT id FROM destinations WHERE address = %(address)s)"
_DELETE_SUBSCRIPTIONS = f"DELETE FROM subscriptions WHERE destination_id = {_OWN}"
_DELETE_MESSAGES = f"DELETE FROM deliveries WHERE destination_id = {_OWN}"
_DELETE_REST = (
    "DELETE FROM destinations WHERE address = %(address)s",
    "DELETE FROM changes WHERE place = %(address)s",
    "UPDATE subscriptions SET created_by = %(forgotten)s WHERE created_by = %(address)s",
)
_RENAME = "UPDATE changes SET by = %(forgotten)s WHERE by = %(address)s"
_MENTIONS = """
SELECT f.subscription_id, f.term, f.mention, d.address FROM filters AS f
JOIN subscriptions AS s ON s.id = f.subscription_id JOIN destinations AS d ON d.id = s.destination_id
WHERE f.mention <> '' AND f.excluded = 0 AND strpos(f.mention, %(id)s) > 0
"""
_UNMENTION = """
UPDATE filters SET mention = %(mention)s
WHERE subscription_id = %(subscription_id)s AND term = %(term)s AND excluded = 0
"""
# Texts in which a person may be named.
_TEXTS = (
    ("changes", "what"),
    ("destinations", "parked_reason"),
    ("deliveries", "notice"),
    ("deliveries", "error"),
)


class PeopleQueries(Queries):
    """`bot.ports.PeopleStore`."""

    async def forget(self, address: str, now: datetime) -> Forgotten:
        person = Person(address)
        values = {"address": address, "forgotten": FORGOTTEN, "id": person.id}
        async with self._database.transaction(ALONE) as connection:
            if await connection.rows(_UNDER_WAY, values):
                raise UsageError(UNDER_WAY)
            counts = [
                await connection.run(statement, values)
                for statement in (_DELETE_SUBSCRIPTIONS, _DELETE_MESSAGES, _RENAME)
            ]
            for statement in _DELETE_REST:
                await connection.run(statement, values)
            mentions = await _unmention(connection, person, now)
            for table, column in _TEXTS:
                await _take_out(connection, person, table, column)
            await _forget_values(connection, person)
            return Forgotten(counts[0], counts[1], mentions, counts[2])


async def _unmention(connection: Connection, person: Person, now: datetime) -> int:
    """Take a person out of the mentions of channels, and log that; return from how many filters."""
    rows = await connection.rows(_MENTIONS, {"id": person.id})
    changed = [row for row in rows if person.unmentioned(row["mention"]) != row["mention"]]
    await connection.run_many(
        _UNMENTION, [{**row, "mention": person.unmentioned(row["mention"])} for row in changed]
    )
    for place in dict.fromkeys(row["address"] for row in changed):
        await record_change(connection, now, by=FORGOTTEN, what=MENTION_ENDED, place=place)
    waiting = await connection.rows(
        "SELECT id, mention FROM deliveries WHERE mention <> '' AND strpos(mention, %(id)s) > 0",
        {"id": person.id},
    )
    await connection.run_many(
        "UPDATE deliveries SET mention = %(mention)s WHERE id = %(id)s",
        [{"id": row["id"], "mention": person.unmentioned(row["mention"])} for row in waiting],
    )
    return len(changed)


async def _take_out(connection: Connection, person: Person, table: str, column: str) -> None:
    """Take a person's name out of texts."""
    rows = await connection.rows(
        f"SELECT id, {column} AS said FROM {table} WHERE strpos({column}, %(id)s) > 0", {"id": person.id}
    )
    await connection.run_many(
        f"UPDATE {table} SET {column} = %(said)s WHERE id = %(id)s",
        [{"id": row["id"], "said": person.taken_out(row["said"])} for row in rows],
    )


async def _forget_values(connection: Connection, person: Person) -> None:
    """Delete what adapters stored about a person."""
    rows = await connection.rows(
        "SELECT key, value FROM memory WHERE strpos(key, %(id)s) > 0 OR strpos(value, %(id)s) > 0",
        {"id": person.id},
    )
    owned = [{"key": row["key"]} for row in rows if person.owns(row["key"], row["value"])]
    await connection.run_many("DELETE FROM memory WHERE key = %(key)s", owned)
    for table in ("paces", "quotas", "marks"):  # such as the pace of direct messages
        await connection.run(f"DELETE FROM {table} WHERE strpos(key, %(id)s) > 0", {"id": person.id})
