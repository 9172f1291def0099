"""Short texts that the bot and its adapters store over restarts."""

from __future__ import annotations

from storage.postgres.common import Queries
from storage.postgres.connection import Connection
from storage.shared.terms import beginning_with

_PUT = """
INSERT INTO memory (key, value) VALUES (%(key)s, %(value)s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE memory.value <> excluded.value
"""
GET = "SELECT value FROM memory WHERE key = %(key)s"
_FORGET = "DELETE FROM memory WHERE key = %(key)s"


async def put_value(connection: Connection, key: str, value: str) -> bool:
    """Store a text ("": delete it) inside the caller's transaction; return whether that changed it."""
    return await connection.run(_PUT if value else _FORGET, {"key": key, "value": value}) > 0


class KeyValueQueries(Queries):
    """`bot.ports.KeyValueStore`."""

    async def set_value(self, key: str, value: str) -> None:
        async with self._database.transaction() as connection:
            await put_value(connection, key, value)

    async def get_value(self, key: str) -> str:
        rows = await self._database.read(GET, {"key": key})
        return str(rows[0]["value"]) if rows else ""

    async def list_values(self, prefix: str) -> dict[str, str]:
        rows = await self._database.read(
            "SELECT key, value FROM memory WHERE key >= %(low)s AND key < %(high)s ORDER BY key",
            beginning_with(prefix),
        )
        return {str(row["key"]): str(row["value"]) for row in rows}
