"""Group commit: nothing is dropped while the store refuses, and one bad item holds up no other."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import pytest

from bot.errors import StoreError
from bot.pipeline.batcher import Batcher

FULL = StoreError("The disk is full.")
RETRY = 0.001


class Log:
    """What is written to; refuses as often as it is told, and some items always."""

    def __init__(self, *, refuse: int = 0, poison: frozenset[int] = frozenset()) -> None:
        self.batches: list[list[int]] = []
        self.refuse = refuse
        self.poison = poison
        self.tries = 0
        self.open = asyncio.Event()
        self.open.set()

    async def write(self, items: Sequence[int]) -> None:
        await self.open.wait()
        self.tries += 1
        if self.refuse:
            self.refuse -= 1
            raise FULL
        if self.poison.intersection(items):
            raise StoreError("A value that no database can hold.")
        self.batches.append(list(items))

    @property
    def written(self) -> list[int]:
        return [item for batch in self.batches for item in batch]


async def test_what_comes_in_during_a_write_makes_the_next_batch() -> None:
    log = Log()
    log.open.clear()
    batcher = Batcher(log.write)
    adding = [asyncio.create_task(batcher.add(0))]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    adding += [asyncio.create_task(batcher.add(number)) for number in range(1, 100)]
    await asyncio.sleep(0)
    log.open.set()
    await asyncio.gather(*adding)

    assert log.batches == [[0], list(range(1, 100))]


async def test_a_batch_has_a_limit() -> None:
    log = Log()
    batcher = Batcher(log.write, limit=4)
    await asyncio.gather(*(batcher.add(number) for number in range(10)))

    assert [len(batch) for batch in log.batches] == [4, 4, 2]


async def test_adding_returns_once_the_item_is_stored() -> None:
    log = Log()
    log.open.clear()
    adding = asyncio.create_task(Batcher(log.write).add(1))
    await asyncio.sleep(0.01)
    assert not adding.done()
    log.open.set()
    await adding

    assert log.written == [1]


async def test_nothing_is_dropped_while_the_store_refuses() -> None:
    log = Log(refuse=5)
    batcher = Batcher(log.write, retry=RETRY)
    await asyncio.gather(*(batcher.add(number) for number in range(20)))
    await batcher.add(20)

    assert sorted(log.written) == list(range(21))
    assert log.tries > 5


async def test_an_item_that_can_never_be_stored_holds_up_no_other() -> None:
    log = Log(poison=frozenset({3}))
    batcher = Batcher(log.write, retry=RETRY)
    poisoned = asyncio.create_task(batcher.add(3))
    await asyncio.gather(*(batcher.add(number) for number in range(20) if number != 3))
    await batcher.add(21)

    assert sorted(log.written) == sorted({*range(20), 21} - {3})
    assert not poisoned.done()
    assert await batcher.aclose(within=0.0) == 1
    with contextlib.suppress(asyncio.CancelledError):
        await poisoned
    assert poisoned.cancelled()


async def test_an_item_is_stored_though_its_caller_was_cancelled() -> None:
    log = Log()
    log.open.clear()
    batcher = Batcher(log.write)
    adding = asyncio.create_task(batcher.add(1))
    await asyncio.sleep(0)
    adding.cancel()
    await asyncio.gather(adding, return_exceptions=True)
    log.open.set()

    assert await batcher.aclose(within=20.0) == 0
    assert log.written == [1]


async def test_a_fault_of_the_writer_reaches_those_who_wait_and_the_next_item_is_tried() -> None:
    class Broken(Log):
        async def write(self, items: Sequence[int]) -> None:
            if 1 in items:
                raise RuntimeError("a bug")
            await super().write(items)

    log = Broken()
    batcher = Batcher(log.write)
    with pytest.raises(RuntimeError, match="a bug"):
        await batcher.add(1)
    await batcher.add(2)

    assert log.written == [2]


async def test_closing_waits_for_a_store_that_comes_back() -> None:
    log = Log(refuse=3)
    batcher = Batcher(log.write, retry=RETRY)
    adding = asyncio.create_task(batcher.add(1))
    await asyncio.sleep(0)

    assert await batcher.aclose(within=20.0) == 0
    await adding
    assert log.written == [1]


async def test_closing_does_not_wait_for_ever() -> None:
    log = Log(refuse=10**9)
    batcher = Batcher(log.write, retry=RETRY)
    adding = [asyncio.create_task(batcher.add(number)) for number in range(3)]
    await asyncio.sleep(0)

    assert await batcher.aclose(within=0.02) == 3
    assert all(
        isinstance(error, asyncio.CancelledError)
        for error in await asyncio.gather(*adding, return_exceptions=True)
    )


async def test_closing_what_was_never_used_or_is_done_is_nothing() -> None:
    log = Log()
    batcher = Batcher(log.write)
    assert await batcher.aclose(within=1.0) == 0
    await batcher.add(1)

    assert await batcher.aclose(within=1.0) == 0
