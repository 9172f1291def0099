"""Three connections to one SQLite file, with transactions and errors that say what to do."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path
from typing import Self

import aiosqlite

from bot.errors import NoDatabaseError, OldDatabaseError, StoreBusyError, StoreError, UnstorableError
from storage.shared.waiting import to_the_end
from storage.sqlite import migrate
from storage.sqlite.inline import Connection, Job, Result

_PAUSE = 0.02  # seconds between tries to enter WAL mode
PRIVATE = 0o600  # mode of the files: they contain what people follow, and tokens of adapters
BUSY_TIMEOUT = 5.0  # seconds to wait for another process's write
_SETTINGS = ("PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON", "PRAGMA temp_store = MEMORY")

_BUSY = "is locked by another program; close what else has it open and try again"
# Primary result code of SQLite -> what is wrong and what to do.
_MENDS = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_READONLY: "cannot be written; check the permissions of the file and its folder",
    sqlite3.SQLITE_PERM: "cannot be used; check the permissions of the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that its folder exists and may be written",
    sqlite3.SQLITE_FULL: "cannot grow because the disk is full; free some space, nothing is lost meanwhile",
    sqlite3.SQLITE_NOTADB: "is no SQLite database; point `database` elsewhere, the file was left as it is",
    sqlite3.SQLITE_CORRUPT: (
        "is damaged; restore a copy made by `bystander backup`, or move it away to begin anew"
    ),
    sqlite3.SQLITE_IOERR: "cannot be read or written (disk I/O error); check the disk and its free space",
}

# Raised for values that SQLite cannot represent, that are too large, or that violate a schema constraint.
_UNSTORABLE = (
    OverflowError,
    UnicodeEncodeError,
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
)


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Turn every error of SQLite into a StoreError that says what to do."""
    try:
        yield
    except _UNSTORABLE as error:
        raise UnstorableError(f"The database {path} cannot hold a value it was given ({error}).") from error
    except sqlite3.Error as error:
        if isinstance(error, sqlite3.ProgrammingError) and "binding" in str(error):  # an unsupported type
            raise UnstorableError(f"The database {path} cannot hold a value ({error}).") from error
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        mend = _MENDS.get(code, f"refused a statement ({error})")
        raise (StoreBusyError if mend is _BUSY else StoreError)(f"The database {path} {mend}.") from error


# The database whose transaction this task is in, by `Database.together`.
_TOGETHER: ContextVar[Database | None] = ContextVar("together", default=None)


class Database:
    """One file with a writer, whose transactions never interleave, and two readers of committed data.

    Commands have their own reader, so that polls and deliveries never wait for a slow query of a command.
    """

    def __init__(self, path: str, zone: tzinfo, writer: Connection, *readers: aiosqlite.Connection) -> None:
        self.path = path
        self.zone = zone  # of destinations that have set none
        self._writer = writer
        self._reader, self._asker = readers
        self._lock = asyncio.Lock()

    @classmethod
    async def open(
        cls,
        path: str,
        *,
        create: bool = True,
        upgrade: bool = True,
        busy_timeout: float = BUSY_TIMEOUT,
        zone: tzinfo = UTC,
    ) -> Self:
        """Open the file and bring its schema up to date; see `storage.open_store` for the errors."""
        with translated(path):
            version = migrate.refuse_unfit(path, busy_timeout)
            if not version and not create:
                raise NoDatabaseError(f"The database {path} is empty yet; `bystander run` makes its tables.")
            if 0 < version < len(migrate.steps()) and not upgrade:
                raise OldDatabaseError(path)
            make_private(path)
            sqlite3.connect(path).close()  # an error is raised here, before a thread is started
            writer = await _connect(path, busy_timeout)
            try:
                await migrate.migrate(writer, path)
                await _try_to_write(writer)
                readers = await _readers(path, busy_timeout)
            except BaseException:
                await writer.close()
                raise
        return cls(path, zone, writer, *readers)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """Yield the writer inside one transaction: committed at the end, rolled back on any error.

        A cancelled caller still waits for the commit or rollback, so that the next transaction does not begin
        inside this one. Inside `together` it is a part of that one.
        """
        with translated(self.path):
            if self._is_together():
                yield self._writer
                return
            async with self._lock:
                try:
                    await self._writer.execute("BEGIN IMMEDIATE")
                    yield self._writer
                except BaseException:
                    await to_the_end(self._writer.rollback())
                    raise
                await to_the_end(self._commit())

    async def at_once(self, job: Job[Result]) -> Result:
        """Run a job inside one transaction, like `transaction`, but wholly in the thread of the database.

        Nothing but the statements may be awaited in it. A cancelled caller still waits for its end.
        """
        with translated(self.path):
            if self._is_together():
                return await job(self._writer)
            async with self._lock:
                return await to_the_end(self._writer.transact(job))

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """Make all reads and writes of this task inside the block one transaction. An error must leave it."""
        async with self.transaction():
            token = _TOGETHER.set(self)
            try:
                yield
            finally:
                _TOGETHER.reset(token)

    def _is_together(self) -> bool:
        return _TOGETHER.get() is self

    async def _commit(self) -> None:
        try:
            await self._writer.commit()
        except sqlite3.Error:
            await self._writer.rollback()
            raise

    async def write(self, sql: str, parameters: dict[str, object]) -> list[sqlite3.Row]:
        """Run one statement in its own transaction and return its rows."""
        with translated(self.path):
            if self._is_together():
                return list(await self._writer.execute_fetchall(sql, parameters))
            async with self._lock:
                return list(await self._writer.execute_fetchall(sql, parameters))

    async def read(self, sql: str, parameters: dict[str, object] | None = None) -> list[sqlite3.Row]:
        """Return the rows of a query as of the last commit."""
        if self._is_together():
            return await self.write(sql, parameters or {})
        with translated(self.path):
            return list(await self._reader.execute_fetchall(sql, parameters or {}))

    async def ask(self, sql: str, parameters: dict[str, object] | None = None) -> list[sqlite3.Row]:
        """Return the rows of a query of a command as of the last commit."""
        if self._is_together():
            return await self.write(sql, parameters or {})
        with translated(self.path):
            return list(await self._asker.execute_fetchall(sql, parameters or {}))

    async def backup(self, target: str) -> None:
        """Write a consistent copy to a new file while the database is in use."""
        _reserve(target)
        try:
            with translated(target):
                await to_the_end(_copy(self.path, target))
        except BaseException:
            Path(target).unlink()
            raise

    async def aclose(self) -> None:
        """Wait for the running transaction, then close the connections."""
        async with self._lock:
            await self._asker.close()
            await self._reader.close()
            await self._writer.close()


