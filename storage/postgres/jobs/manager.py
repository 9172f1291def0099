"""Keeps a job from staying under way for good when its end could not be recorded.

procrastinate records the end of a job once. When the database does not take it just then, the worker lives on
and so does the job, with its lock, although nobody is at it: nothing of that feed or lane would be done again
before the process ends.
"""

from __future__ import annotations

import logging

from procrastinate.connector import BaseConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from storage.postgres.connection import Database

_END = "DELETE FROM procrastinate_jobs WHERE id = ANY(%(ids)s) AND status = 'doing'"

_log = logging.getLogger(__name__)


class Jobs(JobManager):
    """procrastinate's manager of jobs, which remembers those whose end is not recorded yet."""

    def __init__(self, connector: BaseConnector, database: Database) -> None:
        super().__init__(connector)
        self._database = database
        self._unrecorded: set[int] = set()

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: FBT001 -- as in procrastinate
        """Record the end of a job, now or by `end_unrecorded`."""
        try:
            await super().finish_job(job, status, delete_job)
        except ConnectorException as error:
            _log.debug("The end of job %s is not recorded yet: %s", job.id, error.__cause__)
            if job.id is not None:
                self._unrecorded.add(job.id)

    async def end_unrecorded(self) -> None:
        """End the jobs whose end could not be recorded. Raises StoreError; then the next call tries again."""
        if not self._unrecorded:
            return
        ids = set(self._unrecorded)
        async with self._database.transaction() as connection:
            await connection.run(_END, {"ids": sorted(ids)})
        self._unrecorded -= ids
