"""Keeps one door for this process: locks of the server, held by a connection of its own.

The locks go when the connection ends, and the server ends it when it hears nothing for `silence` seconds. A
process that does not reach the server gives the door up by itself before that, after `lease` seconds. So a
process that was killed, paused or cut off loses the door within seconds, and knows it before others get it.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import psycopg
from psycopg.rows import DictRow

from bot.clock import steady_seconds
from bot.logs.outage import OutageLog
from bot.ports import Door
from storage.postgres.address import Address
from storage.postgres.connection import connected
from storage.postgres.errors import translated
from storage.postgres.locks import AT_DOOR, PRESENT, TOGETHER, TRY_DOOR

_log = logging.getLogger(__name__)

# The time by the server's clock, in milliseconds.
_NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
# Processes whose connection has ended.
_FORGET = f"DELETE FROM doors AS d WHERE NOT EXISTS ({PRESENT})"
_ENTER = """
INSERT INTO doors (backend, name, first_shard, last_shard, shards, host)
VALUES (pg_backend_pid(), %(name)s, %(first)s, %(last)s, %(total)s, %(host)s)
ON CONFLICT (backend) DO UPDATE SET name = excluded.name, first_shard = excluded.first_shard,
    last_shard = excluded.last_shard, shards = excluded.shards, host = excluded.host, held_since = NULL
"""
_HOLD = f"UPDATE doors SET held_since = {_NOW} WHERE backend = pg_backend_pid()"
_TRY = """
SELECT key, alone,
    CASE WHEN alone THEN pg_try_advisory_lock(key) ELSE pg_try_advisory_lock_shared(key) END AS got
FROM unnest(%(keys)s::bigint[], %(alone)s::boolean[]) AS wanted (key, alone)
"""
_RELEASE = """
SELECT CASE WHEN alone THEN pg_advisory_unlock(key) ELSE pg_advisory_unlock_shared(key) END
FROM unnest(%(keys)s::bigint[], %(alone)s::boolean[]) AS held (key, alone)
"""

_Connection = psycopg.AsyncConnection[DictRow]


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """How soon a door changes hands. All times are in seconds."""

    beat: float = 1.0  # between two signs of life of the holder, and two attempts of the others
    lease: float = 6.0  # since the last sign of life that the server answered, after which the door is lost
    silence: float = 10.0  # without a statement, after which the server ends a connection; more than `lease`
    patience: float = 10.0  # for the first attempt


class Keeper:
    """`bot.ports.Doorkeeper` on a PostgreSQL database."""

    def __init__(self, address: Address, door: Door, host: str, settings: DoorSettings) -> None:
        self._address = address
        self._door = door
        self._host = host
        self._settings = settings
        self._tried = asyncio.Event()
        self._held = asyncio.Event()
        self._lost = asyncio.Event()
        self._lost.set()
        self._until = 0.0  # the end of the lease, by `steady_seconds`
        self._expiry: asyncio.TimerHandle | None = None
        self._outage = OutageLog(f"Keeping the door of {door.name} in the database")
        self._task: asyncio.Task[None] | None = None

    @classmethod
    async def at(cls, address: Address, door: Door, host: str, settings: DoorSettings) -> Self:
        """Return a keeper that has made its first attempt."""
        keeper = cls(address, door, host, settings)
        keeper._task = asyncio.create_task(keeper._keep())
        try:
            async with asyncio.timeout(settings.patience):
                await keeper._tried.wait()
        except TimeoutError:
            _log.warning("The database does not say yet who listens on %s.", door.name)
        except BaseException:
            await keeper.aclose()
            raise
        return keeper

    @property
    def held(self) -> bool:
        return self._held.is_set() and steady_seconds() < self._until

    async def until_held(self) -> None:
        await self._held.wait()

    async def until_lost(self) -> None:
        await self._lost.wait()

    async def aclose(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _keep(self) -> None:
        while True:
            try:
                with translated(self._address.name):
                    async with connected(self._address) as connection:
                        await self._serve(connection)
            except Exception as error:  # noqa: BLE001 -- whatever it was, the door is asked for again
                if line := self._outage.failed(error):
                    _log.warning("%s", line)
            finally:
                self._lose()
                self._tried.set()
            await asyncio.sleep(self._settings.beat)

    async def _serve(self, connection: _Connection) -> None:
        """Get the door over this connection, then keep it; return by an error when the connection ends."""
        await self._enter(connection)
        mine = False
        while True:
            mine = mine or await self._get(connection)
            if mine:
                began = steady_seconds()
                await connection.execute("SELECT 1")
                self._confirm(began)
            if line := self._outage.works():
                _log.warning("%s", line)
            self._tried.set()
            # A connection that the server ends is noticed at once.
            async for _ in connection.notifies(timeout=self._settings.beat):
                pass

    async def _enter(self, connection: _Connection) -> None:
        """Note that this process wants the door, and forget those that are gone."""
        silence = round(self._settings.silence * 1000)
        await connection.execute(f"SET idle_session_timeout = {silence}")
        await connection.execute(f"SET idle_in_transaction_session_timeout = {silence}")
        door = self._door
        values = {"name": door.name, "first": door.first, "last": door.last, "total": door.total}
        async with connection.transaction():
            await connection.execute(f"{TOGETHER}; {AT_DOOR}")
            await connection.execute(_FORGET)
            await connection.execute(_ENTER, {**values, "host": self._host})

    async def _get(self, connection: _Connection) -> bool:
        """Try to get all locks of the door, or none."""
        async with connection.transaction():
            # One process tries at a time: two that each got half would both go away with nothing.
            await connection.execute(f"{TOGETHER}; {TRY_DOOR}")
            tried = await (await connection.execute(_TRY, _locks(self._door))).fetchall()
            if all(row["got"] for row in tried):
                await connection.execute(_HOLD)
                return True
            got = [row for row in tried if row["got"]]
            taken = {"keys": [row["key"] for row in got], "alone": [row["alone"] for row in got]}
            await connection.execute(_RELEASE, taken)
        return False

    def _confirm(self, began: float) -> None:
        """Note that the server knew the lock at a time: the lease begins then."""
        self._until = began + self._settings.lease
        if self._expiry is not None:
            self._expiry.cancel()
        left = self._until - steady_seconds()
        self._expiry = asyncio.get_running_loop().call_later(left, self._lose)
        self._held.set()
        self._lost.clear()

    def _lose(self) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        self._until = 0.0
        self._held.clear()
        self._lost.set()


def _locks(door: Door) -> dict[str, Sequence[Any]]:
    """Return the numbers of the locks of a door, and whether each is held alone."""
    if door.total == 1:
        return {"keys": [_number(door.name)], "alone": [True]}
    shards = [f"{door.name} {shard}/{door.total}" for shard in range(door.first, door.last + 1)]
    return {"keys": [_number(door.name), *map(_number, shards)], "alone": [False, *(True for _ in shards)]}


def _number(name: str) -> int:
    """Return the number of a lock: 64 bits, so that no two names in use share one."""
    digest = hashlib.blake2b(f"bystander door {name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
