"""Brings the tables of procrastinate, and the trigger that gives it jobs, up to date in our database.

procrastinate ships its schema and, for upgrades, numbered steps named after the version that needs them; most
versions need none. The database remembers the last step, so that processes whose procrastinate differs only
in its code work side by side.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from typing import Self

import psycopg
from psycopg.rows import DictRow

from bot.errors import StoreError
from storage.postgres.locks import ALONE

_STEP = re.compile(r"(\d+)\.(\d+)\.(\d+)_")  # begins the name of a migration of procrastinate
_SQL = resources.files("procrastinate") / "sql"
_STORED = "SELECT version FROM engine"


@dataclass(frozen=True, slots=True)
class _Tables:
    """What the tables of a database are: of which procrastinate, with which trigger, and after which step."""

    version: str
    trigger: str
    step: tuple[int, ...]

    @classmethod
    def stored(cls, text: str) -> Self:
        """Read the row of `engine`. Before it named a step, all steps up to the version had been run."""
        version, trigger, step = [*text.split(" "), "", ""][:3]
        return cls(version, trigger, _numbers(step or version))

    def __str__(self) -> str:
        return f"{self.version} {self.trigger} {'.'.join(map(str, self.step))}"


async def bring_up_to_date(
    connection: psycopg.AsyncConnection[DictRow], name: str, *, beside_newer: bool = False
) -> None:
    """Create or upgrade the tables; StoreError if they are newer. `name`: of the database.

    `beside_newer`: a newer version of the bot has made the trigger, which stays.
    """
    wanted = _wanted()
    if _suffices(await _stored(connection), wanted, beside_newer=beside_newer):
        return
    async with connection.transaction():
        await connection.execute(ALONE)
        stored = await _stored(connection)
        if _suffices(stored, wanted, beside_newer=False):  # another process was first
            return
        if stored.step > max(wanted.step, _numbers(wanted.version)):
            raise StoreError(
                f"The jobs in the database {name} are of procrastinate {stored.version}; this Bystander runs "
                f"on {wanted.version}. Install that version or newer."
            )
        for sql in _scripts(stored.step):
            await connection.execute(sql, prepare=False)
        await connection.execute("DELETE FROM engine")
        await connection.execute("INSERT INTO engine VALUES (%(version)s)", {"version": str(wanted)})


def _suffices(stored: _Tables, wanted: _Tables, *, beside_newer: bool) -> bool:
    return stored.step == wanted.step and (beside_newer or stored.trigger == wanted.trigger)


def _scripts(before: tuple[int, ...]) -> list[bytes]:
    """Return the SQL to run, in order. `before`: the version of the tables that exist, () for none."""
    if before:
        later = (each for each in (_SQL / "migrations").iterdir() if _numbers(each.name) > before)
        steps = sorted(later, key=lambda each: each.name)
    else:
        steps = [_SQL / "schema.sql"]
    return [each.read_bytes() for each in steps] + [_deferral()]


@cache
def _wanted() -> _Tables:
    """Return what `engine` holds once all is up to date."""
    last = max(_numbers(each.name) for each in (_SQL / "migrations").iterdir())
    return _Tables(metadata.version("procrastinate"), str(zlib.crc32(_deferral())), last)


def _deferral() -> bytes:
    return (resources.files("storage.postgres.jobs") / "deferral.sql").read_bytes()


async def _stored(connection: psycopg.AsyncConnection[DictRow]) -> _Tables:
    row = await (await connection.execute(_STORED)).fetchone()
    return _Tables.stored(str(row["version"]) if row else "")


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, () for none."""
    found = _STEP.match(f"{version.partition(' ')[0]}_")
    return tuple(int(number) for number in found.groups()) if found else ()
