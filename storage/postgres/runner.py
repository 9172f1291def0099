"""The lock of the only runner of a database, on a connection of its own: it goes when the process dies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psycopg
from psycopg.rows import DictRow

from bot.errors import StoreBusyError, StoreError
from storage.postgres.address import Address
from storage.postgres.connection import connect
from storage.postgres.errors import translated
from storage.postgres.locks import RUNNER


class Runner:
    """Holds the lock, and notices when the server has dropped it."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: psycopg.AsyncConnection[DictRow] | None = None

    async def take_over(self) -> None:
        """Become the only runner; StoreBusyError if another one is alive."""
        if self._connection is not None and await _lives(self._connection):
            return
        await self.end()
        connection = await connect(self._address)
        try:
            await hold(connection, self._address.name)
        except StoreError:
            await connection.close()
            raise
        self._connection = connection

    async def keep(self) -> None:
        """If this was the only runner, make sure that it is; StoreBusyError if another one took over."""
        if self._connection is not None:
            await self.take_over()

    async def end(self) -> None:
        """Release the lock, so that another runner can take over."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


async def hold(connection: psycopg.AsyncConnection[DictRow], name: str) -> None:
    """Take the lock for as long as a connection lives; StoreBusyError if another runner has it.

    `name`: of the database.
    """
    with translated(name):
        row = await (await connection.execute(RUNNER)).fetchone()
    if row is None or not row["got"]:
        raise StoreBusyError(f"Another bystander runs on {name}; stop it first, or let it do the work.")


@asynccontextmanager
async def held(connection: psycopg.AsyncConnection[DictRow], name: str) -> AsyncIterator[None]:
    """Hold the lock for a block, at whose end an open transaction is rolled back and all locks are released.

    To close the connection would release them too, but some milliseconds later.
    """
    await hold(connection, name)
    try:
        yield
    finally:
        with suppress(psycopg.Error):  # a lost connection has nothing left to release
            await connection.rollback()
            await connection.execute("SELECT pg_advisory_unlock_all()")


async def _lives(connection: psycopg.AsyncConnection[DictRow]) -> bool:
    """Whether the server still knows a connection."""
    with suppress(psycopg.Error):
        await connection.execute("SELECT 1")
        return True
    return False
