"""Short texts that the bot and its adapters store over restarts."""

from __future__ import annotations

from storage.sqlite.common import Queries, in_transaction
from storage.sqlite.inline import Statements


async def put_value(connection: Statements, key: str, value: str) -> bool:
    """Store a text ("": delete it) inside the caller's transaction; return whether that changed it."""
    if value:
        cursor = await connection.execute(
            "INSERT INTO memory (key, value) VALUES (:key, :value) ON CONFLICT (key) "
            "DO UPDATE SET value = excluded.value WHERE memory.value <> excluded.value",
            {"key": key, "value": value},
        )
    else:
        cursor = await connection.execute("DELETE FROM memory WHERE key = ?", [key])
    return cursor.rowcount > 0


class KeyValueQueries(Queries):
    """`bot.ports.KeyValueStore`."""

    @in_transaction
    async def set_value(self, connection: Statements, key: str, value: str) -> None:
        await put_value(connection, key, value)

    async def get_value(self, key: str) -> str:
        rows = await self._database.read("SELECT value FROM memory WHERE key = :key", {"key": key})
        return str(rows[0]["value"]) if rows else ""

    async def list_values(self, prefix: str) -> dict[str, str]:
        rows = await self._database.read(
            "SELECT key, value FROM memory WHERE key >= :prefix AND key < :end ORDER BY key",
            {"prefix": prefix, "end": prefix + "\U0010ffff"},
        )
        return {str(row["key"]): str(row["value"]) for row in rows}
