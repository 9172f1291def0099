"""The jobs: what a worker of procrastinate runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Protocol

import procrastinate
from procrastinate import JobContext
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status

from bot.clock import steady_seconds
from bot.errors import StoreError
from bot.model import Claim, Feed
from bot.ports.engine import EngineSettings, Work
from storage.postgres.migrate import STALLED_AFTER

_EACH_MINUTE = "* * * * *"
_MOST = 50  # messages of one claim
_HANGING = 0.5  # seconds without an answer after which a job does not wait for its messages any longer
_GATHERING = 0.02  # seconds for more answers, so that the next messages are claimed together
_OFTEN = "* * * * * */5"  # every 5 seconds


class Claims(Protocol):
    """The part of the store that gives out single feeds and messages."""

    async def claim_feed(self, feed_id: int, owner: str, now: datetime, lease: float) -> Feed | None:
        """Claim a feed, if it is due."""
        ...

    async def release_feed(self, feed_id: int) -> None:
        """End the lease of a feed, so that another process can poll it."""
        ...

    async def claim_in_lane(
        self,
        platform: str,
        lane: int,
        owner: str,
        now: datetime,
        *,
        lease: float,
        limit: int,
        catch_up_after: int,
    ) -> list[Claim]:
        """Claim messages for the destinations of a lane."""
        ...


class Tasks:
    """The tasks of one process. A job never fails: what it could not do is still due, and gets another job.

    After `stop` no further message is claimed. `on_refusal` is called with the error of a database that
    refuses, and `on_fault` with an error that `work` should not have raised.
    """

    def __init__(
        self,
        claims: Claims,
        work: Work,
        *,
        settings: EngineSettings,
        stop: asyncio.Event,
        on_refusal: Callable[[Exception], None],
        on_fault: Callable[[BaseException], None],
    ) -> None:
        self._claims = claims
        self._work = work
        self._settings = settings
        self._stop = stop
        self._claiming = {each: asyncio.Lock() for each in settings.platforms}
        self._deliveries: set[asyncio.Task[None]] = set()
        self._on_refusal = on_refusal
        self._on_fault = on_fault

    def register(self, app: procrastinate.App) -> None:
        """Make the tasks known to an app; the names are those that jobs carry."""
        app.task(name="poll")(self.poll)
        app.task(name="deliver", pass_context=True)(self.deliver)
        house = app.task(name="house", queue="house", queueing_lock="house")(self.keep_house)
        app.periodic(cron=_EACH_MINUTE)(house)
        free = app.task(name="free", queue="house", queueing_lock="free", pass_context=True)(
            self.free_stalled
        )
        app.periodic(cron=_OFTEN)(free)

    async def poll(self, feed_id: int) -> None:
        """Poll a feed, if it is still due."""
        with self._watched():
            settings, now = self._settings, self._work.now()
            feed = await self._claims.claim_feed(feed_id, settings.owner, now, settings.poll_lease)
            if feed is not None:
                await self._work.poll(feed)

    async def deliver(self, context: JobContext, platform: str, lane: int) -> None:
        """Deliver what is due in a lane of destinations, many messages at a time.

        What hangs goes on without the job, so that the rest of the lane does not wait for it. After a while
        the lane is given to whoever is free, so that one process does not keep all of them.
        """
        under_way: set[asyncio.Task[None]] = set()
        end = steady_seconds() + self._settings.lane_time
        with self._watched():
            while not self._stop.is_set():
                started = await self._start(platform, lane)
                under_way |= started
                if not under_way:
                    return
                done, under_way = await asyncio.wait(
                    under_way, timeout=_HANGING, return_when=asyncio.FIRST_COMPLETED
                )
                if not done and not started:
                    return
                if steady_seconds() >= end:
                    await _defer_again(context, platform, lane)
                    return
                await asyncio.sleep(_GATHERING)

    async def _start(self, platform: str, lane: int) -> set[asyncio.Task[None]]:
        """Claim messages of a lane, as many as there is room for, and begin to deliver them."""
        settings, since = self._settings, steady_seconds()
        async with self._claiming[platform]:
            room = min(self._work.room(platform), _MOST)
            if room <= 0:
                return set()
            claims = await self._claims.claim_in_lane(
                platform,
                lane,
                settings.owner,
                self._work.now(),
                lease=settings.delivery_lease,
                limit=room,
                catch_up_after=settings.catch_up_after,
            )
            return {self._deliver(claim, since) for claim in claims}

    def _deliver(self, claim: Claim, since: float) -> asyncio.Task[None]:
        task = asyncio.create_task(self._work.deliver(claim, since))
        self._deliveries.add(task)
        task.add_done_callback(self._delivered)
        return task

    def _delivered(self, task: asyncio.Task[None]) -> None:
        self._deliveries.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._on_fault(error)

    async def keep_house(self, timestamp: int) -> None:  # noqa: ARG002 -- procrastinate passes it
        """Do what is due once a minute."""
        with self._watched():
            await self._work.keep_house()

    async def free_stalled(self, context: JobContext, timestamp: int) -> None:  # noqa: ARG002 -- as above
        """Take away the jobs of workers that died, so that what they were about gets new ones."""
        jobs = context.app.job_manager
        with self._watched():
            for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
                feed_id = job.task_kwargs.get("feed_id")
                if isinstance(feed_id, int):  # a feed that is read twice does no harm
                    await self._claims.release_feed(feed_id)
                with suppress(ConnectorException):  # another process was first
                    await jobs.finish_job(job, Status.FAILED, delete_job=True)
            await jobs.prune_stalled_workers(STALLED_AFTER)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except (StoreError, ConnectorException) as error:
            self._on_refusal(error)
        except Exception as error:  # noqa: BLE001 -- a fault ends the whole bot, and not one job in silence
            self._on_fault(error)


async def _defer_again(context: JobContext, platform: str, lane: int) -> None:
    """Give the lane another job, unless one waits already."""
    key = f"lane:{platform}:{lane}"
    again = context.app.configure_task("deliver", queue=f"deliver:{platform}", lock=key, queueing_lock=key)
    with suppress(AlreadyEnqueued):
        await again.defer_async(platform=platform, lane=lane)
