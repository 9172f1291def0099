"""Records whether the web port recently had more visitors than it has room for."""

from __future__ import annotations

from collections.abc import Callable

from bot.clock import steady_seconds

LATELY = 60.0  # seconds


class Visitors:
    """Remembers when a visitor was last turned away. `seconds`: a monotonic clock."""

    def __init__(self, seconds: Callable[[], float] = steady_seconds) -> None:
        self._seconds = seconds
        self._turned_away_at: float | None = None

    def turn_away(self) -> None:
        """Note that a connection was dropped to make room, or refused for lack of it."""
        self._turned_away_at = self._seconds()

    @property
    def too_many(self) -> bool:
        """Whether a visitor was turned away in the last LATELY seconds."""
        at = self._turned_away_at
        return at is not None and self._seconds() - at < LATELY
