"""Two connections to one SQLite file, transactions, and what its errors mean to a person."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Self

import aiosqlite

from bot.errors import StoreBusyError, StoreError
from storage.sqlite import migrate

BUSY_TIMEOUT = 5.0  # seconds to wait for another process's write

# Part of SQLite's message -> what to do. The first that fits is taken.
_MENDS = (
    ("locked", "is locked by another program; close what else has it open and try again"),
    ("readonly", "cannot be written; check the permissions of the file and its folder"),
    ("unable to open", "cannot be opened; check that its folder exists and may be written"),
    ("full", "cannot grow because the disk is full; free some space, nothing is lost meanwhile"),
    ("not a database", "is no SQLite database; point `database` elsewhere, the file was left as it is"),
    ("malformed", "is damaged; restore a copy made by `bystander backup`, or move it away to begin anew"),
    ("disk i/o", "cannot be read or written (disk I/O error); check the disk"),
)


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Turn every error of SQLite into a StoreError whose sentence names the mend."""
    try:
        yield
    except sqlite3.Error as error:
        text = str(error).lower()
        mend = next((mend for part, mend in _MENDS if part in text), f"cannot be used ({error})")
        kind = StoreBusyError if "locked" in text else StoreError
        raise kind(f"The database {path} {mend}.") from error


class Database:
    """One file: a writer whose transactions never interleave, and a reader that sees what is committed."""

    def __init__(self, path: str, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self.path = path
        self._writer = writer
        self._reader = reader
        self._lock = asyncio.Lock()

    @classmethod
    async def open(cls, path: str) -> Self:
        """Open the file and bring its schema up to date; see `storage.open_store` for the errors."""
        with translated(path):
            migrate.refuse_unfit(path)
            writer = await _connect(path)
            try:
                await migrate.migrate(writer, path)
                reader = await _connect(path)
            except BaseException:
                await writer.close()
                raise
        return cls(path, writer, reader)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """Give the writer inside one transaction: committed at the end, rolled back on any error."""
        with translated(self.path):
            async with self._lock:
                await self._writer.execute("BEGIN IMMEDIATE")
                try:
                    yield self._writer
                except BaseException:
                    await self._writer.rollback()
                    raise
                await asyncio.shield(self._commit())

    async def _commit(self) -> None:
        try:
            await self._writer.commit()
        except sqlite3.Error:
            await self._writer.rollback()
            raise

    async def read(self, sql: str, parameters: dict[str, object] | None = None) -> list[sqlite3.Row]:
        """Return the rows of a query as of the last commit."""
        with translated(self.path):
            return list(await self._reader.execute_fetchall(sql, parameters or {}))

    async def backup(self, target: str) -> None:
        """Write a consistent copy to a new file while the database is in use."""
        if Path(target).exists():
            raise StoreError(f"{target} exists already; name a new file, nothing was overwritten.")
        with translated(target):
            async with aiosqlite.connect(target) as copy:
                await self._reader.backup(copy)

    async def aclose(self) -> None:
        """Wait for the transaction under way, then close both connections."""
        async with self._lock:
            await self._reader.close()
            await self._writer.close()


async def _connect(path: str) -> aiosqlite.Connection:
    """Open a connection in WAL mode; FULL keeps an acknowledged alert recorded through a power cut."""
    connection = await aiosqlite.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        await connection.execute("PRAGMA journal_mode = WAL")
        await connection.execute("PRAGMA synchronous = FULL")
        await connection.execute("PRAGMA foreign_keys = ON")
        await connection.execute("PRAGMA temp_store = MEMORY")
    except BaseException:
        await connection.close()
        raise
    return connection
