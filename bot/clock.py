"""Clocks, passed to everything that needs the time, so that tests can control it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

_SLEEPS_TOO: int | None = getattr(time, "CLOCK_BOOTTIME", None)  # Linux: counts machine sleep too


class Clock(Protocol):
    """A source of the current time."""

    def now(self) -> datetime:
        """Return the present moment, timezone-aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)


def steady_seconds() -> float:
    """Return seconds of a monotonic clock; where the system has one, it also counts machine sleep."""
    return time.monotonic() if _SLEEPS_TOO is None else time.clock_gettime(_SLEEPS_TOO)


class SteadyClock:
    """The machine's time at the start, continued by a monotonic clock, so that it never jumps by itself.

    The machine's clock can be set by hand, or corrected long after the start; anything scheduled would then
    wait for a day, or not at all. `ahead` returns by how much the machine's clock differs. `move` adopts
    that difference; call it once all stored times have been moved by as much.
    `system`: seconds since 1970 by the machine's clock. `steady`: seconds of a monotonic clock.
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
        """Move this clock by `seconds`; negative: back."""
        self._offset += seconds
