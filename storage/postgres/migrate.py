"""Upgrades a database to the current schema in numbered steps, each in its own transaction.

An empty database gets the whole schema at once. A test holds both ways to the same result.

A step that only adds leaves `bystander.oldest` as it is: programs that know the steps up to that number can
work on the database beside newer ones. A step that takes away what some of them need sets another default for
it, and is only run while none of them runs. A change of `bot.text.normalize.FOLDING` needs such a step too.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources

import psycopg
from psycopg.rows import DictRow

from bot.errors import NoDatabaseError, OldDatabaseError, OutdatedError, StoreBusyError, StoreError
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
# The version of the schema, and how many steps a program has to know to work on it. The sixth step has made
# that column.
AGE = "SELECT version, coalesce((to_jsonb(b) ->> 'oldest')::integer, version) AS oldest FROM bystander AS b"
_HAS_WORKERS = "SELECT to_regclass('procrastinate_workers') IS NOT NULL AS found"
# Processes that live, and do not know enough steps.
_TOO_OLD = """
SELECT p.host, p.version FROM processes AS p
WHERE p.knows < %(oldest)s AND EXISTS (
    SELECT 1 FROM procrastinate_workers AS w
    WHERE w.id = ANY(p.workers) AND w.last_heartbeat > clock_timestamp() - %(stalled)s * interval '1 second')
ORDER BY p.started_at LIMIT 1
"""
STALLED_AFTER = 10.0  # seconds without a sign of life, after which a process counts as dead
_FIRST_BESIDE_OTHERS = 6  # the step from which on programs know how old they may be

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
    connection: psycopg.AsyncConnection[DictRow], name: str, *, create: bool = True, upgrade: bool = True
) -> bool:
    """Check a database, and run the missing steps; StoreError if it is not usable, not ours or too new.

    Return False for a database of a newer version that this one can work on. `create`: False refuses a
    database without tables. `upgrade`: False refuses one of an older version.
    """
    version = await usable_version(connection, name, beside_newer=True)
    if not version and not create:
        raise NoDatabaseError(f"The database {name} is empty yet; `bystander run` makes its tables.")
    if 0 < version < len(steps()) and not upgrade:
        raise OldDatabaseError(name)
    if version < len(steps()):
        await migrate(connection, name=name)
    await connection.execute("DELETE FROM feeds WHERE false")  # a read-only database is noticed now
    return version <= len(steps())


def refuse_old(name: str, server: int) -> None:
    """Raise StoreError for a server that is too old. `server`: its version as a number, 150004 for 15.4."""
    if server < OLDEST_SERVER * 10_000:
        raise StoreError(
            f"The database {name} is on PostgreSQL {server // 10_000}; Bystander needs {OLDEST_SERVER} or "
            "newer."
        )


async def usable_version(
    connection: psycopg.AsyncConnection[DictRow], name: str, *, beside_newer: bool = False
) -> int:
    """Return the schema version, 0 for an empty database; StoreError for one that cannot be used.

    Nothing is changed. `beside_newer`: allow one of a newer version that lets this one work on it.
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
    if version > len(steps()) and not (beside_newer and await _oldest(connection) <= len(steps())):
        raise _too_new(name, version)
    return version


def refuse_newer(name: str, row: DictRow) -> None:
    """Raise OutdatedError if the database has changed so that this version cannot work on it any more.

    `row`: what AGE gives.
    """
    if row["oldest"] > len(steps()):
        raise _too_new(name, row["version"])


def _too_new(name: str, version: int) -> OutdatedError:
    return OutdatedError(
        f"The database {name} was made by a newer Bystander (schema {version}, this one knows "
        f"{len(steps())}); install that version or newer. Nothing was changed in it."
    )


async def version_of(connection: psycopg.AsyncConnection[DictRow]) -> int:
    """Return the schema version; 0 for an empty database."""
    if not (await _row(connection, _OURS))["ours"]:
        return 0
    return int((await _row(connection, AGE))["version"])


async def _oldest(connection: psycopg.AsyncConnection[DictRow]) -> int:
    """Return how many steps a program has to know to work on the database."""
    return int((await _row(connection, AGE))["oldest"])


async def migrate(
    connection: psycopg.AsyncConnection[DictRow], sources: Sequence[str] | None = None, name: str = ""
) -> int:
    """Run the missing steps and return how many there were. A step that fails changes nothing.

    StoreBusyError: processes run that are too old for what a step leaves. `sources`: the SQL of all steps,
    those of this version by default. `name`: of the database.
    """
    run = 0
    if sources is None and await version_of(connection) == 0:
        run += await _run_step(connection, len(steps()), schema(), after=0, name=name)
    for number, sql in enumerate(steps() if sources is None else sources, start=1):
        if await version_of(connection) < number:
            run += await _run_step(connection, number, sql, after=number - 1, name=name)
    return run


async def _run_step(
    connection: psycopg.AsyncConnection[DictRow], number: int, sql: str, *, after: int, name: str
) -> bool:
    """Run one step in one transaction, from version `after` to `number`, while nobody writes.

    Return False if another process changed the version meanwhile. StoreBusyError: see `migrate`.
    """
    async with connection.transaction():
        await connection.execute(ALONE)
        if await version_of(connection) != after:
            return False
        await connection.execute(sql, prepare=False)
        await connection.execute("DELETE FROM bystander")
        await connection.execute("INSERT INTO bystander (version) VALUES (%(number)s)", {"number": number})
        await _refuse_to_hurt(connection, name)
    return True


async def _refuse_to_hurt(connection: psycopg.AsyncConnection[DictRow], name: str) -> None:
    """Raise StoreBusyError while a process runs that is too old for the database as a step has made it."""
    oldest = await _oldest(connection)
    if oldest <= _FIRST_BESIDE_OTHERS or not (await _row(connection, _HAS_WORKERS))["found"]:
        return
    values = {"oldest": oldest, "stalled": STALLED_AFTER}
    row = await (await connection.execute(_TOO_OLD, values)).fetchone()
    if row is not None:
        raise StoreBusyError(
            f"Bystander {row['version']} runs on the database {name} (on {row['host']}), and is too old to "
            "work beside this version; stop all that are so old first. Nothing was changed in it."
        )


async def _row(connection: psycopg.AsyncConnection[DictRow], sql: str) -> DictRow:
    row = await (await connection.execute(sql)).fetchone()
    assert row is not None
    return row
