"""Who listens where only one process may."""

from __future__ import annotations

from bot.ports import Door, DoorState
from storage.postgres.common import Queries
from storage.postgres.connection import Database
from storage.postgres.doorkeeper import DoorSettings, Keeper
from storage.postgres.locks import PRESENT
from storage.shared.mapping import from_ms

_PRESENT = f"SELECT * FROM doors AS d WHERE EXISTS ({PRESENT}) ORDER BY name, shards, first_shard, backend"


class DoorQueries(Queries):
    """`bot.ports.DoorStore`."""

    async def door(self, door: Door, host: str) -> Keeper:
        return await Keeper.at(self._database.address, door, host, DoorSettings())


async def doors_of(database: Database) -> tuple[DoorState, ...]:
    """Return who lives and listens, or stands by."""
    return tuple(
        DoorState(
            Door(row["name"], row["first_shard"], row["last_shard"], row["shards"]),
            row["host"],
            None if row["held_since"] is None else from_ms(row["held_since"]),
        )
        for row in await database.ask(_PRESENT)
    )
