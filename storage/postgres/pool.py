"""A pool of connections that says why it has none.

psycopg's connects in the background and keeps to itself what the server answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from storage.postgres.errors import refused


class Pool(AsyncConnectionPool[Any]):
    """psycopg's pool for a database of a name. `options`: those of psycopg's pool."""

    def __init__(self, conninfo: str, name: str, **options: Any) -> None:
        self._refusal: psycopg.Error | None = None  # what the last attempt to connect ended with
        super().__init__(conninfo, connection_class=_noting(self), name=name, open=False, **options)

    async def getconn(self, timeout: float | None = None) -> Any:  # noqa: ASYNC109 -- psycopg's
        """Return a connection; StoreError with the reason that the server gave if there is none in time."""
        with self._reason():
            return await super().getconn(timeout)

    async def start(self) -> None:
        """Open with the first connection; errors as of `getconn`.

        A caller that asks before the first connection is ready opens a second one.
        """
        try:
            with self._reason():
                await self.open(wait=True, timeout=self.timeout)
        except BaseException:
            await self.close()
            raise

    @contextmanager
    def _reason(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeout:
            if self._refusal is None:  # all are in use
                raise
            raise refused(self.name, self._refusal) from None

    def note(self, refusal: psycopg.Error | None) -> None:
        """Note how an attempt to connect has ended."""
        self._refusal = refusal


def _noting(pool: Pool) -> type[psycopg.AsyncConnection[Any]]:
    """Return a class of connections that tell a pool how attempts to connect end."""

    class Noting(psycopg.AsyncConnection[Any]):
        @classmethod
        async def connect(cls, *arguments: Any, **named: Any) -> Any:
            try:
                made = await super().connect(*arguments, **named)
            except psycopg.Error as error:
                pool.note(error)
                raise
            pool.note(None)
            return made

    return Noting
