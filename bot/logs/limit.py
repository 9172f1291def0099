"""Limits log lines that outsiders can cause to one of each kind a minute, with a count of those left out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

_KINDS = 200  # most kinds that are remembered; beyond that, all are forgotten
_KIND = 60  # characters of a message's template that identify its kind


class Seldom(logging.Filter):
    """Passes one record of each kind in `every` seconds. `clock`: monotonic seconds.

    Records are of the same kind if logger, level and the beginning of the message template are equal.
    Without `tracebacks` a line only names the type of its error, for errors that are no fault of the bot.
    """

    def __init__(
        self,
        *,
        every: float = 60.0,
        tracebacks: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._every = every
        self._tracebacks = tracebacks
        self._clock = clock
        self._last: dict[tuple[str, int, str], tuple[float, int]] = {}  # when, and how many were left out

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to write a record. Its message may be changed."""
        kind = (record.name, record.levelno, str(record.msg)[:_KIND])
        now = self._clock()
        at, left_out = self._last.get(kind, (now - self._every, 0))
        if now - at < self._every:
            self._last[kind] = (at, left_out + 1)
            return False
        if len(self._last) >= _KINDS:
            self._last.clear()
        self._last[kind] = (now, 0)
        self._complete(record, left_out)
        return True

    def _complete(self, record: logging.LogRecord, left_out: int) -> None:
        if not self._tracebacks and record.exc_info:
            record.msg, record.args = f"{record.getMessage()} ({_name_of(record.exc_info)})", ()
            record.exc_info = record.exc_text = None
        if left_out:
            text = f"{record.getMessage()} ({left_out} more such lines were left out)"
            record.msg, record.args = text, ()


def limit(logger: logging.Logger, *, tracebacks: bool = True) -> None:
    """Limit a logger to one line of each kind a minute from now on."""
    for each in [each for each in logger.filters if isinstance(each, Seldom)]:
        logger.removeFilter(each)
    logger.addFilter(Seldom(tracebacks=tracebacks))


def _name_of(exc_info: object) -> str:
    return getattr(exc_info[0], "__name__", "error") if isinstance(exc_info, tuple) else "error"
