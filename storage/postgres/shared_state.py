"""What all processes share: paces, quotas and marks, by the server's clock.

Each call is one statement, so that no process keeps a row locked while it does something else. A turn may be
taken twice if the connection breaks; then one is lost. That a mark was made is known for sure.
"""

from __future__ import annotations

import time

from bot.ports import Quota, Rate, Turns
from storage.postgres.common import Queries
from storage.postgres.connection import Database
from storage.postgres.server_clock import ServerClock

_LEASE = 0.25  # seconds; the turns of so long are given to one process at once
_TIDY_EVERY = 600.0  # seconds
_KEPT = 86_400_000_000  # microseconds for which a pace or a quota that nobody uses is kept
_MICRO = 1_000_000  # microseconds in a second
_LONGEST = 1e9  # seconds, about 30 years

_TAKE = """
SELECT taken, present, wait, reason
FROM take_turns(%(key)s, %(step)s, %(leeway)s, %(most)s, %(within)s, %(urgent)s)
"""
_HOLD = """
INSERT INTO paces AS p (key, next_at, held_until, why, seen_at)
SELECT %(key)s, present + %(held)s, present + %(held)s, %(why)s, present FROM shared_time() AS present
ON CONFLICT (key) DO UPDATE SET next_at = greatest(p.next_at, excluded.next_at),
    why = CASE WHEN excluded.held_until > p.held_until THEN excluded.why ELSE p.why END,
    held_until = greatest(p.held_until, excluded.held_until)
"""
_COUNT = "SELECT counted, wait FROM count_event(%(key)s, %(limit)s, %(window)s, %(regardless)s)"
_MARK = """
INSERT INTO marks AS m (key, made_at, until)
SELECT %(key)s, present, present + %(lasting)s FROM shared_time() AS present
ON CONFLICT (key) DO UPDATE SET made_at = excluded.made_at, until = excluded.until
WHERE m.until <= excluded.made_at
"""
_AGE = "SELECT shared_time() - made_at AS age FROM marks WHERE key = %(key)s"
_TIDY = (
    "DELETE FROM marks WHERE until < shared_time()",
    "DELETE FROM paces WHERE greatest(next_at, held_until, seen_at) < shared_time() - %(kept)s",
    "DELETE FROM quotas WHERE coalesce(times[cardinality(times)], 0) < shared_time() - %(kept)s",
)


class SharedQueries(Queries):
    """`bot.ports.SharedState`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._server_clock = ServerClock()
        self._tidy_at = time.monotonic() + _TIDY_EVERY

    async def reserve(
        self, key: str, rate: Rate, most: int = 1, *, within: float, urgent: bool = False
    ) -> Turns:
        step = max(_micro(rate.interval), 1)
        parameters = {
            "key": key,
            "step": step,
            "leeway": _micro((rate.burst - 1.0) * rate.interval),
            "most": min(most, max(int(rate.per_second * _LEASE), 1)),
            "within": _micro(within),
            "urgent": urgent,
        }
        await self._tidy()
        asked_at = time.monotonic()
        (row,) = await self._database.at_once(_TAKE, parameters)
        present, wait, count = int(row["present"]), int(row["wait"]), int(row["taken"])
        gone = self._since(present / _MICRO, asked_at)
        waits = tuple(max(wait + number * step, 0) / _MICRO - gone for number in range(count))
        return Turns(waits, max(wait, 0) / _MICRO, "" if count else str(row["reason"]))

    async def hold(self, key: str, seconds: float, why: str = "") -> None:
        async with self._database.transaction() as connection:
            await connection.run(_HOLD, {"key": key, "held": _micro(seconds), "why": why})

    async def spend(self, key: str, quota: Quota) -> bool:
        counted, _ = await self._count(key, quota, regardless=False)
        return counted

    async def count(self, key: str, quota: Quota) -> float:
        _, wait = await self._count(key, quota, regardless=True)
        return wait

    async def mark(self, key: str, seconds: float) -> float | None:
        async with self._database.transaction() as connection:
            if await connection.run(_MARK, {"key": key, "lasting": _micro(seconds)}):
                return None
            rows = await connection.rows(_AGE, {"key": key})
        return max(int(rows[0]["age"]), 0) / _MICRO if rows else 0.0

    async def unmark(self, key: str) -> None:
        async with self._database.transaction() as connection:
            await connection.run("DELETE FROM marks WHERE key = %(key)s", {"key": key})

    async def _count(self, key: str, quota: Quota, *, regardless: bool) -> tuple[bool, float]:
        parameters = {
            "key": key,
            "limit": quota.limit,
            "window": _micro(quota.window),
            "regardless": regardless,
        }
        async with self._database.transaction() as connection:
            (row,) = await connection.rows(_COUNT, parameters)
        return bool(row["counted"]), int(row["wait"]) / _MICRO

    def _since(self, shown: float, asked_at: float) -> float:
        """Return how long ago the server's clock showed a time, which it did after `asked_at`."""
        now = time.monotonic()
        self._server_clock.learn(asked_at, shown, now)
        return now + self._server_clock.ahead - shown

    async def _tidy(self) -> None:
        """Delete what has expired, from time to time."""
        if time.monotonic() < self._tidy_at:
            return
        self._tidy_at = time.monotonic() + _TIDY_EVERY
        async with self._database.transaction() as connection:
            for statement in _TIDY:
                await connection.run(statement, {"kept": _KEPT})


def _micro(seconds: float) -> int:
    return round(min(seconds, _LONGEST) * _MICRO)
