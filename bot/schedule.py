"""The clock inside the process: APScheduler wakes polling and housekeeping."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.model import FeedSettings

SLOWEST_BEAT = 1.0  # seconds between two looks for due feeds; a feed added in chat waits no longer
FASTEST_BEAT = 0.05
HOUSEKEEPING = 60.0  # seconds


def beat_of(feeds: Iterable[FeedSettings]) -> float:
    """Return seconds between two looks for due feeds: half of the shortest interval, within bounds."""
    shortest = min((feed.every for feed in feeds), default=2 * SLOWEST_BEAT)
    return max(FASTEST_BEAT, min(SLOWEST_BEAT, shortest / 2))


def build_scheduler(
    jobs: dict[str, tuple[Callable[[], Awaitable[None]], float]],
    on_fault: Callable[[BaseException], None],
) -> AsyncIOScheduler:
    """Return a scheduler, not started, that runs each job every so many seconds.

    A job never overlaps itself; runs that were missed (a sleeping laptop) are made up for by one. An
    exception that leaves a job is handed to `on_fault`.
    """
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for name, (function, seconds) in jobs.items():
        scheduler.add_job(function, "interval", seconds=seconds, id=name, next_run_time=datetime.now(UTC))

    def report(event: JobExecutionEvent) -> None:
        on_fault(event.exception)

    scheduler.add_listener(report, EVENT_JOB_ERROR)
    return scheduler
