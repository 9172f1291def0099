"""Upgrades a database to the current schema in numbered steps, each in its own transaction.

An empty database gets the whole schema at once. A test holds both ways to the same result.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources

import psycopg
from psycopg.rows import DictRow

from bot.errors import NoDatabaseError, StoreError
from storage.postgres.locks import ALONE

OLDEST_SERVER = 15

# Read from the catalog, and not by to_regclass: that remembers within a transaction what it has not found.
_OURS = """
SELECT EXISTS (
    SELECT 1 FROM pg_class AS c
    WHERE c.relname = 'bystander' AND c.relnamespace = current_schema()::regnamespace
) AS ours
"""
# Tables of extensions do not make a database another program's.
_TABLES = """
SELECT EXISTS (
    SELECT 1 FROM pg_class AS c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
) AS found
"""
_ABOUT = "SELECT current_setting('server_encoding') AS encoding, current_schema() AS place"


@cache
def steps() -> tuple[str, ...]:
    """Return the SQL of every step in order. Step N upgrades the version from N-1 to N."""
    folder = resources.files("storage.postgres") / "migrations"
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".sql")), key=lambda f: f.name)
    return tuple(item.read_text("utf-8") for item in files)


@cache
def schema() -> str:
    """Return the SQL of the whole current schema."""
    return (resources.files("storage.postgres") / "schema.sql").read_text("utf-8")


async def bring_up_to_date(
    connection: psycopg.AsyncConnection[DictRow], name: str, *, create: bool = True
) -> None:
    """Check a database, and run the missing steps; StoreError if it is not usable, not ours or too new.

    `create`: False refuses a database without tables.
    """
    version = await usable_version(connection, name)
    if not version and not create:
        raise NoDatabaseError(f"The database {name} is empty yet; `bystander run` makes its tables.")
    if version < len(steps()):
        await migrate(connection)
    await connection.execute("DELETE FROM feeds WHERE false")  # a read-only database is noticed now


def refuse_old(name: str, server: int) -> None:
    """Raise StoreError for a server that is too old. `server`: its version as a number, 150004 for 15.4."""
    if server < OLDEST_SERVER * 10_000:
        raise StoreError(
            f"The database {name} is on PostgreSQL {server // 10_000}; Bystander needs {OLDEST_SERVER} or "
            "newer."
        )


async def usable_version(connection: psycopg.AsyncConnection[DictRow], name: str) -> int:
    """Return the schema version, 0 for an empty database; StoreError for one that cannot be used.

    Nothing is changed.
    """
    refuse_old(name, connection.info.server_version)
    about = await _row(connection, _ABOUT)
    if about["encoding"] != "UTF8":
        raise StoreError(
            f"The database {name} cannot hold every letter (its encoding is {about['encoding']}); make "
            "another one with createdb --encoding=UTF8 --template=template0."
        )
    if about["place"] is None:
        raise StoreError(f"The database {name} has no schema for its user; make one, or set search_path.")
    version = await version_of(connection)
    if not version and (await _row(connection, _TABLES))["found"]:
        raise StoreError(
            f"The database {name} belongs to another program; make one for Bystander alone. Nothing was "
            "changed in it."
        )
    if version > len(steps()):
        raise StoreError(
            f"The database {name} was made by a newer Bystander (schema {version}, this one knows "
            f"{len(steps())}); install that version or newer. Nothing was changed in it."
        )
    return version


async def version_of(connection: psycopg.AsyncConnection[DictRow]) -> int:
    """Return the schema version; 0 for an empty database."""
    if not (await _row(connection, _OURS))["ours"]:
        return 0
    return int((await _row(connection, "SELECT version FROM bystander"))["version"])


async def migrate(connection: psycopg.AsyncConnection[DictRow], sources: Sequence[str] | None = None) -> int:
    """Run the missing steps and return how many there were. A step that fails changes nothing.

    `sources`: the SQL of all steps, those of this version by default.
    """
    run = 0
    if sources is None and await version_of(connection) == 0:
        run += await _run_step(connection, len(steps()), schema(), after=0)
    for number, sql in enumerate(steps() if sources is None else sources, start=1):
        if await version_of(connection) < number:
            run += await _run_step(connection, number, sql, after=number - 1)
    return run


async def _run_step(
    connection: psycopg.AsyncConnection[DictRow], number: int, sql: str, *, after: int
) -> bool:
    """Run one step in one transaction, from version `after` to `number`, while nobody writes.

    Return False if another process changed the version meanwhile.
    """
    async with connection.transaction():
        await connection.execute(ALONE)
        if await version_of(connection) != after:
            return False
        await connection.execute(sql, prepare=False)
        await connection.execute("DELETE FROM bystander")
        await connection.execute("INSERT INTO bystander VALUES (%(number)s)", {"number": number})
    return True


async def _row(connection: psycopg.AsyncConnection[DictRow], sql: str) -> DictRow:
    row = await (await connection.execute(sql)).fetchone()
    assert row is not None
    return row
