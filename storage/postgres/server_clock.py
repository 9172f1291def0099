"""What the server's clock shows, without asking it again."""

from __future__ import annotations

_DRIFT = 1e-4  # seconds a second by which two clocks may drift apart


class ServerClock:
    """How far the server's clock is ahead of a clock of this process, from the answers of the server.

    The server read its clock after a question was sent and before the answer came, so each answer gives
    bounds for the difference. The bounds of all answers together are far narrower than those of one that took
    long. All times are seconds.
    """

    def __init__(self) -> None:
        self._low, self._high = float("-inf"), float("inf")
        self._learned_at = 0.0

    def learn(self, asked_at: float, shown: float, answered_at: float) -> None:
        """Learn that the server's clock showed a time between two moments of the own clock."""
        drift = _DRIFT * (answered_at - self._learned_at)
        low = max(self._low - drift, shown - answered_at)
        high = min(self._high + drift, shown - asked_at)
        if low > high:  # one of the clocks was set
            low, high = shown - answered_at, shown - asked_at
        self._low, self._high, self._learned_at = low, high, answered_at

    @property
    def ahead(self) -> float:
        """Seconds by which the server's clock is ahead. Call `learn` before."""
        return (self._low + self._high) / 2
