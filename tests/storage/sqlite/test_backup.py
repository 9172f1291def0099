"""A backup is a whole, consistent database, made while the store is written to."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StoreError
from storage import open_store
from storage.sqlite.connection import Database
from tests.contracts.store_samples import ALICE, add_feed, follow, publish, row


async def test_a_backup_taken_while_writing_is_consistent(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'x.db'}")
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    stop = asyncio.Event()
    ten_more = asyncio.Semaphore(0)

    async def write() -> None:
        written = 0
        while not stop.is_set():
            await publish(store, feed, row(f"p{written}", "Trade", text="word " * 2000))
            written += 1
            if written % 10 == 0:
                ten_more.release()

    async with asyncio.TaskGroup() as group:
        group.create_task(write())
        for number in range(3):
            await ten_more.acquire()
            await store.backup(str(tmp_path / f"copy{number}.db"))
            with closing(sqlite3.connect(tmp_path / f"copy{number}.db")) as copy:
                assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                posts, rows = (
                    copy.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                    for table in ("posts", "deliveries")
                )
            assert 10 * (number + 1) <= posts == rows
        stop.set()
    await store.aclose()

    restored = await open_store(f"sqlite:///{tmp_path / 'copy2.db'}")
    assert len((await restored.find("word", 999)).posts) >= 30
    await restored.aclose()


async def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'x.db'}")
    (tmp_path / "copy.db").write_text("precious", "utf-8")
    with pytest.raises(StoreError, match="exists already; name a new file, nothing was overwritten"):
        await store.backup(str(tmp_path / "copy.db"))
    with pytest.raises(StoreError, match="exists already"):
        await store.backup(str(tmp_path / "x.db"))
    await store.aclose()

    assert (tmp_path / "copy.db").read_text("utf-8") == "precious"


async def test_a_backup_into_a_missing_folder_says_so(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(StoreError, match=r"cannot be made \(No such file or directory\)"):
        await store.backup(str(tmp_path / "nowhere" / "copy.db"))
    await store.aclose()


async def test_a_backup_that_fails_leaves_no_half_file(tmp_path: Path) -> None:
    database = await Database.open(str(tmp_path / "x.db"))
    (tmp_path / "diary.txt").write_text("Dear diary, " * 100, "utf-8")
    database.path = str(tmp_path / "diary.txt")
    with pytest.raises(StoreError, match="is no SQLite database"):
        await database.backup(str(tmp_path / "copy.db"))
    await database.aclose()

    assert not (tmp_path / "copy.db").exists()


async def test_a_backup_that_is_cancelled_leaves_no_half_file(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'x.db'}")
    feed = await add_feed(store)
    await publish(store, feed, row("p1", text="word " * 1_000_000))
    task = asyncio.create_task(store.backup(str(tmp_path / "copy.db")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await store.aclose()

    assert not (tmp_path / "copy.db").exists()
