"""Databases that tests use one after the other: to empty one is far quicker than to make one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import psycopg
from psycopg import sql

from tests.fakes.postgres import Server, server

_USES = 50  # of a database, after which what was deleted there begins to make it slow
_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
_SEQUENCES = "SELECT sequencename, start_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
_INSERT = "INSERT INTO {0} SELECT * FROM jsonb_populate_recordset(NULL::{0}, {1})"


@dataclass
class Spare:
    """A database with all tables, as after a first start."""

    url: str
    connection: psycopg.Connection[Any]
    new: bytes  # its content while nothing was stored yet
    _emptying: bytes
    spoilt: bool = False  # more than rows was changed by hand
    _uses: int = 0

    @classmethod
    async def made(cls, on: Server) -> Self:
        url = await on.create()
        connection = psycopg.connect(url, autocommit=True)
        return cls(url, connection, content(connection), _emptying(connection))

    def emptied(self, *, alone: bool = True) -> bool:
        """Make all rows and counters what they are in a new database; False if this one is used up.

        `alone`: whoever else is connected is thrown out.
        """
        self._uses += 1
        if self.spoilt or self._uses >= _USES:
            return False
        if alone:
            self.connection.execute(_OTHERS)
        self.connection.execute(self._emptying, prepare=False)
        return True


@asynccontextmanager
async def spare() -> AsyncIterator[Spare]:
    """Yield a database whose tables are as in a new one."""
    on = server()
    free = on.spares
    borrowed = free.pop() if free else await Spare.made(on)
    kept = False
    try:
        yield borrowed
        kept = borrowed.emptied()
    finally:
        if kept:
            free.append(borrowed)
        else:
            borrowed.connection.close()
            on.drop(borrowed.url)


def content(connection: psycopg.Connection[Any]) -> bytes:
    """Return the rows of all tables of a database, as text."""
    lines: list[bytes] = []
    for (name,) in connection.execute(_TABLES).fetchall():
        with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as rows:
            lines += sorted(name.encode() + b"\t" + bytes(row) for row in rows)
    return b"".join(lines)


def _emptying(connection: psycopg.Connection[Any]) -> bytes:
    """Return statements that put back the rows and sequences of now, past all triggers and references."""
    statements = [sql.SQL("SET session_replication_role = replica").as_string()]
    for (name,) in connection.execute(_TABLES).fetchall():
        table = sql.Identifier(name)
        statements.append(sql.SQL("DELETE FROM {}").format(table).as_string())
        found = connection.execute(sql.SQL("SELECT jsonb_agg(t)::text FROM {} AS t").format(table))
        for (rows,) in found.fetchall():
            if rows is not None:
                again = sql.SQL(_INSERT).format(table, sql.Literal(rows))
                statements.append(again.as_string(connection))
    for name, start in connection.execute(_SEQUENCES).fetchall():
        again = sql.SQL("SELECT setval({}, {}, false)").format(sql.Literal(name), sql.Literal(start))
        statements.append(again.as_string(connection))
    statements.append("RESET session_replication_role")
    return "; ".join(statements).encode()
