"""Forgets a person: deletes their rows, and takes them out of the rows of others."""

from __future__ import annotations

from datetime import datetime

from bot.errors import UsageError
from bot.model import FORGOTTEN
from bot.ports.people import Forgotten
from storage.shared.forgetting import MENTION_ENDED, UNDER_WAY, Person
from storage.sqlite.changes import record_change
from storage.sqlite.common import Queries, in_transaction
from storage.sqlite.inline import Statements

# Ids of deleted rows may be used again, so the outcome of an attempt must not come after they are gone.
_UNDER_WAY = """
SELECT 1 FROM deliveries AS q JOIN destinations AS d ON d.id = q.destination_id
WHERE d.address = :address
AND (q.state = 'sending' OR q.edit_due_at IS NOT NULL AND q.lease_until > 0) LIMIT 1
"""
_OWN = "(SELECT id FROM destinations WHERE address = :address)"
_DELETE_SUBSCRIPTIONS = f"DELETE FROM subscriptions WHERE destination_id = {_OWN}"
_DELETE_MESSAGES = f"DELETE FROM deliveries WHERE destination_id = {_OWN}"
_DELETE_REST = (
    "DELETE FROM destinations WHERE address = :address",
    "DELETE FROM changes WHERE place = :address",
    "UPDATE subscriptions SET created_by = :forgotten WHERE created_by = :address",
)
_RENAME = "UPDATE changes SET by = :forgotten WHERE by = :address"
_MENTIONS = """
SELECT f.subscription_id, f.term, f.mention, d.address FROM filters AS f
JOIN subscriptions AS s ON s.id = f.subscription_id JOIN destinations AS d ON d.id = s.destination_id
WHERE f.mention <> '' AND f.excluded = 0 AND instr(f.mention, :id)
"""
_UNMENTION = "UPDATE filters SET mention = ? WHERE subscription_id = ? AND term = ? AND excluded = 0"
# Texts in which a person may be named.
_TEXTS = (
    ("changes", "what"),
    ("destinations", "parked_reason"),
    ("deliveries", "notice"),
    ("deliveries", "error"),
)


class PeopleQueries(Queries):
    """`bot.ports.PeopleStore`."""

    @in_transaction
    async def forget(self, connection: Statements, address: str, now: datetime) -> Forgotten:
        person = Person(address)
        values = {"address": address, "forgotten": FORGOTTEN, "id": person.id}
        if list(await connection.execute_fetchall(_UNDER_WAY, values)):
            raise UsageError(UNDER_WAY)
        counts = [
            (await connection.execute(statement, values)).rowcount
            for statement in (_DELETE_SUBSCRIPTIONS, _DELETE_MESSAGES, _RENAME)
        ]
        for statement in _DELETE_REST:
            await connection.execute(statement, values)
        mentions = await _unmention(connection, person, now)
        for table, column in _TEXTS:
            await _take_out(connection, person, table, column)
        await _forget_values(connection, person)
        return Forgotten(counts[0], counts[1], mentions, counts[2])


async def _unmention(connection: Statements, person: Person, now: datetime) -> int:
    """Take a person out of the mentions of channels, and log that; return from how many filters."""
    rows = await connection.execute_fetchall(_MENTIONS, {"id": person.id})
    changed = [row for row in rows if person.unmentioned(row["mention"]) != row["mention"]]
    await connection.executemany(
        _UNMENTION,
        [(person.unmentioned(row["mention"]), row["subscription_id"], row["term"]) for row in changed],
    )
    for place in dict.fromkeys(row["address"] for row in changed):
        await record_change(connection, now, by=FORGOTTEN, what=MENTION_ENDED, place=place)
    waiting = await connection.execute_fetchall(
        "SELECT id, mention FROM deliveries WHERE mention <> '' AND instr(mention, ?)", [person.id]
    )
    await connection.executemany(
        "UPDATE deliveries SET mention = ? WHERE id = ?",
        [(person.unmentioned(row["mention"]), row["id"]) for row in waiting],
    )
    return len(changed)


async def _take_out(connection: Statements, person: Person, table: str, column: str) -> None:
    """Take a person's name out of texts."""
    rows = await connection.execute_fetchall(
        f"SELECT id, {column} FROM {table} WHERE instr({column}, ?)", [person.id]
    )
    await connection.executemany(
        f"UPDATE {table} SET {column} = ? WHERE id = ?",
        [(person.taken_out(row[column]), row["id"]) for row in rows],
    )


async def _forget_values(connection: Statements, person: Person) -> None:
    """Delete what adapters stored about a person."""
    rows = await connection.execute_fetchall(
        "SELECT key, value FROM memory WHERE instr(key, :id) OR instr(value, :id)", {"id": person.id}
    )
    await connection.executemany(
        "DELETE FROM memory WHERE key = ?", [(row["key"],) for row in rows if person.owns(*row)]
    )
