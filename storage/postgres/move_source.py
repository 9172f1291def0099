"""A PostgreSQL database that `bystander move` takes over."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from bot.ports import Batch, MovedTable
from storage.postgres import migrate
from storage.postgres.address import address_of
from storage.postgres.connection import Connection, connected
from storage.postgres.errors import translated
from storage.postgres.key_value import GET, put_value
from storage.postgres.locks import ALL_WRITERS
from storage.postgres.runner import held
from storage.shared.moving import BATCH, MOVED, TABLES, mark, nothing_there, older, refuse_moved
from storage.shared.waiting import to_the_end

# A move waits long for the other database, and its statements may take as long as they need.
PATIENT = """
SET lock_timeout = '30s'; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;
SET jit = off
"""
# The counts of all connections together, under the names that they have in every store.
_COUNTS = """
(SELECT p.platform, each.state, sum(each.number)::bigint AS deliveries
FROM (SELECT DISTINCT platform FROM destinations UNION SELECT platform FROM delivery_counts) AS p
LEFT JOIN delivery_counts AS c ON c.platform = p.platform CROSS JOIN LATERAL (
    VALUES ('sent', coalesce(c.sent, 0)), ('failed', coalesce(c.failed, 0)),
        ('waiting', coalesce(c.waiting, 0)), ('held', coalesce(c.held, 0)), ('parked', coalesce(c.parked, 0))
) AS each(state, number)
GROUP BY p.platform, each.state) AS delivery_counts
"""


class PostgresSource:
    """`bot.ports.MoveSource`: a connection inside a transaction, while nobody else writes."""

    def __init__(self, name: str, connection: psycopg.AsyncConnection[Any]) -> None:
        self.name = name
        self._connection = connection

    async def tables(self) -> Sequence[MovedTable]:
        with translated(self.name):
            return [await table_of(self._connection, name) for name in TABLES]

    def batches(self, table: MovedTable) -> AsyncGenerator[Batch, None]:
        return read(self._connection, self.name, table)

    def remarks(self) -> Sequence[str]:
        return ()

    async def mark_moved(self, target: str, at: datetime) -> None:
        with translated(self.name):
            await put_value(Connection(self._connection), MOVED, mark(target, at))

    async def commit(self) -> None:
        with translated(self.name):
            await to_the_end(self._connection.commit())


@asynccontextmanager
async def open_source(url: str) -> AsyncIterator[PostgresSource]:
    """Open the database to be moved; StoreError if it cannot be."""
    address = address_of(url)
    async with connected(address) as connection:
        with translated(address.name):
            await _need_current(connection, address.name)
            await connection.execute(PATIENT)
        async with held(connection, address.name):
            await _begin(connection, address.name)
            yield PostgresSource(address.name, connection)


async def _begin(connection: psycopg.AsyncConnection[Any], name: str) -> None:
    """Keep all writers out, and see this moment from now on."""
    with translated(name):
        # Before the transaction, which sees the moment of its beginning and not the end of the wait.
        await connection.execute(ALL_WRITERS)
        await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        rows = await (await connection.execute(GET, {"key": MOVED})).fetchall()
    for row in rows:
        refuse_moved(row["value"])


async def _need_current(connection: psycopg.AsyncConnection[Any], name: str) -> None:
    version, known = await migrate.usable_version(connection, name), len(migrate.steps())
    if not version:
        raise nothing_there(name)
    if version < known:
        raise older(name, version, known)


async def table_of(connection: psycopg.AsyncConnection[Any], name: str) -> MovedTable:
    """Return a table with its columns and the number of its rows."""
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(f"SELECT * FROM {_rows_of(name)} LIMIT 0")
        columns = tuple(each.name for each in cursor.description or ())
        await cursor.execute(f"SELECT count(*) FROM {_rows_of(name)}")
        ((rows,),) = await cursor.fetchall()
    return MovedTable(name, columns, rows)


async def read(
    connection: psycopg.AsyncConnection[Any], name: str, table: MovedTable
) -> AsyncGenerator[Batch, None]:
    """Yield the rows of a table, BATCH at a time, in the order of their ids. `name`: of the database."""
    sql = f"SELECT {', '.join(table.columns)} FROM {_rows_of(table.name)}"
    order = " ORDER BY id" if "id" in table.columns else ""
    with translated(name):
        async with connection.cursor("moved", row_factory=tuple_row) as cursor:
            await cursor.execute(sql + order)
            while batch := await cursor.fetchmany(BATCH):
                yield batch


def _rows_of(table: str) -> str:
    return _COUNTS if table == "delivery_counts" else table
