"""The database of a test: a file of SQLite or, with `--database postgres`, one of PostgreSQL's test server.

A test that asks for the fixture `database` or `databases`, by itself or through others, is marked "database".
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import psycopg

from storage import open_store
from tests.fakes import postgres
from tests.fakes.spares import Spare, content, spare

KINDS = ("sqlite", "postgres")
FIXTURE = "databases"
NO_TABLES = (sqlite3.Error, psycopg.errors.UndefinedTable)  # what `rows` raises of a database without any


class Database(Protocol):
    """One database."""

    @property
    def shared(self) -> bool:
        """Whether several bots may run on it."""
        ...

    @property
    def url(self) -> str:
        """What the bot is told of it."""
        ...

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what a query gives, without changing anything."""
        ...

    def run(self, sql: str) -> None:
        """Change something by hand."""
        ...

    def untouched(self) -> bool:
        """Whether nothing was ever stored."""
        ...

    def content(self) -> bytes:
        """Return all that is stored, in whatever form."""
        ...


@dataclass(frozen=True)
class SqliteFile:
    """A file, which need not exist yet."""

    file: Path
    shared = False

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file.as_posix()}"

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()

    def run(self, sql: str) -> None:
        with closing(sqlite3.connect(self.file)) as connection, connection:
            connection.execute(sql)

    def untouched(self) -> bool:
        return not self.file.exists()

    def content(self) -> bytes:
        files = sorted(self.file.parent.glob(f"{self.file.name}*"))
        return b"".join(each.read_bytes() for each in files)


@dataclass(frozen=True)
class PostgresDatabase:
    """A database of the test server; once a table itself was changed by hand, no other test gets it."""

    url: str
    _connection: psycopg.Connection[Any] = field(repr=False)
    _spare: Spare | None = field(default=None, repr=False)
    shared = True

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql.encode()).fetchall()

    def run(self, sql: str) -> None:
        if self._spare is not None and not sql.startswith(("DELETE ", "UPDATE ")):
            self._spare.spoilt = True
        self._connection.execute(sql.encode())

    def untouched(self) -> bool:
        return self.content() == (self._spare.new if self._spare else b"")

    def content(self) -> bytes:
        return content(self._connection)


@dataclass
class Databases:
    """Makes the databases of one test."""

    kind: str  # one of KINDS
    _folder: Path
    _stack: AsyncExitStack
    _numbers: count[int] = field(default_factory=count)

    async def new(self, file: Path | None = None, *, tables: bool = True, made: bool = False) -> Database:
        """Return an empty database.

        `file`: where SQLite's is to be; `made`: whether it is there already, with the bot's tables.
        `tables`: whether PostgreSQL's has the bot's tables already, with which a start is quicker.
        """
        if self.kind == "sqlite":
            file = file or self._folder / f"test{next(self._numbers)}.db"
            if made:
                file.write_bytes(await made_file())
            return SqliteFile(file)
        if tables:
            lent = await self._stack.enter_async_context(spare())
            return PostgresDatabase(lent.url, lent.connection, lent)
        url = await self._stack.enter_async_context(postgres.server().database(migrated=False))
        connection = self._stack.enter_context(psycopg.connect(url, autocommit=True))
        return PostgresDatabase(url, connection)


async def made_file() -> bytes:
    """Return a new file of SQLite; to copy it takes a tenth of the time that making it takes."""
    if not _files:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "made.db"
            await (await open_store(SqliteFile(file).url)).aclose()
            _files.append(file.read_bytes())
    return _files[0]


_files: list[bytes] = []  # at most the one


@asynccontextmanager
async def making(kind: str, folder: Path) -> AsyncIterator[Databases]:
    """Yield what makes databases of a kind, SQLite's in a folder; at the end PostgreSQL's are gone."""
    async with AsyncExitStack() as stack:
        yield Databases(kind, folder, stack)
