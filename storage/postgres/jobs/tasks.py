"""The jobs: what a worker of procrastinate runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Protocol

import procrastinate
from procrastinate import JobContext
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from bot.clock import steady_seconds
from bot.errors import StoreError
from bot.model import Claim, Feed
from bot.ports.engine import EngineSettings, Work
from storage.postgres.jobs.fleet import STALLED_AFTER

_EACH_MINUTE = "* * * * *"
_OFTEN = "* * * * * */5"  # every 5 seconds


class Claims(Protocol):
    """The part of the store that gives out single feeds and messages."""

    async def claim_feed(self, feed_id: int, owner: str, now: datetime, lease: float) -> Feed | None:
        """Claim a feed, if it is due."""
        ...

    async def release_feed(self, feed_id: int) -> None:
        """End the lease of a feed, so that another process can poll it."""
        ...

    async def claim_for(
        self,
        destination_id: int,
        owner: str,
        now: datetime,
        *,
        lease: float,
        platforms: Sequence[str],
        catch_up_after: int,
    ) -> Claim | None:
        """Claim the message that is due for a destination, if there is one."""
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
        on_refusal: Callable[[StoreError], None],
        on_fault: Callable[[BaseException], None],
    ) -> None:
        self._claims = claims
        self._work = work
        self._settings = settings
        self._stop = stop
        self._on_refusal = on_refusal
        self._on_fault = on_fault

    def register(self, app: procrastinate.App) -> None:
        """Make the tasks known to an app; the names are those that jobs carry."""
        app.task(name="poll")(self.poll)
        app.task(name="deliver")(self.deliver)
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

    async def deliver(self, destination_id: int) -> None:
        """Deliver what is due at a destination, one message after the other."""
        with self._watched():
            while not self._stop.is_set():
                since = steady_seconds()
                claim = await self._claim(destination_id)
                if claim is None:
                    return
                await self._work.deliver(claim, since)

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

    async def _claim(self, destination_id: int) -> Claim | None:
        settings = self._settings
        return await self._claims.claim_for(
            destination_id,
            settings.owner,
            self._work.now(),
            lease=settings.delivery_lease,
            platforms=self._work.reachable(),
            catch_up_after=settings.catch_up_after,
        )

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except StoreError as error:
            self._on_refusal(error)
        except Exception as error:  # noqa: BLE001 -- a fault ends the whole bot, and not one job in silence
            self._on_fault(error)
