"""What discord.py logs, kept out of the bot's log: a traceback at each attempt to reconnect."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# discord.py's loggers that tell of the gateway and of calls; a filter of a logger does not see its children.
_LOGGERS = ("discord.client", "discord.gateway", "discord.http", "discord.shard", "discord.state")


class _Handover(logging.Filter):
    """Hands the exceptions that discord.py logs to `failed`, and lets every other record pass."""

    def __init__(self, failed: Callable[[Exception], None]) -> None:
        super().__init__()
        self._failed = failed

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is logged; True for what bears no exception."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, Exception):
            return True
        self._failed(error)
        return False


@contextmanager
def handing_over(failed: Callable[[Exception], None]) -> Iterator[None]:
    """Give every exception that discord.py would log to `failed`; its keep-alive thread may call it."""
    handover = _Handover(failed)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addFilter(handover)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(handover)
