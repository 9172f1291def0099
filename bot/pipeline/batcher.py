"""Group commit: writes the items of many tasks to the store in one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.errors import StoreError, UnstorableError

_log = logging.getLogger(__name__)

RETRY = 1.0  # seconds between tries while the store refuses (disk full, locked)
Item = TypeVar("Item")


class Batcher(Generic[Item]):
    """Writes items in batches: items that arrive while one batch is written form the next one.

    `gather`: seconds that the first item waits for others. A batch costs more than what is in it.

    An item is never dropped while the store refuses (StoreError): it is retried, and its callers keep
    waiting. Meanwhile batches shrink, so that an item that can never be stored does not block others. Any
    other error of `write`, including UnstorableError, is attributed to one item: the batch shrinks until that
    item is found, and its caller gets the error.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Awaitable[None]],
        *,
        limit: int = 500,
        retry: float = RETRY,
        gather: float = 0.0,
    ) -> None:
        self._write = write
        self._gather = gather
        self._limit = limit
        self._retry = retry
        self._waiting: list[tuple[Item, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None
        self.refused = False  # whether the store refused the last batch

    async def add(self, item: Item) -> None:
        """Queue an item; return when it is stored.

        The item is written even if the caller is cancelled, because what has happened must be recorded.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        await done  # a cancellation here cancels only this future; the item stays in the queue

    async def aclose(self, within: float) -> int:
        """Wait up to `within` seconds until all queued items are stored; return how many were not.

        Those are dropped, and callers that still wait for them are cancelled.
        """
        if self._task is None or self._task.done():
            return 0
        await asyncio.wait({self._task}, timeout=within)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        lost, self._waiting = self._waiting, []
        for _, done in lost:
            done.cancel()
        return len(lost)

    async def _drain(self) -> None:
        size, refusals = self._limit, 0
        await asyncio.sleep(self._gather)
        while self._waiting:
            batch = self._waiting[:size]
            try:
                await self._write([item for item, _ in batch])
            except StoreError as error:
                if isinstance(error, UnstorableError):
                    size = self._isolate(batch, error)
                    continue
                if refusals % 60 == 0:  # about one line a minute
                    _log.error("Not recorded yet, trying again: %s", error)
                refusals += 1
                self.refused = True
                size = max(1, len(batch) // 2)
                if len(batch) == 1:
                    self._waiting.append(self._waiting.pop(0))
                await asyncio.sleep(self._retry)
            except Exception as error:  # noqa: BLE001 -- passed to the waiting caller
                size = self._isolate(batch, error)
            else:
                size, refusals, self.refused = min(self._limit, 2 * size), 0, False
                self._settle(len(batch))

    def _isolate(self, batch: Sequence[object], error: Exception) -> int:
        """Pass an error to the caller once a single item is to blame; return the next batch's size."""
        if len(batch) == 1:
            self._settle(1, error)
        return max(1, len(batch) // 2)

    def _settle(self, count: int, error: Exception | None = None) -> None:
        """Remove the first `count` items from the queue and wake their callers."""
        settled, self._waiting = self._waiting[:count], self._waiting[count:]
        for _, done in settled:
            if done.cancelled():
                continue
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
