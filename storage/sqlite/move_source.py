"""A SQLite file that `bystander move` takes over."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime

import aiosqlite

from bot.errors import StoreError
from bot.ports import Batch, MovedTable
from storage.shared.moving import BATCH, MOVED, TABLES, mark, nothing_there, older, refuse_moved
from storage.shared.waiting import to_the_end
from storage.sqlite import migrate
from storage.sqlite.connection import BUSY_TIMEOUT, translated
from storage.sqlite.key_value import put_value
from storage.sqlite.runner import Runner
from storage.sqlite.store import path_of


class UnreadableTextError(StoreError):
    """A text has bytes that are no UTF-8."""


class SqliteSource:
    """`bot.ports.MoveSource`: the file inside a transaction, so that nobody else writes to it."""

    def __init__(self, path: str, connection: aiosqlite.Connection) -> None:
        self.name = path
        self._connection = connection
        self._mended: dict[str, int] = {}  # table -> how many texts of it were no UTF-8

    async def tables(self) -> Sequence[MovedTable]:
        with translated(self.name):
            return [await table_of(self._connection, name) for name in TABLES]

    async def batches(self, table: MovedTable) -> AsyncGenerator[Batch, None]:
        done = 0
        try:
            async with aclosing(read(self._connection, self.name, table)) as batches:
                async for batch in batches:
                    yield batch
                    done += len(batch)
        except UnreadableTextError:
            self._connection.text_factory = self._mending(table.name)
            async with aclosing(read(self._connection, self.name, table, skip=done)) as batches:
                async for batch in batches:
                    yield batch
            self._connection.text_factory = str

    def _mending(self, table: str) -> type[str]:
        """Return what reads the bytes of a text with signs in place of those that are no UTF-8."""

        def read_text(stored: bytes) -> str:
            text = stored.decode("utf-8", "replace")
            if text.encode() != stored:
                self._mended[table] = self._mended.get(table, 0) + 1
            return text

        return read_text  # type: ignore[return-value]  # any function of bytes will do

    def remarks(self) -> Sequence[str]:
        return [
            f"In {number} texts of the table {table} there were bytes that are no UTF-8, and unreadable; "
            "the sign \N{REPLACEMENT CHARACTER} is in their place now."
            for table, number in self._mended.items()
        ]

    async def mark_moved(self, target: str, at: datetime) -> None:
        with translated(self.name):
            await put_value(self._connection, MOVED, mark(target, at))

    async def commit(self) -> None:
        with translated(self.name):
            await to_the_end(self._connection.commit())


@asynccontextmanager
async def open_source(url: str) -> AsyncIterator[SqliteSource]:
    """Open the file to be moved; StoreError, before it is touched, if it cannot be."""
    path = path_of(url)
    _refuse_unfit(path)
    runner = Runner(path)
    runner.take_over()
    try:
        with translated(path):
            connection = await aiosqlite.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)
        try:
            with translated(path):
                await connection.execute("BEGIN IMMEDIATE")
                rows = await connection.execute_fetchall("SELECT value FROM memory WHERE key = ?", [MOVED])
            for (marked,) in rows:
                refuse_moved(marked)
            yield SqliteSource(path, connection)
        finally:
            await connection.close()  # rolls back what was not committed
    finally:
        runner.end()


def _refuse_unfit(path: str) -> None:
    with translated(path):
        version = migrate.refuse_unfit(path, BUSY_TIMEOUT)
    if not version:
        raise nothing_there(path)
    if version < len(migrate.steps()):
        raise older(path, version, len(migrate.steps()))


async def table_of(connection: aiosqlite.Connection, name: str) -> MovedTable:
    """Return a table with its columns and the number of its rows."""
    async with connection.execute(f"SELECT * FROM {name} LIMIT 0") as cursor:
        columns = tuple(each[0] for each in cursor.description)
    ((rows,),) = await connection.execute_fetchall(f"SELECT count(*) FROM {name}")
    return MovedTable(name, columns, rows)


async def read(
    connection: aiosqlite.Connection, name: str, table: MovedTable, *, skip: int = 0
) -> AsyncGenerator[Batch, None]:
    """Yield the rows of a table, BATCH at a time, without the first `skip` ones. `name`: of the database.

    UnreadableTextError: one of the next BATCH rows has bytes that are no UTF-8.
    """
    sql = f"SELECT {', '.join(table.columns)} FROM {table.name} LIMIT -1 OFFSET {skip}"
    with translated(name):
        try:
            async with connection.execute(sql) as cursor:
                while batch := await cursor.fetchmany(BATCH):
                    yield batch  # type: ignore[misc]  # without a row factory the rows are tuples
        except sqlite3.OperationalError as error:
            if "decode" in str(error):  # it has no code of its own
                raise UnreadableTextError(str(error)) from error
            raise
