"""A new SQLite file that `bystander move` fills.

It is written under another name and gets its own at the very end. So it is there as a whole or not at all,
and needs no journal meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiosqlite

from bot.errors import StoreError
from bot.ports import Batch, MovedTable
from storage.shared.moving import rows_without_aim, with_content
from storage.shared.waiting import to_the_end
from storage.sqlite import migrate
from storage.sqlite.connection import make_private, translated
from storage.sqlite.move_source import read
from storage.sqlite.runner import Runner
from storage.sqlite.store import path_of

_UNFINISHED = ".moving"  # behind the name of a file that is being filled
_QUICK = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",  # the file is synced once, when it is whole
    "PRAGMA cache_size = -65536",  # kibibytes
)
# What triggers keep is moved like everything else, and indexes are made of all rows at once.
_ASIDE = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL"


class SqliteTarget:
    """`bot.ports.MoveTarget`. `aside`: the statements that make triggers and indexes."""

    def __init__(self, path: str, connection: aiosqlite.Connection, aside: Iterable[str]) -> None:
        self.name = path
        self._connection = connection
        self._aside = aside

    async def store(self, table: MovedTable, batches: AsyncIterator[Batch]) -> None:
        places = ", ".join("?" * len(table.columns))
        sql = f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({places})"
        with translated(self.name):
            await self._connection.execute(f"DELETE FROM {table.name}")  # the counts of a new database
            async for batch in batches:
                await self._connection.executemany(sql, batch)

    async def complete(self) -> None:
        with translated(self.name):
            for sql in self._aside:
                await self._connection.execute(sql)
            await self._connection.execute("INSERT INTO archive (archive) VALUES ('rebuild')")
            if list(await self._connection.execute_fetchall("PRAGMA foreign_key_check")):
                raise rows_without_aim()

    def batches(self, table: MovedTable) -> AsyncGenerator[Batch, None]:
        return read(self._connection, self.name, table)

    async def commit(self) -> None:
        with translated(self.name):
            await to_the_end(self._finish())

    async def _finish(self) -> None:
        await self._connection.commit()
        await self._connection.close()
        unfinished, file = Path(self.name + _UNFINISHED), Path(self.name)
        try:
            _sync(unfinished)
            unfinished.replace(file)
            _sync(file.parent)
        except OSError as error:
            raise StoreError(f"The database {self.name} cannot be made ({error.strerror}).") from error


@asynccontextmanager
async def open_target(url: str) -> AsyncIterator[SqliteTarget]:
    """Begin a new file; StoreError if there is one with anything in it, or it cannot be made."""
    path = path_of(url)
    _refuse_remains(path)
    runner = Runner(path)
    runner.take_over()
    try:
        _refuse_remains(path)
        async with _unfinished(path) as connection:
            yield await _begun(path, connection)
    finally:
        runner.end()


def _refuse_remains(path: str) -> None:
    """Raise StoreError if the file has content, or if SQLite would read another one's remains into it."""
    for ending in ("", "-wal", "-journal"):
        file = Path(path + ending)
        if file.exists() and (not file.is_file() or file.stat().st_size):
            raise with_content(str(file))


@asynccontextmanager
async def _unfinished(path: str) -> AsyncIterator[aiosqlite.Connection]:
    """Connect to an empty file under the other name; it is removed at the end if it still has that name."""
    file = Path(path + _UNFINISHED)
    with suppress(OSError):
        file.unlink()  # of a move that was killed
    make_private(str(file))
    with translated(path):
        connection = await aiosqlite.connect(file, isolation_level=None)
    try:
        yield connection
    finally:
        await connection.close()
        with suppress(OSError):
            file.unlink()


async def _begun(path: str, connection: aiosqlite.Connection) -> SqliteTarget:
    """Make the tables, and begin the transaction."""
    with translated(path):
        for pragma in _QUICK:
            await connection.execute(pragma)
        await migrate.migrate(connection, path)
        await connection.execute("PRAGMA foreign_keys = OFF")  # they are checked once, at the end
        await connection.execute("BEGIN EXCLUSIVE")
        aside = list(await connection.execute_fetchall(_ASIDE))
        for kind, name, _ in aside:
            await connection.execute(f"DROP {kind} {name}")
    return SqliteTarget(path, connection, [sql for _, _, sql in aside])


def _sync(path: Path) -> None:
    """Wait until a file or the names in a folder are on the disk."""
    if path.is_dir() and os.name == "nt":  # folders cannot be opened there
        return
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
