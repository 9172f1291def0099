"""What the log tells of polls that fail: each by itself while they are few, one outage when they are many."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from bot.logs.outage import EVERY, OutageLog

FEW = 5  # failed polls a minute that are told one by one


class PollLog:
    """Hands lines to `say`, where there is something new to tell of a poll.

    A network that is down lets every feed fail: that is one outage, not a thousand. `clock`: seconds that
    only grow.
    """

    def __init__(self, say: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._clock = clock
        self._failed_at: deque[float] = deque(maxlen=FEW)  # the last failures
        self._many = OutageLog("Polling of many feeds", clock=clock)

    def failed(self, name: str, error: str) -> None:
        """Note that a poll failed."""
        one_by_one = not self._many.lasts and not self._is_crowded()
        self._failed_at.append(self._clock())
        text = f"{name}: {error}"
        if line := text if one_by_one else self._many.failed(text):
            self._say(line)

    def worked(self) -> None:
        """Note that a poll worked. Among many that fail this says nothing."""
        if self._many.lasts and not self._is_crowded() and (line := self._many.works()):
            self._say(line)

    def _is_crowded(self) -> bool:
        """Whether as many polls failed in the last minute as are told one by one."""
        full = len(self._failed_at) == FEW
        return full and self._clock() - self._failed_at[0] < EVERY
