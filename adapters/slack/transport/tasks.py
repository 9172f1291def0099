"""Work that goes on after Slack had its acknowledgement, and what keeps it from being done twice."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from adapters.slack.transport import mishap
from bot.errors import BystanderError

KEPT = 900.0  # seconds for which Slack may send a payload again, and more
MOST = 10_000  # payloads remembered

Result = TypeVar("Result")

_log = logging.getLogger(__name__)


class Tasks:
    """Tasks whose errors end in the log, and for which closing can wait."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Run something beside what goes on."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def drain(self, seconds: float) -> None:
        """Wait for all tasks, also those that are started meanwhile, then end the rest."""
        try:
            async with asyncio.timeout(seconds):
                while self._running:
                    await asyncio.wait(set(self._running))
        except TimeoutError:
            _log.warning("%d answers on Slack were not given before the end.", len(self._running))
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, BystanderError):
            _log.warning("Something on Slack could not be answered: %s", error)
        elif error is not None:
            mishap.note("Something on Slack could not be answered", error)


class Once:
    """Tells a payload from one that Slack sends again, because an acknowledgement was lost."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, float] = OrderedDict()

    def first(self, trigger: str) -> bool:
        """Whether this is the first time; `trigger` is the id of what a person did, "" where it has none."""
        now = self._clock()
        while self._seen and (len(self._seen) > MOST or next(iter(self._seen.values())) < now - KEPT):
            self._seen.popitem(last=False)
        if trigger in self._seen:
            return False
        if trigger:
            self._seen[trigger] = now
        return True
