"""What people and channels have set, and what is held for them."""

from __future__ import annotations

from datetime import datetime

from bot.model import Preferences
from bot.ports import Held
from bot.text.changes import preference_changes
from storage.postgres.changes import record_change
from storage.postgres.common import Queries, destination_id
from storage.postgres.holding import plan_destination
from storage.postgres.locks import ALONE
from storage.shared.holding import PREFERENCES, held_from, preference_parameters, preferences_from

_GET = f"SELECT {PREFERENCES} FROM destinations AS d WHERE d.address = %(address)s"
_SET = """
UPDATE destinations SET timezone = %(timezone)s, quiet = %(quiet)s, digest = %(digest)s, weekly = %(weekly)s,
    snoozed_until = %(snoozed_until)s, style = %(style)s, mention_last = %(mention_last)s
WHERE id = %(destination_id)s
"""
HELD = """
SELECT held_for, count(*) AS posts, min(due_at) AS due FROM deliveries
WHERE destination_id = (SELECT id FROM destinations WHERE address = %(address)s) AND state = 'held'
GROUP BY held_for ORDER BY due, held_for
"""


class PreferenceQueries(Queries):
    """`bot.ports.PreferenceStore`."""

    async def preferences(self, address: str) -> Preferences:
        rows = await self._database.ask(_GET, {"address": address})
        return preferences_from(rows[0]) if rows else Preferences()

    async def all_preferences(self) -> dict[str, Preferences]:
        rows = await self._database.read(f"SELECT d.address, {PREFERENCES} FROM destinations AS d")
        found = {row["address"]: preferences_from(row) for row in rows}
        return {address: each for address, each in sorted(found.items()) if each != Preferences()}

    async def set_preferences(
        self, address: str, preferences: Preferences, now: datetime, *, by: str = ""
    ) -> None:
        async with self._database.transaction(ALONE) as connection:
            own = await destination_id(connection, address, now)
            (former,) = await connection.rows(_GET, {"address": address})
            await connection.run(_SET, {**preference_parameters(preferences), "destination_id": own})
            await plan_destination(connection, own, now, self._database.zone)
            what = preference_changes(preferences_from(former), preferences)
            if by and what:
                await record_change(connection, now, by=by, what=what, place=address)

    async def held(self, address: str) -> list[Held]:
        return [held_from(row) for row in await self._database.ask(HELD, {"address": address})]
