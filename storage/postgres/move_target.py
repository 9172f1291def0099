"""A PostgreSQL database that `bystander move` fills, all of it in one transaction."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg.errors import ForeignKeyViolation
from psycopg.rows import tuple_row

from bot.ports import Batch, MovedTable
from storage.postgres import migrate
from storage.postgres.address import address_of
from storage.postgres.connection import connected
from storage.postgres.errors import translated
from storage.postgres.jobs import schema as jobs
from storage.postgres.locks import ALONE
from storage.postgres.move_source import PATIENT, read
from storage.postgres.runner import held
from storage.postgres.search import words_of
from storage.shared.moving import BATCH, HAS_CONTENT, rows_without_aim, with_content
from storage.shared.waiting import to_the_end

_OURS = "current_schema()::regnamespace"
_THERE = f"SELECT relname FROM pg_class WHERE relnamespace = {_OURS} AND relkind = 'r'"
# Constraints between tables and indexes without a constraint: what takes them away, and what makes them. They
# are made of all rows at once, which is far quicker than row by row.
_ASIDE = f"""
SELECT format('ALTER TABLE %%I DROP CONSTRAINT %%I', c.relname, k.conname),
    format('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', c.relname, k.conname, pg_get_constraintdef(k.oid))
FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
WHERE k.connamespace = {_OURS} AND k.contype = 'f' AND c.relname = ANY(%(tables)s)
UNION ALL
SELECT format('DROP INDEX %%I', i.relname), pg_get_indexdef(x.indexrelid)
FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS c ON c.oid = x.indrelid
WHERE i.relnamespace = {_OURS} AND c.relname = ANY(%(tables)s)
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = x.indexrelid)
"""
_IDENTITIES = f"""
SELECT c.relname, a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
WHERE c.relnamespace = {_OURS} AND a.attidentity <> '' AND c.relname = ANY(%(tables)s)
"""
_NEXT_ID = "SELECT setval(pg_get_serial_sequence('{0}', '{1}'), max({1})) FROM {0}"
_COUNT = """
INSERT INTO delivery_counts (slot, platform, sent, failed, waiting, held, parked)
VALUES (0, %(platform)s, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING
"""
_COUNT_STATE = "UPDATE delivery_counts SET {} = %(number)s WHERE slot = 0 AND platform = %(platform)s"
_POSTS = "SELECT id, title, categories, tags, text FROM posts"
_WORDS = "COPY archive (post_id, words) FROM STDIN"


class PostgresTarget:
    """`bot.ports.MoveTarget`: a connection inside its transaction.

    `aside`: the statements that make indexes and constraints.
    """

    def __init__(
        self, name: str, connection: psycopg.AsyncConnection[Any], tables: Sequence[str], aside: Sequence[str]
    ) -> None:
        self.name = name
        self._connection = connection
        self._tables = tables
        self._aside = aside

    async def store(self, table: MovedTable, batches: AsyncIterator[Batch]) -> None:
        with translated(self.name):
            if table.name == "delivery_counts":
                await self._count(batches)
                return
            async with self._connection.cursor() as cursor:
                sql = f"COPY {table.name} ({', '.join(table.columns)}) FROM STDIN"
                async with cursor.copy(sql) as copy:
                    async for batch in batches:
                        for row in batch:
                            await copy.write_row(row)

    async def _count(self, batches: AsyncIterator[Batch]) -> None:
        async for batch in batches:
            for platform, state, number in batch:
                values = {"platform": platform, "number": number}
                await self._connection.execute(_COUNT, values)
                await self._connection.execute(_COUNT_STATE.format(state), values)

    async def complete(self) -> None:
        with translated(self.name):
            await self._find_words()
            try:
                for statement in self._aside:
                    await self._connection.execute(statement)
            except ForeignKeyViolation as error:
                raise rows_without_aim() from error
            for table in self._tables:
                await self._connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            for table, column in await _rows(self._connection, _IDENTITIES, self._tables):
                await self._connection.execute(_NEXT_ID.format(table, column))
            for table in self._tables:
                await self._connection.execute(f"ANALYZE {table}")

    async def _find_words(self) -> None:
        async with self._connection.cursor("posts", row_factory=tuple_row) as posts:
            await posts.execute(_POSTS)
            while batch := await posts.fetchmany(BATCH):
                async with self._connection.cursor() as cursor, cursor.copy(_WORDS) as copy:
                    for number, title, categories, tags, text in batch:
                        names = [*json.loads(categories), *json.loads(tags)]
                        await copy.write_row((number, words_of(title, names, text)))

    def batches(self, table: MovedTable) -> AsyncGenerator[Batch, None]:
        return read(self._connection, self.name, table)

    async def commit(self) -> None:
        with translated(self.name):
            await to_the_end(self._connection.commit())


@asynccontextmanager
async def open_target(url: str) -> AsyncIterator[PostgresTarget]:
    """Begin to fill a database; StoreError if it has content or cannot be used."""
    address = address_of(url)
    async with connected(address) as connection:
        with translated(address.name):
            await connection.execute(PATIENT)
            await migrate.usable_version(connection, address.name)
            await _refuse_content(connection, address.name)
        async with held(connection, address.name):
            with translated(address.name):
                target = await _begun(address.name, connection)
            yield target


async def _begun(name: str, connection: psycopg.AsyncConnection[Any]) -> PostgresTarget:
    """Begin the transaction, make the tables, and put aside what would be kept row by row."""
    await connection.execute(f"BEGIN; {ALONE}")
    await migrate.bring_up_to_date(connection, name)  # not newer: see `open_target`
    await jobs.bring_up_to_date(connection, name)
    await _refuse_content(connection, name)
    tables = sorted(HAS_CONTENT.keys() | {"archive"})
    aside = await _rows(connection, _ASIDE, tables)
    for statement, _ in aside:
        await connection.execute(statement)
    for table in tables:
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    await connection.execute("DELETE FROM memory")  # what every new database has
    return PostgresTarget(name, connection, tables, [make for _, make in aside])


async def _refuse_content(connection: psycopg.AsyncConnection[Any], name: str) -> None:
    there = {row[0] for row in await _rows(connection, _THERE)}
    for table, question in HAS_CONTENT.items():
        if table in there and (await _rows(connection, question))[0][0]:
            raise with_content(name)


async def _rows(
    connection: psycopg.AsyncConnection[Any], sql: str, tables: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(sql, {"tables": list(tables)} if tables else None)
        return await cursor.fetchall()
