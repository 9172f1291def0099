"""The clock inside the process: APScheduler wakes polling and housekeeping."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_SUBMITTED, JobEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.model import FeedSettings

SLOWEST_BEAT = 1.0  # seconds between two looks for due feeds; a feed added in chat waits no longer
FASTEST_BEAT = 0.05
HOUSEKEEPING = 60.0  # seconds


def beat_of(feeds: Iterable[FeedSettings]) -> float:
    """Return seconds between two looks for due feeds: a quarter of the shortest interval, within bounds."""
    shortest = min((feed.every for feed in feeds), default=4 * SLOWEST_BEAT)
    return max(FASTEST_BEAT, min(SLOWEST_BEAT, shortest / 4))


@asynccontextmanager
async def beating(
    jobs: Mapping[str, tuple[Callable[[], Awaitable[None]], float]],
    on_fault: Callable[[BaseException], None],
) -> AsyncIterator[None]:
    """Run each job every so many seconds inside the block; what is under way at its end is let finish.

    A job never overlaps itself; runs that were missed (a sleeping laptop) are made up for by one. An
    exception that leaves a job is handed to `on_fault`.
    """
    under_way: set[str] = set()
    ended = asyncio.Event()

    def note(event: JobEvent) -> None:
        if event.code == EVENT_JOB_SUBMITTED:
            under_way.add(event.job_id)
            return
        under_way.discard(event.job_id)
        ended.set()
        if event.code == EVENT_JOB_ERROR:
            on_fault(event.exception)

    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for name, (function, seconds) in jobs.items():
        scheduler.add_job(function, "interval", seconds=seconds, id=name, next_run_time=datetime.now(UTC))
    scheduler.add_listener(note, EVENT_JOB_SUBMITTED | EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.pause()
        while under_way:  # its own shutdown would cut them off in the middle of a transaction
            ended.clear()
            await ended.wait()
        scheduler.shutdown(wait=False)
