"""The clock inside the process, by itself: a job is never cut off, and its fault is never lost."""

from __future__ import annotations

import asyncio

from bot.schedule import beating


async def test_a_job_that_is_under_way_at_the_end_is_let_finish() -> None:
    started, going_on, finished = asyncio.Event(), asyncio.Event(), asyncio.Event()
    faults: list[BaseException] = []

    async def job() -> None:
        started.set()
        await going_on.wait()
        finished.set()

    async with asyncio.timeout(30):
        async with beating({"job": (job, 0.01)}, faults.append):
            await started.wait()
            asyncio.get_running_loop().call_later(0.1, going_on.set)

    assert finished.is_set()
    assert faults == []


async def test_a_fault_of_a_job_is_handed_on() -> None:
    faults: asyncio.Queue[BaseException] = asyncio.Queue()

    async def job() -> None:
        raise OSError("broken")

    async with asyncio.timeout(30), beating({"job": (job, 0.01)}, faults.put_nowait):
        fault = await faults.get()

    assert str(fault) == "broken"
