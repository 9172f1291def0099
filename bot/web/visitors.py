"""Whether the web port lately had more visitors than it can take."""

from __future__ import annotations

from collections.abc import Callable

from bot.clock import steady_seconds

LATELY = 60.0  # seconds


class Visitors:
    """Remembers when a visitor was last turned away. `seconds`: a clock that nobody can set."""

    def __init__(self, seconds: Callable[[], float] = steady_seconds) -> None:
        self._seconds = seconds
        self._turned_away_at: float | None = None

    def turn_away(self) -> None:
        """Note that a connection was closed to make room, or because there was none."""
        self._turned_away_at = self._seconds()

    @property
    def too_many(self) -> bool:
        """Whether some were turned away lately."""
        at = self._turned_away_at
        return at is not None and self._seconds() - at < LATELY
