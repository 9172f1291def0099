"""When the shards of a token may start, for all processes that run some of them.

Discord lets `max_concurrency` shards start in five seconds: one in each slot, which is the shard's number
modulo `max_concurrency` (documentation, events/gateway, rate limiting). One too early is answered with op 9.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from adapters.shared.line import Line, Pace, Waiting
from bot.errors import TemporaryError
from bot.ports import Rate, SharedState


@dataclass(frozen=True, slots=True)
class StartSettings:
    """How fast the shards of one slot start. Times are in seconds."""

    every: float = 5.0  # between two of them, as Discord wants it
    margin: float = 0.5  # more, for one that is quicker on its way to Discord than the one before it
    late: float = 0.2  # after which a turn is lost, so that the one before the next is not too close to it
    patience: float = 600.0  # for which a turn is reserved at most; whoever would wait longer asks again
    again: float = 1.0  # until then, unless the refusal tells when


STARTS = StartSettings()


class Starts:
    """The starts of this process's shards, in turn with those of all others.

    Without an answer of the database no shard starts. `waiting`: for tests.
    """

    def __init__(
        self, state: SharedState, waiting: Waiting | None = None, settings: StartSettings = STARTS
    ) -> None:
        self._state, self._settings = state, settings
        self._waiting = waiting or Waiting(time.monotonic, asyncio.sleep)
        self._lines: dict[int, Line] = {}

    async def turn(self, slot: int) -> None:
        """Wait until a shard of a slot may start."""
        line = self._line(slot)
        while True:
            try:
                return await line.turn()
            except TemporaryError as error:  # the database is away, or very many wait
                await self._waiting.sleep(error.retry_after or self._settings.again)

    def _line(self, slot: int) -> Line:
        line = self._lines.get(slot)
        if line is None:
            key, settings = f"discord:identify:{slot}", self._settings
            rate = Rate(1 / (settings.every + settings.margin))
            pace = Pace(key, rate, settings.patience, "Many shards wait for their start.", settings.late)
            line = self._lines[slot] = Line(pace, self._state, self._waiting)
        return line