async def _connect(path: str, busy_timeout: float, *settings: str) -> Connection:
    """Open a connection in WAL mode. With synchronous = FULL a committed alert survives a power cut."""
    opened = partial(sqlite3.connect, path, timeout=busy_timeout, isolation_level=None)
    connection = Connection(opened, iter_chunk_size=64)
    await connection
    try:
        connection.row_factory = sqlite3.Row
        await _enter_wal(connection, busy_timeout)
        await connection.run_all(*_SETTINGS, *settings)
    except BaseException:
        await connection.close()
        raise
    return connection


async def _readers(path: str, busy_timeout: float) -> list[aiosqlite.Connection]:
    """Open two connections that cannot write."""
    opened: list[aiosqlite.Connection] = []
    try:
        for _ in range(2):
            reader = await _connect(path, busy_timeout, "PRAGMA query_only = ON")
            opened.append(reader)
    except BaseException:
        for each in opened:
            await each.close()
        raise
    return opened


async def _enter_wal(connection: aiosqlite.Connection, patience: float) -> None:
    """Switch to WAL, with retries: SQLite does not wait for another process that switches too."""
    deadline = asyncio.get_running_loop().time() + patience
    while True:
        try:
            await connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or asyncio.get_running_loop().time() >= deadline:
                raise
            await asyncio.sleep(_PAUSE)
        else:
            return


async def _try_to_write(connection: Connection) -> None:
    """Run a write that changes nothing, so that a read-only file is noticed now and not at the first post."""
    await connection.run_all("BEGIN IMMEDIATE", "DELETE FROM feeds WHERE false", "ROLLBACK")


async def _copy(path: str, target: str) -> None:
    """Copy a database over separate connections, so that it can be read and written meanwhile."""
    async with (
        aiosqlite.connect(path, timeout=BUSY_TIMEOUT) as source,
        aiosqlite.connect(target) as copy,
    ):
        await source.backup(copy)


def make_private(path: str) -> None:
    """Create a missing file that only its owner can read. SQLite gives its -wal and -shm files the same mode.

    Errors are ignored: SQLite reports them when it opens the file.
    """
    with contextlib.suppress(OSError, ValueError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE))


def _reserve(target: str) -> None:
    """Create an empty file that only its owner can read; StoreError if it exists or that fails."""
    try:
        os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE))
    except FileExistsError as error:
        raise StoreError(f"{target} exists already; name a new file, nothing was overwritten.") from error
    except OSError as error:
        raise StoreError(f"{target} cannot be made ({error.strerror}); name a file in another folder.") from (
            error
        )
