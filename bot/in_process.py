"""The limits of a bot that is one process: `bot.ports.SharedState` in memory."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from cachetools import LRUCache, TLRUCache

from bot.ports import Quota, Rate, Turns

_MOST = 20_000  # keys of each kind in memory
_ROUNDING = 1e-9  # seconds


@dataclass(slots=True)
class _Pace:
    """The state of one pace, in seconds of the clock."""

    next_at: float = float("-inf")  # the first turn that nobody has
    held_until: float = float("-inf")
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Mark:
    """A mark, in seconds of the clock."""

    since: float
    until: float


class InProcessState:
    """`bot.ports.SharedState` for a single process. `clock`: monotonic seconds.

    It gives out one turn at a time: asking costs nothing, and a turn that is used late then delays the next.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._paces: LRUCache[str, _Pace] = LRUCache(_MOST)
        self._quotas: LRUCache[str, deque[float]] = LRUCache(_MOST)
        self._marks: TLRUCache[str, _Mark] = TLRUCache(_MOST, lambda _, mark, __: mark.until, timer=clock)

    async def reserve(
        self, key: str, rate: Rate, most: int = 1, *, within: float, urgent: bool = False
    ) -> Turns:
        """Reserve one turn; see the port."""
        pace, now = self._pace(key), self._clock()
        first = max(pace.next_at, now - (rate.burst - 1.0) * rate.interval, pace.held_until)
        wait = max((pace.held_until if urgent else first) - now, 0.0)
        wait = wait if wait > _ROUNDING else 0.0
        if wait > within or most < 1:
            return Turns((), wait, pace.why if pace.held_until > now else "")
        pace.next_at = first + rate.interval
        return Turns((wait,), wait)

    async def hold(self, key: str, seconds: float, why: str = "") -> None:
        """Hold a pace; see the port."""
        pace, until = self._pace(key), self._clock() + seconds
        if until > pace.held_until:
            pace.held_until, pace.why = until, why
        pace.next_at = max(pace.next_at, until)

    async def spend(self, key: str, quota: Quota) -> bool:
        """Count an event if there is room; see the port."""
        times = self._times(key, quota)
        if len(times) >= quota.limit:
            return False
        times.append(self._clock())
        return True

    async def count(self, key: str, quota: Quota) -> float:
        """Count an event; see the port."""
        times = self._times(key, quota)
        times.append(self._clock())
        if len(times) > quota.limit:
            times.popleft()
        return times[0] + quota.window - self._clock() if len(times) == quota.limit else 0.0

    async def mark(self, key: str, seconds: float) -> float | None:
        """Mark a key; see the port."""
        now, known = self._clock(), self._marks.get(key)
        if known is not None:
            return now - known.since
        self._marks[key] = _Mark(now, now + seconds)
        return None

    async def unmark(self, key: str) -> None:
        """Remove a mark; see the port."""
        self._marks.pop(key, None)

    def _pace(self, key: str) -> _Pace:
        pace = self._paces.get(key)
        if pace is None:
            pace = self._paces[key] = _Pace()
        return pace

    def _times(self, key: str, quota: Quota) -> deque[float]:
        """Return the times of the events within the window, oldest first."""
        times = self._quotas.get(key)
        if times is None:
            times = self._quotas[key] = deque()
        while times and times[0] <= self._clock() - quota.window:
            times.popleft()
        return times
