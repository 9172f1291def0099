"""Log lines of an outage: one when it begins, one a minute while it lasts, one when it ends. No I/O."""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY = 60.0  # seconds between two lines of one outage
_MINUTE, _HOUR = 60, 3600


class OutageLog:
    """Returns the lines to be logged about one thing that fails repeatedly.

    `subject`: what fails, as the beginning of a sentence, such as "Polling". `clock`: monotonic seconds.
    A connection that fails and recovers all the time gets at most two lines a minute: one that it failed, and
    one that it works again.
    """

    def __init__(
        self, subject: str, *, every: float = EVERY, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._subject = subject
        self._every = every
        self._clock = clock
        self._since: float | None = None  # when the outage began; None while all is well
        self._failures = 0
        self._was_logged = False  # whether a line of this outage was returned
        self._logged_at: float | None = None  # when the last line about a failure was returned

    @property
    def lasts(self) -> bool:
        """Whether there is an outage."""
        return self._since is not None

    def failed(self, reason: object) -> str | None:
        """Count a failure. Return the line to log; None within `every` seconds of the last such line.

        `reason`: an error, or what went wrong in words. An error without a text is told by its name.
        """
        now = self._clock()
        self._since = now if self._since is None else self._since
        self._failures += 1
        if self._logged_at is not None and now - self._logged_at < self._every:
            return None
        self._logged_at = now
        if not self._was_logged:
            self._was_logged = True
            return f"{self._subject} does not work: {_told(reason)}"
        return f"{self._subject} has not worked for {self._history(now)}; the last one: {_told(reason)}"

    def works(self) -> str | None:
        """End the outage, if there is one. Return the line to log; None if no failure of it was logged."""
        if self._since is None:
            return None
        line = f"{self._subject} works again after {self._history(self._clock())}."
        was_logged = self._was_logged
        self._since, self._failures, self._was_logged = None, 0, False
        return line if was_logged else None

    def _history(self, now: float) -> str:
        since = now if self._since is None else self._since
        return f"{_in_words(now - since)} ({self._failures} failure{'s'[: self._failures != 1]})"


def _told(reason: object) -> str:
    """Return a reason in one line."""
    return " ".join(str(reason).split()) or type(reason).__name__


def _in_words(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.1f} h"
