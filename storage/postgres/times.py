"""Corrects due times and leases after the machine's clock was set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage.postgres.common import Queries
from storage.postgres.holding import plan_later
from storage.postgres.locks import ALONE
from storage.shared.mapping import NEVER, to_ms
from storage.shared.states import shifted_state

_HOUR = 3_600_000  # milliseconds
_DAY = 24 * _HOUR
_LEASED = "CASE WHEN lease_until > 0 THEN greatest(lease_until + %(by)s, 1) ELSE 0 END"  # 0: no lease
_UNDONE = """
    due_at = due_at + %(by)s, created_at = created_at + %(by)s, released_at = released_at + %(by)s,
    first_attempt_at = first_attempt_at + %(by)s
"""
SHIFTS = (
    f"""
    UPDATE feeds SET next_poll_at = next_poll_at + %(by)s, lease_until = {_LEASED}
    WHERE retired_at IS NULL AND next_poll_at < {NEVER}
    """,
    """
    UPDATE feeds SET push_due = push_due + %(by)s, hub_since = hub_since + %(by)s,
        hub_until = hub_until + %(by)s
    WHERE push_due IS NOT NULL OR hub_until IS NOT NULL
    """,
    """
    UPDATE hubs SET next_at = next_at + %(by)s, asked_until = asked_until + %(by)s,
        verified_at = verified_at + %(by)s, verified_until = verified_until + %(by)s
    """,
    """
    UPDATE feeds SET last_success_at = last_success_at + %(by)s, last_full_at = last_full_at + %(by)s
    WHERE retired_at IS NULL
    """,
    "UPDATE posts SET refile_at = refile_at + %(by)s WHERE refile_at IS NOT NULL",
    f"UPDATE deliveries SET {_UNDONE}, lease_until = {_LEASED} WHERE state IN ('pending', 'sending')",
    f"UPDATE deliveries SET {_UNDONE} WHERE state = 'parked'",
    f"""
    UPDATE deliveries SET edit_due_at = edit_due_at + %(by)s,
        lease_until = CASE WHEN state IN ('pending', 'sending') THEN lease_until ELSE {_LEASED} END
    WHERE edit_due_at IS NOT NULL
    """,
    """
    UPDATE destinations SET parked_at = parked_at + %(by)s, probe_at = probe_at + %(by)s
    WHERE parked_at IS NOT NULL
    """,
    "UPDATE destinations SET snoozed_until = snoozed_until + %(by)s WHERE snoozed_until IS NOT NULL",
    # Digests and quiet hours go by the clock on the wall: their due times are computed anew.
    "UPDATE deliveries SET created_at = created_at + %(by)s WHERE state = 'held'",
)
# Servers and platforms can delay by at most a day; a feed's interval may be longer. Jitter adds a tenth.
_NOW = "%(now)s::bigint"
_LATEST_POLL = f"{_NOW} + trunc(1.1 * greatest(every * 1000, {_DAY}))::bigint + {_HOUR}"
_LATEST = f"{_NOW} + {_DAY + _HOUR}"
_LONGEST_LEASE = f"{_NOW} + {_HOUR}"
_LATEST_RENEWAL = 31 * _DAY  # longer than any lease of a hub that is believed
_LATEST_DIGEST = 8 * _DAY  # the next weekly digest; a snooze may hold longer
BOUNDS = (
    f"""
    UPDATE feeds SET next_poll_at = {_NOW} + trunc(every * 1000)::bigint
    WHERE retired_at IS NULL AND next_poll_at > {_NOW} + {_DAY} AND next_poll_at > {_LATEST_POLL}
      AND next_poll_at < {NEVER}
    """,
    f"UPDATE feeds SET lease_until = {_NOW} WHERE retired_at IS NULL AND lease_until > {_LONGEST_LEASE}",
    f"UPDATE hubs SET next_at = {_NOW} WHERE next_at > {_NOW} + {_LATEST_RENEWAL}",
    # Only messages that were tried wait for a platform; others may be due at any time.
    f"""
    UPDATE deliveries SET due_at = {_NOW} WHERE state = 'pending' AND due_at > {_LATEST} AND attempts > 0
    """,
    f"""
    UPDATE deliveries SET lease_until = {_NOW} WHERE state = 'sending' AND lease_until > {_LONGEST_LEASE}
    """,
    f"""
    UPDATE deliveries SET edit_due_at = least(edit_due_at, {_NOW}), lease_until = least(lease_until, {_NOW})
    WHERE edit_due_at IS NOT NULL AND (edit_due_at > {_LATEST} OR lease_until > {_LONGEST_LEASE})
    """,
    f"UPDATE destinations SET probe_at = {_NOW} WHERE parked_at IS NOT NULL AND probe_at > {_LATEST}",
)
_STATES = """
UPDATE feeds SET state = moved.state FROM unnest(%(ids)s::bigint[], %(states)s::text[]) AS moved(id, state)
WHERE feeds.id = moved.id
"""


class TimeQueries(Queries):
    """`bot.ports.TimeStore`."""

    async def server_time(self) -> datetime | None:
        (row,) = await self._database.read("SELECT clock_timestamp() AS now")
        now: datetime = row["now"]
        return now.astimezone(UTC)

    async def shift_times(self, by: timedelta) -> None:
        milliseconds = by // timedelta(milliseconds=1)
        async with self._database.transaction(ALONE) as connection:
            for statement in SHIFTS:
                await connection.run(statement, {"by": milliseconds})
            rows = await connection.rows("SELECT id, state FROM feeds WHERE retired_at IS NULL")
            states = [shifted_state(row["state"], milliseconds) for row in rows]
            await connection.run(_STATES, {"ids": [row["id"] for row in rows], "states": states})
            await plan_later(connection, 0, None, self._database.zone)

    async def bound_times(self, now: datetime) -> int:
        async with self._database.transaction(ALONE) as connection:
            changed = [await connection.run(statement, {"now": to_ms(now)}) for statement in BOUNDS]
            late = to_ms(now) + _LATEST_DIGEST
            return sum(changed) + await plan_later(connection, late, now, self._database.zone)
