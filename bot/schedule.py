"""Runs polling and housekeeping at regular intervals, with APScheduler."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_SUBMITTED, JobEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.model import FeedSettings


@dataclass(frozen=True, slots=True)
class ScheduleSettings:
    """How often is looked at what is due, and at the clock."""

    slowest_beat: float = 1.0  # most seconds between checks for due feeds, such as one just added in chat
    fastest_beat: float = 0.05  # least seconds between them
    housekeeping: float = 60.0  # seconds
    look: float = 1.0  # seconds between checks whether the clock was set back
    tolerance: timedelta = timedelta(seconds=1)  # by which the clock may differ


SCHEDULE = ScheduleSettings()


def beat_of(feeds: Iterable[FeedSettings]) -> float:
    """Return seconds between checks for due feeds: a quarter of the shortest poll interval, within bounds."""
    shortest = min((feed.every for feed in feeds), default=4 * SCHEDULE.slowest_beat)
    return max(SCHEDULE.fastest_beat, min(SCHEDULE.slowest_beat, shortest / 4))


@asynccontextmanager
async def beating(
    jobs: Mapping[str, tuple[Callable[[], Awaitable[None]], float]],
    on_fault: Callable[[BaseException], None],
) -> AsyncIterator[None]:
    """Run each job at its interval (seconds) inside the block; at the end, wait for jobs that are running.

    A job never overlaps itself. However many runs were missed (a sleeping laptop), one makes up for them.
    The jobs keep running when the machine's clock is set. Exceptions of a job are passed to `on_fault`.
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
        scheduler.add_job(function, _Every(seconds), id=name, next_run_time=datetime.now(UTC))
    scheduler.add_listener(note, EVENT_JOB_SUBMITTED | EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
    scheduler.start()
    looking = asyncio.create_task(_plan_anew(scheduler))
    try:
        yield
    finally:
        looking.cancel()
        scheduler.pause()
        while under_way:  # APScheduler's shutdown would cancel them in the middle of a transaction
            ended.clear()
            await ended.wait()
        scheduler.shutdown(wait=False)


class _Every(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Fires every so many seconds, counted from the previous run.

    APScheduler's own interval trigger enumerates every missed run. On a machine whose clock starts in 1970
    and is set later there are billions of them, and the process would hang.
    """

    def __init__(self, seconds: float) -> None:
        self.interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        return now + self.interval


async def _plan_anew(scheduler: AsyncIOScheduler) -> None:
    """Run jobs whose next run is further away than their interval, because the machine's clock was set back.

    The checks are timed by asyncio's monotonic clock, which nobody can set.
    """
    while True:
        await asyncio.sleep(SCHEDULE.look)
        now = datetime.now(UTC)
        for job in scheduler.get_jobs():
            if (
                job.next_run_time is not None
                and job.next_run_time - now > job.trigger.interval + SCHEDULE.tolerance
            ):
                job.modify(next_run_time=now)
