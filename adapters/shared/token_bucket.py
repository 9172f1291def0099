"""What adapters need to keep a pace: a token bucket, and a mark for calls that somebody waits for. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_NOTHING = 1e-9  # of a token: what rounding may leave

_urgent: ContextVar[bool] = ContextVar("urgent", default=False)


@contextmanager
def urgent() -> Iterator[None]:
    """Let the calls made inside go before those of alerts: somebody waits for an answer."""
    before = _urgent.set(True)
    try:
        yield
    finally:
        _urgent.reset(before)


def is_urgent() -> bool:
    """Whether this runs inside `urgent`."""
    return _urgent.get()


class TokenBucket:
    """A token bucket: `rate` calls a second, `burst` at once after a silence. Times: seconds of a clock."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = 0.0
        self._held_until = 0.0

    def wait(self, now: float) -> float:
        """Return the seconds until a call may go, 0 for now."""
        self._refill(now)
        missing = 1.0 - self._tokens
        return max(self.held(now), missing / self.rate if missing > _NOTHING else 0.0)

    def held(self, now: float) -> float:
        """Return the seconds for which everything has to wait."""
        return max(self._held_until - now, 0.0)

    def take(self, now: float) -> None:
        """Count a call that goes now; one that could not wait makes the next ones wait longer."""
        self._refill(now)
        self._tokens -= 1.0

    def hold(self, until: float) -> None:
        """Let nothing go before `until`: the platform said so. Then calls go one by one, not in a burst."""
        self._held_until = max(self._held_until, until)
        self._tokens = min(self._tokens, 1.0)
        self._at = max(self._at, until)

    def _refill(self, now: float) -> None:
        self._tokens = min(self._tokens + max(now - self._at, 0.0) * self.rate, self._burst)
        self._at = max(self._at, now)
