"""The state of the bot at one moment, for the metrics and the status page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from bot.model import Feed
from bot.ports import QueueHealth


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state that the web server shows. `queue` holds private addresses: show only their number.

    `loops`: by name, whether each is alive. `adapters`: by name, whether each is connected. `troubles`:
    problems of other parts, a sentence each. `zone`: the time zone of displayed times.
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
