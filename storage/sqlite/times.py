"""Corrects due times and leases after the machine's clock was set."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.shared.mapping import NEVER, to_ms
from storage.shared.states import shifted_state
from storage.sqlite.common import Queries, in_transaction
from storage.sqlite.holding import plan_later
from storage.sqlite.inline import Statements

_HOUR = 3_600_000  # milliseconds
_DAY = 24 * _HOUR
_LEASED = "iif(lease_until > 0, max(lease_until + :by, 1), 0)"  # 0: no lease
_UNDONE = (
    "due_at = due_at + :by, created_at = created_at + :by, released_at = released_at + :by, "
    "first_attempt_at = first_attempt_at + :by"
)
_SHIFTS = (
    f"""
    UPDATE feeds SET next_poll_at = next_poll_at + :by, lease_until = {_LEASED}
    WHERE retired_at IS NULL AND next_poll_at < {NEVER}
    """,
    """
    UPDATE feeds SET push_due = push_due + :by, hub_since = hub_since + :by, hub_until = hub_until + :by
    WHERE push_due IS NOT NULL OR hub_until IS NOT NULL
    """,
    """
    UPDATE hubs SET next_at = next_at + :by, asked_until = asked_until + :by,
        verified_at = verified_at + :by, verified_until = verified_until + :by
    """,
    """
    UPDATE feeds SET last_success_at = last_success_at + :by, last_full_at = last_full_at + :by
    WHERE retired_at IS NULL
    """,
    "UPDATE posts SET refile_at = refile_at + :by WHERE refile_at IS NOT NULL",
    f"""
    UPDATE deliveries INDEXED BY deliveries_queue SET {_UNDONE}, lease_until = {_LEASED}
    WHERE state IN ('pending', 'sending')
    """,
    f"UPDATE deliveries INDEXED BY deliveries_parked SET {_UNDONE} WHERE state = 'parked'",
    f"""
    UPDATE deliveries INDEXED BY deliveries_edits SET edit_due_at = edit_due_at + :by,
        lease_until = iif(state IN ('pending', 'sending'), lease_until, {_LEASED})
    WHERE edit_due_at IS NOT NULL
    """,
    """
    UPDATE destinations SET parked_at = parked_at + :by, probe_at = probe_at + :by
    WHERE parked_at IS NOT NULL
    """,
    "UPDATE destinations SET snoozed_until = snoozed_until + :by WHERE snoozed_until IS NOT NULL",
    # Digests and quiet hours go by the clock on the wall: their due times are computed anew.
    "UPDATE deliveries INDEXED BY deliveries_held SET created_at = created_at + :by WHERE state = 'held'",
)
# Servers and platforms can delay by at most a day; a feed's interval may be longer. Jitter adds a tenth.
_LATEST_POLL = f":now + cast(1.1 * max(every * 1000, {_DAY}) AS INTEGER) + {_HOUR}"
_LATEST = f":now + {_DAY + _HOUR}"
_LONGEST_LEASE = f":now + {_HOUR}"
_LATEST_RENEWAL = 31 * _DAY  # longer than any lease of a hub that is believed
_LATEST_DIGEST = 8 * _DAY  # the next weekly digest; a snooze may hold longer
_BOUNDS = (
    f"""
    UPDATE feeds SET next_poll_at = :now + cast(every * 1000 AS INTEGER)
    WHERE retired_at IS NULL AND next_poll_at > :now + {_DAY} AND next_poll_at > {_LATEST_POLL}
      AND next_poll_at < {NEVER}
    """,
    f"UPDATE feeds SET lease_until = :now WHERE retired_at IS NULL AND lease_until > {_LONGEST_LEASE}",
    f"UPDATE hubs SET next_at = :now WHERE next_at > :now + {_LATEST_RENEWAL}",
    # Only messages that were tried wait for a platform; others may be due at any time.
    f"""
    UPDATE deliveries INDEXED BY deliveries_due SET due_at = :now
    WHERE state = 'pending' AND due_at > {_LATEST} AND attempts > 0
    """,
    f"""
    UPDATE deliveries INDEXED BY deliveries_sending SET lease_until = :now
    WHERE state = 'sending' AND lease_until > {_LONGEST_LEASE}
    """,
    f"""
    UPDATE deliveries INDEXED BY deliveries_edits SET edit_due_at = min(edit_due_at, :now),
        lease_until = min(lease_until, :now)
    WHERE edit_due_at IS NOT NULL AND (edit_due_at > {_LATEST} OR lease_until > {_LONGEST_LEASE})
    """,
    f"""
    UPDATE destinations INDEXED BY destinations_parked SET probe_at = :now
    WHERE parked_at IS NOT NULL AND probe_at > {_LATEST}
    """,
)


class TimeQueries(Queries):
    """`bot.ports.TimeStore`."""

    async def server_time(self) -> datetime | None:
        return None

    @in_transaction
    async def shift_times(self, connection: Statements, by: timedelta) -> None:
        milliseconds = by // timedelta(milliseconds=1)
        for statement in _SHIFTS:
            await connection.execute(statement, {"by": milliseconds})
        rows = await connection.execute_fetchall("SELECT id, state FROM feeds WHERE retired_at IS NULL")
        states = [(shifted_state(row["state"], milliseconds), row["id"]) for row in rows]
        await connection.executemany("UPDATE feeds SET state = ? WHERE id = ?", states)
        await plan_later(connection, 0, None, self._database.zone)

    @in_transaction
    async def bound_times(self, connection: Statements, now: datetime) -> int:
        changed = [
            (await connection.execute(statement, {"now": to_ms(now)})).rowcount for statement in _BOUNDS
        ]
        late = to_ms(now) + _LATEST_DIGEST
        return sum(changed) + await plan_later(connection, late, now, self._database.zone)
