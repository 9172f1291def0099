"""What people and channels have set, and what is held for them."""

from __future__ import annotations

from datetime import datetime

from bot.model import Preferences
from bot.ports import Held
from bot.text.changes import preference_changes
from storage.shared.holding import PREFERENCES, held_from, preference_parameters, preferences_from
from storage.sqlite.changes import record_change
from storage.sqlite.common import Queries, destination_id, in_transaction
from storage.sqlite.holding import plan_destination
from storage.sqlite.inline import Statements

_GET = f"SELECT {PREFERENCES} FROM destinations AS d WHERE d.address = :address"
_SET = """
UPDATE destinations SET timezone = :timezone, quiet = :quiet, digest = :digest, weekly = :weekly,
    snoozed_until = :snoozed_until, style = :style, mention_last = :mention_last
WHERE id = :destination_id
"""
_HELD = """
SELECT held_for, count(*) AS posts, min(due_at) AS due FROM deliveries INDEXED BY deliveries_held_there
WHERE destination_id = (SELECT id FROM destinations WHERE address = :address) AND state = 'held'
GROUP BY held_for ORDER BY due, held_for
"""


class PreferenceQueries(Queries):
    """`bot.ports.PreferenceStore`."""

    async def preferences(self, address: str) -> Preferences:
        rows = await self._database.ask(_GET, {"address": address})
        return preferences_from(rows[0]) if rows else Preferences()

    async def all_preferences(self) -> dict[str, Preferences]:
        rows = await self._database.read(
            f"SELECT d.address, {PREFERENCES} FROM destinations AS d ORDER BY d.address", {}
        )
        found = {row["address"]: preferences_from(row) for row in rows}
        return {address: each for address, each in found.items() if each != Preferences()}

    @in_transaction
    async def set_preferences(
        self, connection: Statements, address: str, preferences: Preferences, now: datetime, *, by: str = ""
    ) -> None:
        own = await destination_id(connection, address, now)
        (former,) = await connection.execute_fetchall(_GET, {"address": address})
        await connection.execute(_SET, {**preference_parameters(preferences), "destination_id": own})
        await plan_destination(connection, own, now, self._database.zone)
        what = preference_changes(preferences_from(former), preferences)
        if by and what:
            await record_change(connection, now, by=by, what=what, place=address)

    async def held(self, address: str) -> list[Held]:
        rows = await self._database.ask(_HELD, {"address": address})
        return [held_from(row) for row in rows]
