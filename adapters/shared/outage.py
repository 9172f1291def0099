"""The outages of a platform: logs them from time to time, and exposes the current one."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from bot.logs.outage import OutageLog


class Outage:
    """The outages of one connection. `subject`: its name in the log.

    `trouble`: why the connection does not work, "" while it does.
    """

    def __init__(
        self, log: logging.Logger, subject: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._log = log
        self._lines = OutageLog(subject, clock=clock)
        self.trouble = ""

    def note(self, trouble: str) -> None:
        """Record one more failure; log it unless one was logged recently."""
        self.trouble = trouble
        if line := self._lines.failed(trouble):
            self._log.warning("%s", line)

    def end(self) -> None:
        """Record that the connection works."""
        self.trouble = ""
        if line := self._lines.works():
            self._log.warning("%s", line)
