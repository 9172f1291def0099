"""The lock that all runners of a database share, on a connection of its own: it goes when a process dies.

Any number of processes may run on a database. Who must not meet them, such as a move of the database, takes
the lock alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psycopg
from psycopg.rows import DictRow

from bot.errors import StoreBusyError
from storage.postgres.address import Address
from storage.postgres.connection import connect
from storage.postgres.errors import translated
from storage.postgres.locks import ONLY_RUNNER, RUNNER


class Runner:
    """Holds the lock, and notices when the server has dropped it."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: psycopg.AsyncConnection[DictRow] | None = None

    async def join(self) -> None:
        """Become one of the runners. StoreBusyError during a move."""
        if self._connection is not None and await _lives(self._connection):
            return
        await self.end()
        connection = await connect(self._address)
        with translated(self._address.name):
            joined = await _got(connection, RUNNER)
        if not joined:
            await connection.close()
            raise StoreBusyError(
                f"{self._address.name} is being moved to another database; wait until that is done."
            )
        self._connection = connection

    async def stay(self) -> None:
        """If this is one of the runners, make sure that the server knows it."""
        if self._connection is not None:
            await self.join()

    async def end(self) -> None:
        """Release the lock."""
        if self._connection is not None:
            await _release(self._connection)
            await self._connection.close()
            self._connection = None


@asynccontextmanager
async def held(connection: psycopg.AsyncConnection[DictRow], name: str) -> AsyncIterator[None]:
    """Keep all runners out for a block; StoreBusyError while there are any. `name`: of the database.

    At its end an open transaction is rolled back and all locks are released.
    """
    with translated(name):
        alone = await _got(connection, ONLY_RUNNER)
    if not alone:
        raise StoreBusyError(f"A bystander runs on {name}; stop all that run there first.")
    try:
        yield
    finally:
        with suppress(psycopg.Error):  # a lost connection has nothing left to roll back
            await connection.rollback()
        await _release(connection)


async def _release(connection: psycopg.AsyncConnection[DictRow]) -> None:
    """Release all locks. To close the connection would do so too, but some milliseconds later."""
    with suppress(psycopg.Error):  # a lost connection has none
        await connection.execute("SELECT pg_advisory_unlock_all()")


async def _got(connection: psycopg.AsyncConnection[DictRow], statement: str) -> bool:
    row = await (await connection.execute(statement)).fetchone()
    return row is not None and bool(row["got"])


async def _lives(connection: psycopg.AsyncConnection[DictRow]) -> bool:
    """Whether the server still knows a connection."""
    with suppress(psycopg.Error):
        await connection.execute("SELECT 1")
        return True
    return False
