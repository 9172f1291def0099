"""The jobs: what a worker of procrastinate runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
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


@dataclass(frozen=True, slots=True)
class TaskSettings:
    """How a job claims messages and waits for their answers."""

    messages: int = 50  # messages of one claim
    hanging: float = 0.5  # seconds without an answer after which a job stops waiting for its messages
    gathering: float = 0.02  # seconds for more answers, so that the next messages are claimed together


_TASKS = TaskSettings()
_OFTEN = "* * * * * */5"  # every 5 seconds


class Claims(Protocol):
    """The part of the store that gives out single feeds and messages."""

    async def claim_feed(self, feed_id: int, owner: str, now: datetime, lease: float) -> Feed | None:
        """Claim a feed, if it is due."""
        ...

    async def release_feed(self, feed_id: int) -> None:
        """End the lease of a feed, so that another process can poll it."""
        ...

    async def release_claims(self, platform: str, owner: str, held: Sequence[int]) -> None:
        """End the leases of an owner on messages for a platform, but for those of the given rows."""
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
        self._polls: set[asyncio.Task[None]] = set()
        self._deliveries: dict[asyncio.Task[None], Sequence[int]] = {}  # with the ids of their rows
        self._lost_feeds: set[int] = set()  # claimed perhaps, although the answer did not arrive
        self._lost_claims: set[str] = set()  # platforms of which messages are claimed perhaps
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
        """Poll a feed, if it is still due.

        A poll outlives its job: a worker that lost the database cancels its jobs, but what was fetched waits
        to be stored.
        """
        with self._watched():
            feed = await self._claim_feed(feed_id)
            if feed is not None:
                await asyncio.wait([self._begin_poll(feed)])

    async def _claim_feed(self, feed_id: int) -> Feed | None:
        settings = self._settings
        try:
            return await self._claims.claim_feed(
                feed_id, settings.owner, self._work.now(), settings.poll_lease
            )
        except (StoreError, asyncio.CancelledError):
            self._lost_feeds.add(feed_id)
            raise

    def _begin_poll(self, feed: Feed) -> asyncio.Task[None]:
        task = asyncio.create_task(self._work.poll(feed))
        self._polls.add(task)
        task.add_done_callback(partial(self._polled, feed.id))
        return task

    def _polled(self, feed_id: int, task: asyncio.Task[None]) -> None:
        self._polls.discard(task)
        if task.cancelled():
            self._lost_feeds.add(feed_id)
        elif error := task.exception():
            self._on_fault(error)

    async def release_lost(self) -> None:
        """End the leases of claims that got no answer, which nobody works on. Raises StoreError."""
        for feed_id in self._lost_feeds.copy():
            await self._claims.release_feed(feed_id)
            self._lost_feeds.discard(feed_id)
        for platform in self._lost_claims.copy():
            async with self._claiming[platform]:  # so that each claim that was answered is known here
                held = [each for ids in self._deliveries.values() for each in ids]
                await self._claims.release_claims(platform, self._settings.owner, held)
                self._lost_claims.discard(platform)

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
                    under_way, timeout=_TASKS.hanging, return_when=asyncio.FIRST_COMPLETED
                )
                if not done and not started:
                    return
                if steady_seconds() >= end:
                    await _defer_again(context, platform, lane)
                    return
                await asyncio.sleep(_TASKS.gathering)

    async def _start(self, platform: str, lane: int) -> set[asyncio.Task[None]]:
        """Claim messages of a lane, as many as there is room for, and begin to deliver them."""
        since = steady_seconds()
        async with self._claiming[platform]:
            room = min(self._work.room(platform), _TASKS.messages)
            if room <= 0:
                return set()
            claims = await self._claim(platform, lane, room)
            return {self._deliver(claim, since) for claim in claims}

    async def _claim(self, platform: str, lane: int, limit: int) -> list[Claim]:
        settings = self._settings
        try:
            return await self._claims.claim_in_lane(
                platform,
                lane,
                settings.owner,
                self._work.now(),
                lease=settings.delivery_lease,
                limit=limit,
                catch_up_after=settings.catch_up_after,
            )
        except (StoreError, asyncio.CancelledError):
            self._lost_claims.add(platform)
            raise

    def _deliver(self, claim: Claim, since: float) -> asyncio.Task[None]:
        task = asyncio.create_task(self._work.deliver(claim, since))
        self._deliveries[task] = claim.delivery_ids
        task.add_done_callback(self._delivered)
        return task

    def _delivered(self, task: asyncio.Task[None]) -> None:
        del self._deliveries[task]
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
                assert job.id is not None  # a job without a number was never stored
                with suppress(ConnectorException):  # another process was first
                    await jobs.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)
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
