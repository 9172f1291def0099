"""Group commit: what many tasks want written goes to the store in one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.errors import StoreError

_log = logging.getLogger(__name__)

RETRY = 1.0  # seconds between tries while the store refuses (disk full, locked)
Item = TypeVar("Item")


class Batcher(Generic[Item]):
    """Writes items in batches: what comes in while one batch is written makes the next one.

    An item is never dropped: while the store refuses, the same batch is tried again, and those who wait for
    it go on waiting.
    """

    def __init__(self, write: Callable[[Sequence[Item]], Awaitable[None]], *, limit: int = 500) -> None:
        self._write = write
        self._limit = limit
        self._waiting: list[tuple[Item, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def add(self, item: Item) -> None:
        """Hand in an item; return when it is stored.

        The write goes on when the caller is cancelled: what happened outside must be on record.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        await asyncio.shield(done)

    async def aclose(self) -> None:
        """Wait until everything handed in is stored."""
        while self._task is not None and not self._task.done():
            await asyncio.shield(self._task)

    async def _drain(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._limit], self._waiting[self._limit :]
            await self._store([item for item, _ in batch])
            for _, done in batch:
                if not done.done():
                    done.set_result(None)

    async def _store(self, items: Sequence[Item]) -> None:
        while True:
            try:
                return await self._write(items)
            except StoreError as error:
                _log.error("Not recorded yet, trying again: %s", error)
                await asyncio.sleep(RETRY)
