"""The bot at one moment, as the metrics and the status page show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from bot.model import Feed
from bot.ports import QueueHealth


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state that the web server shows. `queue` holds addresses, which nobody may see: only count them.

    `loops`: by name, whether each is alive. `adapters`: by name, whether each is connected. `troubles`: what
    is wrong with other parts, a sentence each. `zone`: the time zone of the times that people see.
    """

    feeds: Sequence[Feed]
    queue: QueueHealth
    loops: Mapping[str, bool]
    adapters: Mapping[str, bool]
    now: datetime
    started: datetime
    version: str
    troubles: Sequence[str] = ()
    zone: tzinfo = UTC
