from __future__ import annotations

import asyncio

from bot.sandbox.sandbox import Sandbox
from tests.sandbox.children import ENDLESS, FOLD, PARSE, is_gone, until, until_busy


async def test_a_child_that_nobody_calls_is_let_go_and_the_next_call_gets_another() -> None:
    async with Sandbox(idle=0.05) as sandbox:
        await sandbox.run(FOLD, "A")
        first = sandbox.pid
        assert first is not None

        await until(lambda: is_gone(first))

        assert sandbox.pid is None
        assert await sandbox.run(FOLD, "B") == "b"
        assert sandbox.pid not in (None, first)


async def test_a_call_that_comes_while_the_child_is_let_go_is_answered() -> None:
    async with Sandbox(idle=0.01) as sandbox:
        for number in range(12):
            assert await sandbox.run(FOLD, f"A{number}") == f"a{number}"
            await asyncio.sleep(0.008 + number * 0.0004)  # shortly before, at and after the end of its rest


async def test_each_call_begins_the_rest_anew() -> None:
    async with Sandbox() as sandbox:
        await sandbox.run(FOLD, "A")
        first = sandbox._rest
        await sandbox.run(FOLD, "B")

        assert first is not None
        assert first.cancelled()
        assert sandbox._rest is not None
        assert not sandbox._rest.done()


async def test_a_call_that_lasts_longer_than_the_rest_is_not_disturbed() -> None:
    async with Sandbox(idle=0.05, seconds=30) as sandbox:
        await sandbox.run(FOLD, "A")
        call = asyncio.create_task(sandbox.run(PARSE, ENDLESS))

        assert not is_gone(await until_busy(sandbox))  # half a second later
        assert not call.done()
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)


async def test_nothing_is_left_of_a_wall_that_was_closed_in_its_rest() -> None:
    before = asyncio.all_tasks()
    async with Sandbox() as sandbox:
        await sandbox.run(FOLD, "A")
        pid = sandbox.pid
        assert pid is not None

    await asyncio.sleep(0)
    assert is_gone(pid)
    assert asyncio.all_tasks() == before
