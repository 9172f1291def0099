"""Transactions never interleave, a cancelled one leaves nothing behind, readers see what is committed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Coroutine
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StoreError
from storage.sqlite.connection import BUSY_TIMEOUT, Database

ADD = "INSERT INTO destinations (address, platform, created_at) VALUES (?, 'console', 0)"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(str(tmp_path / "x.db"))
    yield opened
    await opened.aclose()


async def addresses(database: Database) -> list[str]:
    return [row["address"] for row in await database.read("SELECT address FROM destinations ORDER BY id")]


async def add(database: Database, *names: str, inside: asyncio.Event | None = None) -> None:
    """Add destinations in one transaction that gives way to others between its statements."""
    async with database.transaction() as connection:
        for name in names:
            await connection.execute(ADD, [name])
            if inside:
                inside.set()
            await asyncio.sleep(0)


async def fail_inside(database: Database, name: str) -> None:
    async with database.transaction() as connection:
        await connection.execute(ADD, [name])
        raise ZeroDivisionError


async def fail_at_commit(database: Database, name: str) -> None:
    async with database.transaction() as connection:
        await connection.execute("PRAGMA defer_foreign_keys = ON")
        await connection.execute(ADD, [name])
        await connection.execute("INSERT INTO terms (feed_id, term, name) VALUES (99, 'c:x', 'x')")


async def pragma(database: Database, name: str) -> object:
    """Return a setting of the writer, which is the same for the reader."""
    async with database.transaction() as connection:
        rows = list(await connection.execute_fetchall(f"PRAGMA {name}"))
    (row,) = await database.read(f"PRAGMA {name}")
    assert row[0] == rows[0][0]
    return row[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # FULL
        ("foreign_keys", 1),
        ("busy_timeout", BUSY_TIMEOUT * 1000),
    ],
)
async def test_both_connections_are_set_up(database: Database, name: str, value: object) -> None:
    assert await pragma(database, name) == value


async def test_the_reader_cannot_write(database: Database) -> None:
    with pytest.raises(StoreError):
        await database.read("INSERT INTO destinations (address, platform, created_at) VALUES ('a', 'b', 0)")

    assert await addresses(database) == []


async def test_foreign_keys_are_held(database: Database) -> None:
    with pytest.raises(StoreError, match="FOREIGN KEY"):
        async with database.transaction() as connection:
            await connection.execute("INSERT INTO terms (feed_id, term, name) VALUES (99, 'c:x', 'x')")


async def test_what_is_not_committed_is_seen_by_nobody(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(ADD, ["a"])
        during = await addresses(database)

    assert (during, await addresses(database)) == ([], ["a"])


async def test_transactions_of_concurrent_tasks_do_not_interleave(database: Database) -> None:
    async with asyncio.TaskGroup() as group:
        for letter in "abcdef":
            group.create_task(add(database, *(f"{letter}{number}" for number in range(4))))
    found = await addresses(database)

    assert [name[0] for name in found] == [letter for letter in "abcdef" for _ in range(4)]


async def test_an_error_rolls_the_whole_transaction_back(database: Database) -> None:
    with pytest.raises(StoreError, match="UNIQUE"):
        await add(database, "a", "b", "a")
    with pytest.raises(ZeroDivisionError):
        await fail_inside(database, "c")
    await add(database, "d")

    assert await addresses(database) == ["d"]


async def test_a_cancelled_transaction_is_rolled_back_and_the_store_goes_on(database: Database) -> None:
    inside = asyncio.Event()
    task = asyncio.create_task(add(database, *map(str, range(1000)), inside=inside))
    await inside.wait()
    task.cancel()
    await add(database, "c")

    with pytest.raises(asyncio.CancelledError):
        await task
    assert await addresses(database) == ["c"]


async def cancelled_after(turns: int, work: Coroutine[object, object, None]) -> None:
    """Begin some work and cancel it after so many turns of the loop."""
    task = asyncio.create_task(work)
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("turns", range(0, 120, 3))
async def test_cancelling_at_any_moment_leaves_all_or_nothing_and_a_working_store(
    database: Database, turns: int
) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(cancelled_after(turns, add(database, "a", "b")))
        group.create_task(add(database, "c"))
        group.create_task(add(database, "d"))

    assert set(await addresses(database)) in ({"c", "d"}, {"a", "b", "c", "d"})


@pytest.mark.parametrize("turns", range(0, 120, 3))
async def test_cancelling_a_commit_that_fails_leaves_nothing_and_a_working_store(
    database: Database, turns: int
) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(cancelled_after(turns, fail_at_commit(database, "a")))
        group.create_task(add(database, "b"))
        group.create_task(add(database, "c"))

    assert set(await addresses(database)) == {"b", "c"}


async def test_a_commit_that_fails_leaves_nothing_and_a_working_store(database: Database) -> None:
    with pytest.raises(StoreError, match="FOREIGN KEY"):
        await fail_at_commit(database, "a")
    await add(database, "b")

    assert await addresses(database) == ["b"]


async def test_two_processes_write_in_turn(tmp_path: Path, database: Database) -> None:
    other = await Database.open(str(tmp_path / "x.db"))
    async with asyncio.TaskGroup() as group:
        for number in range(10):
            group.create_task(add(database, f"one {number}"))
            group.create_task(add(other, f"two {number}"))
    await other.aclose()

    assert len(await addresses(database)) == 20


async def test_closing_waits_for_the_transaction_under_way(tmp_path: Path) -> None:
    database = await Database.open(str(tmp_path / "y.db"))
    inside = asyncio.Event()
    task = asyncio.create_task(add(database, "a", "b", inside=inside))
    await inside.wait()
    await database.aclose()
    await database.aclose()  # twice does no harm
    await task

    with closing(sqlite3.connect(tmp_path / "y.db")) as connection:
        assert connection.execute("SELECT count(*) FROM destinations").fetchone() == (2,)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["y.db"]  # the log is worked in


async def test_a_value_that_cannot_be_bound_is_a_store_error(database: Database) -> None:
    for value in ("\ud800", 2**63):
        with pytest.raises(StoreError, match="cannot hold a value"):
            await database.read("SELECT :value", {"value": value})
