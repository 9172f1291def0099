"""The steps lead to the database that schema.sql shows, one transaction each, once for all processes."""

from __future__ import annotations

import asyncio
import json

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from bot.errors import OldDatabaseError, StoreError
from storage import open_store
from storage.postgres import migrate
from storage.postgres.address import address_of
from storage.postgres.connection import connected
from storage.postgres.errors import translated
from storage.postgres.locks import ALONE
from tests.fakes import postgres

OURS = "relnamespace = 'public'::regnamespace"
# All that a database is made of.
PARTS = (
    f"SELECT relname, relkind, reloptions FROM pg_class WHERE {OURS} ORDER BY 1, 2",
    f"""
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS kind, a.attnotnull, a.attidentity,
        (SELECT collname FROM pg_collation WHERE oid = a.attcollation) AS collation,
        pg_get_expr(d.adbin, d.adrelid) AS standard
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE {OURS} AND a.attnum > 0 ORDER BY c.relname, a.attnum
    """,
    f"""
    SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) AS said FROM pg_constraint AS k
    JOIN pg_class AS c ON c.oid = k.conrelid WHERE {OURS} ORDER BY 1, 2
    """,
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    """
    SELECT pg_get_functiondef(oid) AS said FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ORDER BY 1
    """,
    f"""
    SELECT pg_get_triggerdef(t.oid) AS said FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
    WHERE {OURS} AND NOT t.tgisinternal ORDER BY 1
    """,
    "SELECT * FROM engine",
    "SELECT * FROM delivery_counts ORDER BY slot",
    "SELECT * FROM bystander",
)


async def contents(url: str) -> list[list[DictRow]]:
    async with await psycopg.AsyncConnection.connect(url, row_factory=dict_row) as connection:
        return [await (await connection.execute(part)).fetchall() for part in PARTS]


async def test_all_steps_together_give_the_schema(bare_url: str) -> None:
    async with connected(address_of(bare_url)) as connection:
        assert await migrate.migrate(connection, migrate.steps()) == len(migrate.steps())
    await (await open_store(bare_url)).aclose()  # adds the tables of the job engine, to either
    async with postgres.server().database(migrated=False) as other:
        await (await open_store(other)).aclose()
        expected = await contents(other)
    actual = await contents(bare_url)

    assert len(expected[0]) > 30
    assert actual == expected


async def test_what_polls_change_of_a_state_moves_to_columns_that_older_programs_do_not_know(
    bare_url: str,
) -> None:
    steps = migrate.steps()
    mine = next(number for number, step in enumerate(steps) if "ADD COLUMN last_success_at" in step)
    state = {"etag": "x", "last_success_at": 7, "last_full_at": 5, "unchanged_bodies": 2, "failures": 1}
    async with connected(address_of(bare_url)) as connection:
        await migrate.migrate(connection, steps[:mine])
        await connection.cursor().executemany(
            "INSERT INTO feeds (name, name_fold, settings_url, url, every, announce_latest, categories, "
            "aliases, api_base, origin, next_poll_at, state) VALUES (%(name)s, %(name)s, %(name)s, 'u', 900, "
            "0, '', '', '', 'chat', 0, %(state)s)",
            [{"name": "a", "state": json.dumps(state)}, {"name": "b", "state": "{}"}],
        )
        await migrate.migrate(connection, steps[: mine + 1])
        found = await connection.execute(
            "SELECT last_success_at, last_full_at, unchanged_bodies, state FROM feeds ORDER BY name"
        )
        rows = [tuple(row.values()) for row in await found.fetchall()]
        marks = await (await connection.execute("SELECT version, oldest FROM bystander")).fetchall()

    assert rows == [(7, 5, 2, '{"etag": "x", "failures": 1}'), (None, None, 0, "{}")]
    assert marks == [{"version": mine + 1, "oldest": mine + 1}]


async def test_an_older_database_stays_as_it_is_for_calls_that_only_look(bare_url: str) -> None:
    async with connected(address_of(bare_url)) as connection:
        await migrate.migrate(connection, migrate.steps()[:-1])
    before = await contents(bare_url)
    with pytest.raises(OldDatabaseError, match="the next start brings it up to date"):
        await open_store(bare_url, create=False, upgrade=False)

    assert await contents(bare_url) == before


async def test_a_step_that_fails_changes_nothing(bare_url: str) -> None:
    good = "CREATE TABLE bystander (version INTEGER); CREATE TABLE one (x INTEGER);"
    bad = "CREATE TABLE two (x INTEGER); INSERT INTO one VALUES (1); SELECT nonsense;"
    async with connected(address_of(bare_url)) as connection:
        with pytest.raises(StoreError, match="refused a statement"), translated("alerts"):
            await migrate.migrate(connection, [good, bad])
        assert await migrate.version_of(connection) == 1
        rows = await (await connection.execute("SELECT to_regclass('two') AS two, x FROM one")).fetchall()
        assert rows == []
        assert await migrate.migrate(connection, [good, bad.replace("SELECT nonsense;", "")]) == 1


async def test_processes_that_start_at_once_make_the_tables_once(bare_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(bare_url) as rival:
        await rival.execute(ALONE)
        opening = [asyncio.create_task(open_store(bare_url)) for _ in range(5)]
        for _ in range(3000):
            waiting = await rival.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if await waiting.fetchone() == (len(opening),):
                break
            await asyncio.sleep(0.01)
    for store in await asyncio.gather(*opening):
        assert await store.feeds() == []
        await store.aclose()


async def test_tables_of_an_extension_are_nobody_s(bare_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(bare_url, autocommit=True) as connection:
        await connection.execute("CREATE TABLE settings_of_it (name TEXT)")
        await connection.execute("ALTER EXTENSION plpgsql ADD TABLE settings_of_it")
    store = await open_store(bare_url)

    assert await store.feeds() == []
    await store.aclose()
