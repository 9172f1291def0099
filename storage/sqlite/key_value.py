"""Short texts that the bot and its adapters store over restarts."""

from __future__ import annotations

from storage.sqlite.common import Queries


class KeyValueQueries(Queries):
    """`bot.ports.KeyValueStore`."""

    async def set_value(self, key: str, value: str) -> None:
        async with self._database.transaction() as connection:
            if value:
                await connection.execute(
                    "INSERT INTO memory (key, value) VALUES (?, ?) "
                    "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    (key, value),
                )
            else:
                await connection.execute("DELETE FROM memory WHERE key = ?", (key,))

    async def get_value(self, key: str) -> str:
        rows = await self._database.read("SELECT value FROM memory WHERE key = :key", {"key": key})
        return str(rows[0]["value"]) if rows else ""

    async def list_values(self, prefix: str) -> dict[str, str]:
        rows = await self._database.read(
            "SELECT key, value FROM memory WHERE key >= :prefix AND key < :end ORDER BY key",
            {"prefix": prefix, "end": prefix + "\U0010ffff"},
        )
        return {str(row["key"]): str(row["value"]) for row in rows}
