"""A pool of connections to one PostgreSQL database, with transactions that do not disturb each other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, Self

import psycopg
from psycopg.rows import DictRow, dict_row

from storage.postgres import migrate, texts
from storage.postgres.address import Address
from storage.postgres.errors import OutdatedPlan, translated, translated_connecting
from storage.postgres.jobs import schema as jobs
from storage.postgres.locks import ALONE, TOGETHER
from storage.postgres.pool import Pool
from storage.shared.waiting import to_the_end

Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """The connections of a process."""

    most: int = 8  # connections of a pool
    asking: int = 3  # of them at most for commands, so that polls and deliveries never wait for slow queries
    patience: float = 10.0  # seconds to wait for a connection


_POOL = PoolSettings()
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
# A process that hangs in a transaction must not hold up the others for ever; a migration may take longer.
# Compiling a statement, as the server may do for seemingly costly ones, takes longer than any of these runs.
_SETTINGS = """
SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s'; SET jit = off;
SET default_transaction_isolation = 'read committed'
"""


class Connection:
    """A connection inside a transaction."""

    def __init__(self, connection: psycopg.AsyncConnection[DictRow]) -> None:
        self._connection = connection

    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[DictRow]:
        """Return the rows of a statement."""
        return await (await self._connection.execute(sql, parameters)).fetchall()

    async def number(self, sql: str, parameters: Parameters | None = None) -> int:
        """Return the first column of the only row of a statement."""
        (row,) = await self.rows(sql, parameters)
        return int(next(iter(row.values())))

    async def run(self, sql: str, parameters: Parameters | None = None) -> int:
        """Run a statement and return how many rows it concerned."""
        return (await self._connection.execute(sql, parameters)).rowcount

    async def run_many(self, sql: str, parameters: Sequence[Parameters]) -> None:
        """Run a statement for each of the parameters."""
        async with self._connection.cursor() as cursor:
            await cursor.executemany(sql, parameters)


# The database and the transaction that this task is in, by `Database.together`.
_TOGETHER: ContextVar[tuple[Database, Connection] | None] = ContextVar("together", default=None)


class Database:
    """A database and its pool of connections, for one process."""

    def __init__(self, address: Address, zone: tzinfo, pool: Pool, *, newer: bool = False) -> None:
        self.address = address
        self.newer = newer  # whether a newer version has changed the database; this one only works on it
        self.zone = zone  # of destinations that have set none
        self._pool = pool
        self._asking = asyncio.Semaphore(_POOL.asking)

    @classmethod
    async def open(
        cls, address: Address, *, create: bool = True, upgrade: bool = True, zone: tzinfo = UTC
    ) -> Self:
        """Bring the schema up to date and connect; see `storage.open_store` for the errors."""
        async with connected(address) as connection:
            with translated(address.name):
                newer = not await migrate.bring_up_to_date(
                    connection, address.name, create=create, upgrade=upgrade
                )
                await jobs.bring_up_to_date(connection, address.name, beside_newer=newer)
        pool = Pool(
            address.conninfo,
            address.name,
            kwargs={"autocommit": True, "row_factory": dict_row},
            min_size=1,
            max_size=_POOL.most,
            timeout=_POOL.patience,
            configure=_configure,
            num_workers=1,
        )
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # who needs a connection tells of an outage
        with translated(address.name):
            await pool.start()
        return cls(address, zone, pool, newer=newer)

    @asynccontextmanager
    async def transaction(self, locks: str = TOGETHER) -> AsyncIterator[Connection]:
        """Yield a connection inside a transaction: committed at the end, rolled back on any error.

        `locks`: those of storage/postgres/locks.py that it takes at its beginning. A cancelled caller still
        waits for the commit. Inside `together` it is a part of that one.
        """
        if (joined := self._joined()) is not None:
            with translated(self.address.name):
                yield joined
            return
        async with self._started(f"{_BEGIN}; {locks}", prepare=False) as (connection, _):
            try:
                yield Connection(connection)
            except BaseException:
                with suppress(psycopg.Error):  # a lost connection has rolled back by itself
                    await to_the_end(connection.rollback())
                raise
            await to_the_end(connection.commit())

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """Make all reads and writes of this task inside the block one transaction. An error must leave it."""
        async with self.transaction(ALONE) as connection:
            token = _TOGETHER.set((self, connection))
            try:
                yield
            finally:
                _TOGETHER.reset(token)

    def _joined(self) -> Connection | None:
        """Return the connection of the transaction that this task is in, by `together`."""
        database, connection = _TOGETHER.get() or (None, None)
        return connection if database is self else None

    async def read(self, sql: str, parameters: Parameters | None = None) -> list[DictRow]:
        """Return the rows of a query as of the last commit."""
        if (joined := self._joined()) is not None:
            with translated(self.address.name):
                return await joined.rows(sql, parameters)
        async with self._started(sql, parameters) as (_, cursor):
            return await cursor.fetchall()

    async def at_once(self, sql: str, parameters: Parameters) -> list[DictRow]:
        """Return the rows of a statement that writes, in its own transaction and in one round trip.

        It may run twice, if the connection breaks while it does.
        """
        return await self.read(sql, parameters)

    @asynccontextmanager
    async def _started(
        self, sql: str, parameters: Parameters | None = None, *, prepare: bool | None = None
    ) -> AsyncIterator[tuple[psycopg.AsyncConnection[DictRow], psycopg.AsyncCursor[DictRow]]]:
        """Yield a connection of the pool, and the result of the first statement on it.

        Connections that the server has dropped meanwhile are passed over: nothing was done on them yet. So
        are those whose prepared statements a newer version of the bot has outdated.
        """
        with translated(self.address.name):
            for more in reversed(range(_POOL.most + 1)):
                async with self._pool.connection() as connection:
                    try:
                        cursor = await connection.execute(sql, parameters, prepare=prepare)
                    except psycopg.OperationalError:
                        if connection.broken and more:
                            continue
                        raise
                    except OutdatedPlan:
                        await connection.close()
                        if more:
                            continue
                        raise
                    yield connection, cursor
                    return

    async def ask(self, sql: str, parameters: Parameters | None = None) -> list[DictRow]:
        """Return the rows of a query of a command as of the last commit."""
        async with self._asking:
            return await self.read(sql, parameters)

    async def aclose(self) -> None:
        """Wait for what is being written, then close the connections."""
        await self._pool.close()


@asynccontextmanager
async def connected(address: Address) -> AsyncIterator[psycopg.AsyncConnection[DictRow]]:
    """Yield a connection outside the pool."""
    connection = await connect(address)
    try:
        yield connection
    finally:
        await connection.close()


async def connect(address: Address) -> psycopg.AsyncConnection[DictRow]:
    """Return a new connection outside the pool."""
    with translated_connecting(address.name):
        connection = await psycopg.AsyncConnection.connect(
            address.conninfo, autocommit=True, row_factory=dict_row
        )
        await connection.set_isolation_level(psycopg.IsolationLevel.READ_COMMITTED)
    texts.register(connection)
    return connection


async def _configure(connection: psycopg.AsyncConnection[DictRow]) -> None:
    texts.register(connection)
    await connection.execute(_SETTINGS)
