"""Keeps discord.py's tracebacks out of the log: it logs one for each failed attempt to reconnect."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# discord.py's loggers for the gateway and for REST calls. Filters do not apply to child loggers, so each is
# listed.
_LOGGERS = ("discord.client", "discord.gateway", "discord.http", "discord.shard", "discord.state")


class _Handover(logging.Filter):
    """Passes the exceptions that discord.py logs to `failed`; other records are logged."""

    def __init__(self, failed: Callable[[Exception], None]) -> None:
        super().__init__()
        self._failed = failed

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is logged: only when it has no exception."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, Exception):
            return True
        self._failed(error)
        return False


@contextmanager
def handing_over(failed: Callable[[Exception], None]) -> Iterator[None]:
    """Call `failed` with every exception that discord.py would log, perhaps in its keep-alive thread."""
    handover = _Handover(failed)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addFilter(handover)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(handover)
