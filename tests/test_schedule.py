"""The clock inside the process."""

from __future__ import annotations

import asyncio

import pytest

from bot.model import FeedSettings
from bot.schedule import SCHEDULE, beat_of, beating

OFTEN = 0.01


@pytest.mark.parametrize(
    ("intervals", "beat"),
    [
        ([], SCHEDULE.slowest_beat),
        ([900.0], SCHEDULE.slowest_beat),
        ([900.0, 1.0, 600.0], 0.25),
        ([0.4], 0.1),
        ([0.001], SCHEDULE.fastest_beat),
    ],
)
def test_feeds_are_looked_for_four_times_an_interval(intervals: list[float], beat: float) -> None:
    feeds = [FeedSettings(str(every), "https://blog.example/", every=every) for every in intervals]

    assert beat_of(feeds) == beat


def fault_of_nobody(fault: BaseException) -> None:
    raise AssertionError(fault)


async def test_a_job_runs_at_once_and_again_and_again() -> None:
    runs, often = [0], asyncio.Event()

    async def job() -> None:
        runs[0] += 1
        if runs[0] == 3:
            often.set()

    async with beating({"poll": (job, OFTEN)}, fault_of_nobody):
        await often.wait()

    assert runs[0] >= 3


async def test_a_job_runs_at_once_however_rare_it_is() -> None:
    ran = asyncio.Event()

    async def job() -> None:
        ran.set()

    async with beating({"housekeeping": (job, 86_400.0)}, fault_of_nobody):
        await ran.wait()


async def test_a_slow_job_never_overlaps_itself_and_holds_up_no_other() -> None:
    under_way, most, others, done = 0, 0, [0], asyncio.Event()

    async def slow() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await done.wait()
        under_way -= 1

    async def other() -> None:
        others[0] += 1
        if others[0] == 10:
            done.set()

    async with beating({"poll": (slow, OFTEN), "housekeeping": (other, OFTEN)}, fault_of_nobody):
        await done.wait()

    assert most == 1


async def test_what_leaves_a_job_is_handed_over() -> None:
    async def job() -> None:
        raise RuntimeError("a bug")

    faults: asyncio.Queue[BaseException] = asyncio.Queue()
    async with beating({"poll": (job, 60.0)}, faults.put_nowait):
        fault = await faults.get()

    assert isinstance(fault, RuntimeError)


async def test_what_is_under_way_at_the_end_is_let_finish_and_nothing_new_begins() -> None:
    begun, go_on, runs = asyncio.Event(), asyncio.Event(), []

    async def job() -> None:
        runs.append("begun")
        begun.set()
        await go_on.wait()
        runs.append("ended")

    async def stop() -> None:
        async with beating({"poll": (job, OFTEN)}, fault_of_nobody):
            await begun.wait()

    stopping = asyncio.create_task(stop())
    await begun.wait()
    await asyncio.sleep(5 * OFTEN)
    assert not stopping.done()
    go_on.set()
    await stopping

    assert runs == ["begun", "ended"]
