"""The growing wait between attempts to connect."""

from __future__ import annotations


class Backoff:
    """A wait that begins at `first` seconds and doubles at each step, up to `longest`."""

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self.wait = 0.0  # seconds, 0 until the first step

    def step(self) -> float:
        """Return the seconds to wait after one more failure."""
        self.wait = min(max(2 * self.wait, self._first), self._longest)
        return self.wait

    def reset(self) -> None:
        """Start again from `first`, after a connection that worked."""
        self.wait = 0.0
