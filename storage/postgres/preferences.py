"""What people and channels have set, and what is held for them."""

from __future__ import annotations

from datetime import datetime

from bot.model import Preferences
from bot.ports import Held
from storage.postgres.common import Queries, destination_id
from storage.postgres.holding import plan_destination
from storage.postgres.locks import ALONE
from storage.shared.holding import PREFERENCES, held_from, preference_parameters, preferences_from

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
        rows = await self._database.ask(
            f"SELECT {PREFERENCES} FROM destinations AS d WHERE d.address = %(address)s", {"address": address}
        )
        return preferences_from(rows[0]) if rows else Preferences()

    async def set_preferences(self, address: str, preferences: Preferences, now: datetime) -> None:
        async with self._database.transaction(ALONE) as connection:
            own = await destination_id(connection, address, now)
            await connection.run(_SET, {**preference_parameters(preferences), "destination_id": own})
            await plan_destination(connection, own, now, self._database.zone)

    async def held(self, address: str) -> list[Held]:
        return [held_from(row) for row in await self._database.ask(HELD, {"address": address})]
