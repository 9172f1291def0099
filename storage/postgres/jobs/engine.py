"""Shares the work of a PostgreSQL database among processes, with procrastinate.

A job polls one feed, or delivers what is due in one lane of destinations. Its lock keeps two processes from
the same feed or lane; the leases in our own rows do so too, and only they decide what is sent. So a job that
runs twice, or is lost, does no harm: what is due and has no job gets one within a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

from bot.errors import OutdatedError, StoreError
from bot.logs.outage import OutageLog
from bot.ports.engine import EngineSettings, Work
from storage.postgres.connection import Database, connected
from storage.postgres.jobs import fleet
from storage.postgres.jobs.due import defer_due
from storage.postgres.jobs.manager import Jobs
from storage.postgres.jobs.tasks import Claims, Tasks
from storage.postgres.migrate import STALLED_AFTER
from storage.postgres.pool import Pool

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EngineTimes:
    """How workers look for jobs and come back. Times are in seconds."""

    look: float = 1.0  # seconds after which a worker looks for jobs that it was not notified of
    retry: float = 1.0  # seconds before a worker that lost the database begins anew
    patience: float = 10.0  # seconds to wait for a connection
    connections: int = 4  # of the engine's own pool, besides one for each worker that listens


_TIMES = EngineTimes()
_HOUSE = "house"  # the queue of periodic work


class Runners(Claims, Protocol):
    """The part of the store that is used here."""

    async def stay(self) -> None:
        """Make sure that the server still knows this process as a runner. Raises StoreError."""
        ...


class JobEngine:
    """`bot.ports.engine.Engine` on one PostgreSQL database."""

    def __init__(self, database: Database, claims: Runners, settings: EngineSettings) -> None:
        self._database = database
        self._claims = claims
        self._settings = settings
        self._outage = OutageLog("Taking work from the database")
        self._workers: dict[str, Worker] = {}

    @property
    def refused(self) -> bool:
        return self._outage.lasts

    async def run(self, work: Work, stop: asyncio.Event, on_fault: Callable[[BaseException], None]) -> None:
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # what matters is logged here
        logging.getLogger("asyncio").addFilter(_untold)
        ending = asyncio.Event()  # by `stop`, or because another part of the bot has failed
        tasks = self._tasks(work, stop, on_fault)
        async with self._app(tasks) as (app, jobs):
            workers = [
                asyncio.create_task(self._keep_working(app, queue, concurrency, ending))
                for queue, concurrency in self._queues().items()
            ]
            beat = asyncio.create_task(self._keep_deferring(tasks, jobs, work, on_fault))
            try:
                await stop.wait()
            finally:
                beat.cancel()
                ending.set()
                for worker in self._workers.values():
                    worker.stop()  # type: ignore[no-untyped-call]
                await asyncio.gather(*workers, return_exceptions=True)
                with contextlib.suppress(StoreError):  # others forget this process when its workers are gone
                    await tasks.release_lost()
                    await fleet.leave(self._database, self._settings.owner)

    def _tasks(self, work: Work, stop: asyncio.Event, on_fault: Callable[[BaseException], None]) -> Tasks:
        return Tasks(
            self._claims,
            work,
            settings=self._settings,
            stop=stop,
            on_refusal=self._failed,
            on_fault=on_fault,
        )

    def _queues(self) -> dict[str, int]:
        """Return the queues that this process works on, and how many jobs of each at a time."""
        settings = self._settings
        deliveries = {f"deliver:{each}": settings.lanes_at_once for each in settings.platforms}
        return {"poll": settings.polls_at_once, _HOUSE: 1, **deliveries}

    @asynccontextmanager
    async def _app(self, tasks: Tasks) -> AsyncIterator[tuple[procrastinate.App, Jobs]]:
        """Yield procrastinate's app and its jobs. Its pool connects by itself, once the server has room."""
        pool = Pool(
            self._database.address.conninfo,
            self._database.address.name,
            configure=_configure,
            check=Pool.check_connection,
            min_size=1,
            max_size=_TIMES.connections,
            timeout=_TIMES.patience,
        )
        connector = procrastinate.PsycopgConnector()
        app = procrastinate.App(connector=connector)
        app.job_manager = jobs = Jobs(connector, self._database)
        tasks.register(app)
        await pool.open()
        try:
            await connector.open_async(pool)
            yield app, jobs
        finally:
            await pool.close()

    async def _keep_working(
        self, app: procrastinate.App, queue: str, concurrency: int, ending: asyncio.Event
    ) -> None:
        """Run a worker, and a new one whenever it lost the database, until `ending` is set."""
        while not ending.is_set():
            worker = Worker(
                app,
                queues=[queue],
                name=queue,
                concurrency=concurrency,
                fetch_job_polling_interval=_TIMES.look,
                shutdown_graceful_timeout=self._settings.grace,
                listen_notify=queue != _HOUSE,  # where a second does not matter
                delete_jobs="always",
                install_signal_handlers=False,
                update_heartbeat_interval=fleet.HEARTBEAT,
                stalled_worker_timeout=STALLED_AFTER,
            )
            self._workers[queue] = worker
            ended_by = ""
            try:
                await worker.run()  # type: ignore[no-untyped-call]
            except Exception as error:  # noqa: BLE001 -- whatever ended it, the next one goes on
                ended_by = f" with {type(error).__name__}"  # its text may be empty, or name parts of the URL
            if not ending.is_set():
                self._failed(await self._why_ended(queue, ended_by))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(ending.wait(), _TIMES.retry)

    async def _why_ended(self, queue: str, by: str) -> StoreError:
        """Return why a worker ended. procrastinate does not tell; mostly the server lets nobody in."""
        try:
            async with connected(self._database.address):
                return StoreError(f"The worker of the jobs {queue!r} ended{by}; another one begins.")
        except StoreError as error:
            return error

    async def _keep_deferring(
        self, tasks: Tasks, jobs: Jobs, work: Work, on_fault: Callable[[BaseException], None]
    ) -> None:
        """Give jobs to what becomes due, and note that this process runs."""
        known: list[int] = []  # the workers of this process, as the others see them
        while True:
            try:
                ids = [each.worker_id for each in self._workers.values() if each.worker_id is not None]
                if ids != known:
                    await fleet.enter(self._database, self._settings, ids, work.now())
                    known = ids
                await self._claims.stay()
                await tasks.release_lost()
                await jobs.end_unrecorded()
                await defer_due(self._database, work.now(), work.reachable())
                self._works()
            except OutdatedError as error:
                on_fault(error)
            except StoreError as error:
                self._failed(error)
            except Exception as error:  # noqa: BLE001 -- without this loop nothing would be polled any more
                on_fault(error)
            await asyncio.sleep(self._settings.beat)

    def _failed(self, error: Exception) -> None:
        if line := self._outage.failed(error):
            _log.error("%s", line)

    def _works(self) -> None:
        if line := self._outage.works():
            _log.warning("%s", line)


def _untold(record: logging.LogRecord) -> bool:
    """Whether a record tells more than that a job lost the database, which is logged here."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, ConnectorException)


async def _configure(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)
