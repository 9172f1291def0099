"""The clock that is handed to everything that needs the time, so that tests can hold it still."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

_SLEEPS_TOO: int | None = getattr(time, "CLOCK_BOOTTIME", None)  # Linux: it goes on while the machine sleeps


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, timezone-aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)


def steady_seconds() -> float:
    """Return seconds of a clock that nobody can set; while the machine sleeps it goes on, where it can."""
    return time.monotonic() if _SLEEPS_TOO is None else time.clock_gettime(_SLEEPS_TOO)


class SteadyClock:
    """The machine's clock, but one that never jumps by itself.

    Somebody sets the machine's clock, or it finds out the time long after the start. What waits for a moment
    would then wait for a day, or not at all. This clock goes on evenly; `ahead` tells by how much the
    machine's clock differs, and `move` follows it, once all that is stored has been moved by as much.
    `system`: seconds since 1970 by the machine's clock. `steady`: seconds that only grow.
    """

    def __init__(
        self, system: Callable[[], float] = time.time, steady: Callable[[], float] = steady_seconds
    ) -> None:
        self._system = system
        self._steady = steady
        self._offset = system() - steady()

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.fromtimestamp(self._steady() + self._offset, UTC)

    def ahead(self) -> float:
        """Return the seconds by which the machine's clock is ahead of this one; negative: behind."""
        return self._system() - self._steady() - self._offset

    def move(self, seconds: float) -> None:
        """Set this clock forward, or back."""
        self._offset += seconds
