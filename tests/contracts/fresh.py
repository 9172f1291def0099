"""Empty stores for the many examples of one test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, TypeVar

from bot.ports import Store
from tests.contracts.stores import STORES, opened
from tests.fakes.spares import Spare, spare

T = TypeVar("T")
Work = Callable[[Store], Awaitable[T]]


class Fresh(Protocol):
    """Does something in an empty store and returns its result."""

    def __call__(self, work: Work[T], /) -> T: ...


class _Kept:
    """A store of PostgreSQL that is emptied and stays open: to open one costs more than most examples."""

    def __init__(self) -> None:
        self._exits = AsyncExitStack()
        self._open: tuple[Spare, Store] | None = None

    async def do(self, work: Work[T]) -> T:
        lent, store = self._open or await self._enter()
        self._open = None
        try:
            result = await work(store)
            if lent.emptied(alone=False):
                self._open = lent, store
        finally:
            if self._open is None:  # used up, or in a state that nobody knows
                await self.aclose()
        return result

    async def _enter(self) -> tuple[Spare, Store]:
        lent = await self._exits.enter_async_context(spare())
        return lent, await self._exits.enter_async_context(opened(lent.url))

    async def aclose(self) -> None:
        await self._exits.aclose()


async def _in_a_new_one(name: str, work: Work[T]) -> T:
    with TemporaryDirectory() as folder:
        async with STORES[name](Path(folder)) as url, opened(url) as store:
            return await work(store)


@contextmanager
def fresh_stores(name: str) -> Iterator[Fresh]:
    """Yield what does one thing after the other, each in an empty store of the kind that STORES calls so."""
    kept = _Kept()

    def do(work: Work[T]) -> T:
        return runner.run(kept.do(work) if name == "postgres" else _in_a_new_one(name, work))

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        try:
            yield do
        finally:
            runner.run(kept.aclose())
