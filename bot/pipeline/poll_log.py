"""Logs failed polls: individually while they are few, as one outage when they are many."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from bot.logs.outage import EVERY, OutageLog

FEW = 5  # failed polls per minute that are logged individually


class PollLog:
    """Passes log lines to `say` when a poll's outcome is news.

    If the network is down, every feed fails: that is one outage, not a thousand. `clock`: monotonic seconds.
    """

    def __init__(self, say: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._clock = clock
        self._failed_at: deque[float] = deque(maxlen=FEW)  # the last failures
        self._many = OutageLog("Polling of many feeds", clock=clock)

    def failed(self, name: str, error: str) -> None:
        """Record a failed poll."""
        one_by_one = not self._many.lasts and not self._is_crowded()
        self._failed_at.append(self._clock())
        text = f"{name}: {error}"
        if line := text if one_by_one else self._many.failed(text):
            self._say(line)

    def worked(self) -> None:
        """Record a successful poll. One among many failures does not end the outage."""
        if self._many.lasts and not self._is_crowded() and (line := self._many.works()):
            self._say(line)

    def _is_crowded(self) -> bool:
        """Return whether FEW polls or more failed in the last minute."""
        full = len(self._failed_at) == FEW
        return full and self._clock() - self._failed_at[0] < EVERY
