"""Background tasks of an adapter: their errors are logged, and closing waits for them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from adapters.shared.unexpected import log_unexpected
from bot.errors import BystanderError

Result = TypeVar("Result")

_log = logging.getLogger(__name__)


class Tasks:
    """The tasks that answer users of one platform. `platform`: its name as the log shows it."""

    def __init__(self, platform: str) -> None:
        self._platform = platform
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Run a coroutine in the background."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def drain(self, seconds: float) -> None:
        """Wait for all tasks, also for those started meanwhile; cancel what still runs after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while self._running:
                    await asyncio.wait(set(self._running))
        except TimeoutError:
            _log.warning(
                "%d answers on %s were not given before the end.", len(self._running), self._platform
            )
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, BystanderError):
            _log.warning("Something on %s could not be answered: %s", self._platform, error)
        elif error is not None:
            log_unexpected(f"Something on {self._platform} could not be answered", error)
