"""Events of the gateway as discord.py reads them, so that one it cannot read costs that event alone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from adapters.discord.errors import where
from bot.logs.outage import OutageLog

Parse = Callable[[Any], object]

# Without these there is no session, so that their errors end the connection, and another one is made.
_NEEDED = ("READY", "RESUMED")

_log = logging.getLogger(__name__)


def guard(parsers: dict[str, Any]) -> None:
    """Let a parser that fails be a line in the log, not the end of its shard: any field may be null."""
    for event in parsers.keys() - set(_NEEDED):
        parsers[event] = _guarded(event, parsers[event])


def _guarded(event: str, parse: Parse) -> Parse:
    trouble = OutageLog(f"Reading {event} from Discord")

    def guarded(data: Any) -> None:
        try:
            parse(data)
        except Exception as error:  # noqa: BLE001 -- whatever is wrong with it, the next event is read
            if line := trouble.failed(where(error)):
                _log.error(line)
            return
        if line := trouble.works():
            _log.info(line)

    return guarded
