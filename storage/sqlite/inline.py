"""Runs a whole transaction in the thread of a connection, as one call.

Each call into that thread costs some 50 µs, often more than the statement itself, and a transaction has
several statements.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import partial
from typing import Any, Protocol, TypeVar

import aiosqlite

Result = TypeVar("Result")


class Counted(Protocol):
    """What a statement that writes leaves."""

    @property
    def rowcount(self) -> int:
        """How many rows it concerned."""
        ...


class Statements(Protocol):
    """A connection inside a transaction: one of aiosqlite, or `Inline`."""

    def execute(self, sql: str, parameters: Iterable[Any] = ..., /) -> Awaitable[Counted]:
        """Run a statement."""
        ...

    def executemany(self, sql: str, parameters: Iterable[Iterable[Any]], /) -> Awaitable[Counted]:
        """Run a statement for each of the parameters."""
        ...

    def execute_fetchall(
        self, sql: str, parameters: Iterable[Any] = ..., /
    ) -> Awaitable[Iterable[sqlite3.Row]]:
        """Return the rows of a statement."""
        ...


Job = Callable[[Statements], Coroutine[Any, Any, Result]]


class Inline:
    """The connection itself, for jobs that run in its thread: nothing is ever waited for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Run a statement."""
        return self._connection.execute(sql, parameters)

    async def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """Run a statement for each of the parameters."""
        return self._connection.executemany(sql, parameters)

    async def execute_fetchall(self, sql: str, parameters: Any = (), /) -> list[sqlite3.Row]:
        """Return the rows of a statement."""
        return self._connection.execute(sql, parameters).fetchall()


class Connection(aiosqlite.Connection):
    """A connection with its thread, in which whole transactions can run."""

    async def transact(self, job: Job[Result]) -> Result:
        """Run a job inside a transaction: committed at its end, rolled back on any error.

        The job may await nothing but the statements that it is given. A cancelled caller does not stop it.
        """
        run = partial(_transact, self._conn, job)
        result: Result = await self._execute(run)  # type: ignore[no-untyped-call]  # aiosqlite has no types
        return result

    async def run_all(self, *statements: str) -> None:
        """Run statements one after the other, as one call. Those before one that fails stay done."""
        await self._execute(partial(_run_all, self._conn, statements))  # type: ignore[no-untyped-call]


def _run_all(connection: sqlite3.Connection, statements: Iterable[str]) -> None:
    for each in statements:
        connection.execute(each).close()


def _transact(connection: sqlite3.Connection, job: Job[Result]) -> Result:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = _finished(job(Inline(connection)))
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return result


def _finished(work: Coroutine[Any, Any, Result]) -> Result:
    """Return the result of a coroutine that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as end:
        result: Result = end.value
        return result
    work.close()
    raise RuntimeError("A job of the database waited for something else.")
