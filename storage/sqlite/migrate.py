"""Upgrades a SQLite file to the current schema in numbered steps, each in its own transaction.

An empty file gets the whole schema at once, which is much quicker. A test holds both ways to the same result.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from importlib import resources
from pathlib import Path

import aiosqlite

from bot.errors import StoreError

APPLICATION_ID = 0x42595354  # "BYST": marks a file as ours (SQLite header, offset 68)
OLDEST_SQLITE = (3, 37, 0)  # STRICT tables


@cache
def steps() -> tuple[str, ...]:
    """Return the SQL of every step in order. Step N upgrades `user_version` from N-1 to N."""
    folder = resources.files("storage.sqlite") / "migrations"
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".sql")), key=lambda f: f.name)
    return tuple(item.read_text("utf-8") for item in files)


@cache
def schema() -> str:
    """Return the SQL of the whole current schema."""
    return (resources.files("storage.sqlite") / "schema.sql").read_text("utf-8")


def refuse_unfit(path: str, busy_timeout: float) -> int:
    """Check an existing file without changing it; StoreError if it is not usable, not ours or too new.

    Return the version of its schema, 0 for an empty or a missing file.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old; Bystander needs 3.37 or newer.")
    file = Path(path)
    if not file.exists() or (file.is_file() and file.stat().st_size == 0):
        return 0
    if not file.is_file():
        raise StoreError(f"The database {path} is no file; point `database` at a file.")
    if not os.access(path, os.W_OK):  # before SQLite creates files beside it that the file's owner cannot use
        raise StoreError(f"The database {path} cannot be written; check the permissions of the file.")
    log = Path(f"{path}-wal")  # commits that are not yet in the file itself
    how = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"  # creates no files beside it
    uri = f"{file.resolve().as_uri()}?{how}"
    with closing(sqlite3.connect(uri, uri=True, timeout=busy_timeout)) as connection:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables and application != APPLICATION_ID:
        raise StoreError(
            f"The database {path} belongs to another program; point `database` at another file. "
            "Nothing was changed in it."
        )
    if version > len(steps()):
        raise StoreError(
            f"The database {path} was made by a newer Bystander (schema {version}, this one knows "
            f"{len(steps())}); install that version or newer. Nothing was changed in it."
        )
    return int(version)


async def version_of(connection: aiosqlite.Connection) -> int:
    """Return the schema version; 0 for an empty file."""
    rows = list(await connection.execute_fetchall("PRAGMA user_version"))
    return int(rows[0][0])


async def migrate(connection: aiosqlite.Connection, path: str, sources: Sequence[str] | None = None) -> int:
    """Run the missing steps and return how many there were. A step that fails changes nothing.

    `sources`: the SQL of all steps, those of this version by default.
    """
    run = 0
    await connection.execute("PRAGMA foreign_keys = OFF")  # steps may rebuild tables, and check at their end
    try:
        if sources is None and await version_of(connection) == 0:
            run += await _run_step(connection, path, len(steps()), schema(), after=0)
        version = await version_of(connection)
        for number, sql in enumerate(steps() if sources is None else sources, start=1):
            if version < number:
                run += await _run_step(connection, path, number, sql, after=number - 1)
                version = await version_of(connection)
    finally:
        await connection.execute("PRAGMA foreign_keys = ON")
    return run


async def _run_step(
    connection: aiosqlite.Connection, path: str, number: int, sql: str, *, after: int
) -> bool:
    """Run one step in one transaction, from version `after` to `number`.

    Return False if another process changed the version meanwhile.
    """
    try:
        await connection.execute("BEGIN EXCLUSIVE")
        if await version_of(connection) != after:
            await connection.rollback()
            return False
        for statement in _statements(sql):
            await connection.execute(statement)
        await _check_references(connection, path, number)
        await connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        await connection.execute(f"PRAGMA user_version = {number}")
        await connection.commit()
    except BaseException:
        await connection.rollback()
        raise
    return True


async def _check_references(connection: aiosqlite.Connection, path: str, number: int) -> None:
    if list(await connection.execute_fetchall("PRAGMA foreign_key_check")):
        raise StoreError(
            f"The database {path} would have rows that point nowhere after step {number} of the upgrade; it "
            "was left as it was. Restore a copy made by `bystander backup`, or stay with the older version."
        )


def _statements(sql: str) -> Iterator[str]:
    """Yield the statements of a script; sqlite3's own `executescript` would commit first."""
    pending = ""
    for piece in sql.split(";"):  # semicolons inside comments and triggers do not end a statement
        pending += f"{piece};"
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
