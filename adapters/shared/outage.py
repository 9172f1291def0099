"""What an adapter says of an outage: in the log now and then, and to whoever asks what is wrong."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from bot.logs.outage import OutageLog


class Outage:
    """One kind of trouble. `trouble`: the present one as a sentence, "" for none."""

    def __init__(
        self, log: logging.Logger, subject: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._log = log
        self._lines = OutageLog(subject, clock=clock)
        self.trouble = ""

    def note(self, trouble: str) -> None:
        """Note that something went wrong once more; log it when little was said lately."""
        self.trouble = trouble
        if line := self._lines.failed(trouble):
            self._log.warning("%s", line)

    def end(self) -> None:
        """Note that all is well."""
        self.trouble = ""
        if line := self._lines.works():
            self._log.warning("%s", line)
