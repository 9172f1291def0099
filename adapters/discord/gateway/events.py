"""Guards discord.py's parsers of gateway events: an event that cannot be parsed is skipped."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from adapters.discord.errors import where
from bot.logs.outage import OutageLog

Parse = Callable[[Any], object]

_log = logging.getLogger(__name__)


def guard(parsers: dict[str, Any]) -> None:
    """Log the errors of parsers instead of ending the shard: any field of an event may be null.

    A session needs READY and RESUMED: an error in one ends the connection, and discord.py makes a new one.
    """
    for event in parsers.keys() - {"READY", "RESUMED"}:
        parsers[event] = _guarded(event, parsers[event])


def _guarded(event: str, parse: Parse) -> Parse:
    trouble = OutageLog(f"Reading {event} from Discord")

    def guarded(data: Any) -> None:
        try:
            parse(data)
        except Exception as error:  # noqa: BLE001 -- the next event is parsed, whatever is wrong with this one
            if line := trouble.failed(where(error)):
                _log.error(line)
            return
        if line := trouble.works():
            _log.info(line)

    return guarded
