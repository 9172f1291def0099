"""Brings the tables of procrastinate, and the trigger that gives it jobs, up to date in our database.

procrastinate ships its schema and, for upgrades, numbered migrations named after the version that needs them.
"""

from __future__ import annotations

import re
import zlib
from functools import cache
from importlib import metadata, resources

import psycopg
from psycopg.rows import DictRow

from bot.errors import StoreError
from storage.postgres.locks import ALONE

_STEP = re.compile(r"(\d+)\.(\d+)\.(\d+)_")  # begins the name of a migration of procrastinate
_STORED = "SELECT version FROM engine"


async def bring_up_to_date(
    connection: psycopg.AsyncConnection[DictRow], name: str, *, beside_newer: bool = False
) -> None:
    """Create or upgrade the tables; StoreError if they are newer. `name`: of the database.

    `beside_newer`: a newer version of the bot has made the trigger, which stays.
    """
    wanted, stored = _wanted(), await _stored(connection)
    if stored == wanted or (beside_newer and _numbers(stored) == _numbers(wanted)):
        return
    async with connection.transaction():
        await connection.execute(ALONE)
        stored = await _stored(connection)
        if stored == wanted:  # another process was first
            return
        before, now = _numbers(stored), _numbers(wanted)
        if before > now:
            raise StoreError(
                f"The jobs in the database {name} are of procrastinate {stored.partition(' ')[0]}; this "
                f"Bystander runs on {wanted.partition(' ')[0]}. Install that version or newer."
            )
        for sql in _scripts(before):
            await connection.execute(sql, prepare=False)
        await connection.execute("DELETE FROM engine")
        await connection.execute("INSERT INTO engine VALUES (%(version)s)", {"version": wanted})


def _scripts(before: tuple[int, ...]) -> list[bytes]:
    """Return the SQL to run, in order. `before`: the version of the tables that exist, () for none."""
    sql = resources.files("procrastinate") / "sql"
    if before:
        later = (each for each in (sql / "migrations").iterdir() if _numbers(each.name) > before)
        steps = sorted(later, key=lambda each: each.name)
    else:
        steps = [sql / "schema.sql"]
    return [each.read_bytes() for each in steps] + [_deferral()]


@cache
def _wanted() -> str:
    """Return what `engine` holds once all is up to date: the version of procrastinate, and of our trigger."""
    return f"{metadata.version('procrastinate')} {zlib.crc32(_deferral())}"


def _deferral() -> bytes:
    return (resources.files("storage.postgres.jobs") / "deferral.sql").read_bytes()


async def _stored(connection: psycopg.AsyncConnection[DictRow]) -> str:
    row = await (await connection.execute(_STORED)).fetchone()
    return str(row["version"]) if row else ""


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, () for none."""
    found = _STEP.match(f"{version.partition(' ')[0]}_")
    return tuple(int(number) for number in found.groups()) if found else ()
