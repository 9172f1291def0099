"""How many requests a second Discord lets through, learned from its refusals. No I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LearningSettings:
    """How quickly the rate falls and comes back. Rates are in requests a second, times in seconds."""

    cut: float = 5.0  # taken off by a refusal
    least: float = 20.0
    back: float = 1.0  # given back each time that `every` has passed without a refusal
    every: float = 60.0
    one: float = 5.0  # refusals so close together are one: they were all under way


LEARNING = LearningSettings()


class LearnedRate:
    """Begins at `most`, falls by each refusal and comes back minute by minute.

    Discord does not say how many requests a second it counts, only that one was too many (documentation,
    topics/rate-limits, "Global Rate Limit"). `clock`: monotonic seconds.
    """

    def __init__(
        self, most: float, *, clock: Callable[[], float], settings: LearningSettings = LEARNING
    ) -> None:
        self._most = most
        self._clock = clock
        self._settings = settings
        self._low = most  # the rate after the last refusal
        self._since: float | None = None  # when it was; None for never

    @property
    def value(self) -> float:
        """Requests a second that may be sent now."""
        if self._since is None:
            return self._most
        steps = (self._clock() - self._since) // self._settings.every
        return min(self._low + steps * self._settings.back, self._most)

    def refused(self) -> None:
        """Note that a request was one too many."""
        now = self._clock()
        if self._since is not None and now - self._since < self._settings.one:
            return
        least = min(self._settings.least, self._most)
        self._low, self._since = max(self.value - self._settings.cut, least), now
