"""A token bucket, and a mark for urgent calls. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_NOTHING = 1e-9  # part of a token that counts as rounding error

_urgent: ContextVar[bool] = ContextVar("urgent", default=False)


@contextmanager
def urgent() -> Iterator[None]:
    """Mark the calls made inside as urgent: they overtake alerts, because a person waits for an answer."""
    before = _urgent.set(True)
    try:
        yield
    finally:
        _urgent.reset(before)


def is_urgent() -> bool:
    """Whether the current code runs inside `urgent`."""
    return _urgent.get()


class TokenBucket:
    """A token bucket: `rate` calls a second, `burst` at once when idle. Times are seconds of one clock."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = 0.0
        self._held_until = 0.0

    def wait(self, now: float) -> float:
        """Return the seconds until a call may go, 0 if it may go now."""
        self._refill(now)
        missing = 1.0 - self._tokens
        return max(self.held(now), missing / self.rate if missing > _NOTHING else 0.0)

    def held(self, now: float) -> float:
        """Return the seconds until the hold ends, 0 if there is none."""
        return max(self._held_until - now, 0.0)

    def take(self, now: float) -> None:
        """Take a token for a call that goes now. An urgent call may take a token in advance."""
        self._refill(now)
        self._tokens -= 1.0

    def hold(self, until: float) -> None:
        """Let no call go before `until`. Afterwards calls go one by one, not in a burst."""
        self._held_until = max(self._held_until, until)
        self._tokens = min(self._tokens, 1.0)
        self._at = max(self._at, until)

    def _refill(self, now: float) -> None:
        self._tokens = min(self._tokens + max(now - self._at, 0.0) * self.rate, self._burst)
        self._at = max(self._at, now)
