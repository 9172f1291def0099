"""Doors: one process at a time holds each, the next gets it when the first is gone, and both know it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

import psycopg
import pytest

from bot.clock import SystemClock
from bot.ports import Door
from storage.postgres.doorkeeper import DoorSettings, Keeper
from storage.postgres.locks import TRY_DOOR
from storage.postgres.store import PostgresStore
from tests.fakes import postgres
from tests.storage.postgres.test_lost_connections import drop_connections

QUICK = DoorSettings(beat=0.02)
ALL = Door("chat")

Ask = Callable[..., Coroutine[Any, Any, Keeper]]


@pytest.fixture
async def ask(store: PostgresStore) -> AsyncIterator[Ask]:
    """Return a function that asks for a door as another process would."""
    async with AsyncExitStack() as stack:

        async def asked(door: Door = ALL, host: str = "here", settings: DoorSettings = QUICK) -> Keeper:
            keeper = await Keeper.at(store._database.address, door, host, settings)
            stack.push_async_callback(keeper.aclose)
            return keeper

        yield asked


async def patiently(waiting: Awaitable[None]) -> None:
    async with asyncio.timeout(20):
        await waiting


def backend_of(store_url: str, *, held: bool) -> int:
    """Return the server's process behind the connection that holds a door, or stands by for one."""
    with psycopg.connect(store_url) as connection:
        row = connection.execute(
            "SELECT backend FROM doors WHERE (held_since IS NOT NULL) = %s ORDER BY backend LIMIT 1", [held]
        ).fetchone()
    assert row is not None
    return int(row[0])


async def test_one_holds_a_door_and_the_next_gets_it_when_the_first_leaves(ask: Ask) -> None:
    first, second = await ask(), await ask()
    assert (first.held, second.held) == (True, False)
    await first.aclose()
    await patiently(second.until_held())

    assert (first.held, second.held) == (False, True)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (Door("chat"), Door("mail"), True),
        (Door("chat", 0, 3, 16), Door("chat", 4, 7, 16), True),
        (Door("chat", 0, 3, 16), Door("chat", 3, 7, 16), False),
        (Door("chat", 0, 3, 16), Door("chat", 0, 3, 16), False),
        (Door("chat"), Door("chat", 5, 5, 16), False),
        (Door("chat", 5, 5, 16), Door("chat"), False),
        # While the number of shards is changed, both numbers run side by side.
        (Door("chat", 0, 3, 16), Door("chat", 0, 3, 32), True),
    ],
)
async def test_doors_that_share_a_shard_are_not_held_together(
    ask: Ask, one: Door, other: Door, *, both: bool
) -> None:
    first, second = await ask(one), await ask(other)

    assert (first.held, second.held) == (True, both)


async def test_who_gets_only_a_part_of_its_shards_leaves_that_to_others(ask: Ask) -> None:
    await ask(Door("chat", 0, 3, 16))
    overlapping = await ask(Door("chat", 3, 7, 16))
    fitting = await ask(Door("chat", 4, 7, 16))

    assert (overlapping.held, fitting.held) == (False, True)


async def test_one_at_a_time_tries(ask: Ask, url: str) -> None:
    with psycopg.connect(url) as trying, psycopg.connect(url, autocommit=True) as looking:
        trying.execute(TRY_DOOR)
        asking = asyncio.create_task(ask())
        while looking.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone() is None:
            await asyncio.sleep(0.01)
            assert not asking.done()
        trying.commit()

    assert (await asking).held


async def test_of_many_who_ask_at_once_one_gets_the_door_and_each_its_turn_later(ask: Ask) -> None:
    keepers = list(await asyncio.gather(*(ask(Door("chat", 0, 7, 8)) for _ in range(5))))
    for _ in range(5):
        waits = [asyncio.create_task(each.until_held()) for each in keepers]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED, timeout=20)
        held = [each for each in keepers if each.held]
        assert len(held) == 1
        for wait in waits:
            wait.cancel()
        await held[0].aclose()
        keepers.remove(held[0])


async def test_a_lost_connection_loses_the_door_at_once_and_another_gets_it(ask: Ask, url: str) -> None:
    first = await ask(settings=DoorSettings(beat=5.0))
    second = await ask()
    began = time.monotonic()
    postgres.server().run(f"SELECT pg_terminate_backend({backend_of(url, held=True)}, 5000)")
    await patiently(first.until_lost())
    await patiently(second.until_held())

    assert not first.held
    assert time.monotonic() - began < 4.0, "it did not wait for the next sign of life"


async def test_after_a_restart_of_the_server_one_of_them_holds_the_door_again(ask: Ask, url: str) -> None:
    keepers = [await ask(), await ask()]
    drop_connections(url)
    await patiently(keepers[0].until_lost())
    waits = [asyncio.create_task(each.until_held()) for each in keepers]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED, timeout=20)
    for wait in waits:
        wait.cancel()

    assert sum(each.held for each in keepers) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no process can be paused on Windows")
async def test_who_does_not_reach_the_server_gives_the_door_up_before_others_get_it(
    ask: Ask, url: str
) -> None:
    """The server's process of the holder hangs, so that its signs of life are not answered."""
    first = await ask(settings=DoorSettings(beat=0.02, lease=0.3))
    second = await ask()
    hanging = backend_of(url, held=True)
    os.kill(hanging, signal.SIGSTOP)
    try:
        await patiently(first.until_lost())
        held = (first.held, second.held)
    finally:
        os.kill(hanging, signal.SIGCONT)

    assert held == (False, False)


async def test_a_connection_without_a_sign_of_life_is_ended_by_the_server(ask: Ask) -> None:
    """As of a process that is paused: it wakes up without the door."""
    paused = await ask(settings=DoorSettings(beat=30.0, lease=0.2, silence=0.4))
    second = await ask()
    await patiently(second.until_held())

    assert not paused.held


async def test_the_fleet_tells_who_listens_and_who_stands_by_and_forgets_the_dead(
    ask: Ask, store: PostgresStore
) -> None:
    first = await ask(host="a")
    await ask(host="b")
    await ask(Door("mail", 4, 7, 16), host="b")
    now = SystemClock().now()
    before = (await store.fleet(now)).doors
    await first.aclose()
    await patiently(asyncio.wait_for(gone(store, "a"), 20))

    assert {(each.door, each.host, each.held_since is not None) for each in before} == {
        (ALL, "a", True),
        (ALL, "b", False),
        (Door("mail", 4, 7, 16), "b", True),
    }
    assert all(abs((each.held_since - now).total_seconds()) < 60 for each in before if each.held_since)


async def gone(store: PostgresStore, host: str) -> None:
    while any(  # noqa: ASYNC110 -- only the database knows
        each.host == host for each in (await store.fleet(SystemClock().now())).doors
    ):
        await asyncio.sleep(0.01)
