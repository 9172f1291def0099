"""The table of phrases holds what somebody follows or leaves out, whatever way it came and goes."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.sqlite import migrate
from storage.sqlite.store import SqliteStore, open_sqlite
from tests.contracts.store_samples import ALICE, BOB, T0, add_feed, follow, publish, row

CHINESE = "text:\u51fa\u53e3"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(f"sqlite:///{tmp_path / 'test.db'}")
    yield opened
    await opened.aclose()


async def phrases(store: SqliteStore) -> list[tuple[str, str]]:
    rows = await store._database.read("SELECT first_word, term FROM phrases ORDER BY term", {})
    return [(row["first_word"], row["term"]) for row in rows]


async def test_each_phrase_is_there_once_under_its_first_word(store: SqliteStore) -> None:
    await follow(store, ALICE, "Trade", "author:Ann", "text:Export Controls", "-text:sponsored", CHINESE)
    await follow(store, BOB, "text:export-controls")

    assert await phrases(store) == [
        ("export", "w:export controls"),
        ("sponsored", "w:sponsored"),
        ("\u51fa", "w:\u51fa \u53e3"),
    ]


async def test_a_phrase_goes_with_the_last_who_has_it(store: SqliteStore) -> None:
    await follow(store, ALICE, "text:tariffs", "-text:ad")
    await follow(store, BOB, "text:tariffs", channel=True)

    await store.unfollow(
        ALICE, keys=["w:tariffs"], channel=False, by=ALICE, now=T0
    )  # with its exclusion: nothing is left
    assert await phrases(store) == [("tariffs", "w:tariffs")]
    await store.unfollow(BOB, keys=None, channel=True, by=ALICE, now=T0)
    assert await phrases(store) == []


async def test_a_phrase_moves_with_its_destination(store: SqliteStore) -> None:
    await follow(store, ALICE, "text:tariffs")
    await follow(store, BOB, "Trade", "-text:ad")
    await store.move(ALICE, BOB, T0)
    await store.unfollow(BOB, keys=["w:ad"], channel=False, by=ALICE, now=T0)
    feed = await add_feed(store)

    assert await phrases(store) == [("tariffs", "w:tariffs")]
    assert await publish(store, feed, row("p1", text="No tariffs.")) == 1


def test_words_that_are_followed_already_are_there_after_the_step() -> None:
    steps = migrate.steps()
    mine = next(number for number, step in enumerate(steps) if "CREATE TABLE phrases" in step)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(";".join(steps[:mine]))
        connection.executescript(
            """
            INSERT INTO destinations (id, address, platform, created_at)
            VALUES (1, 'console:a', 'console', 0), (2, 'console:b', 'console', 0);
            INSERT INTO subscriptions (id, destination_id, feed_id, cadence, channel, created_by, created_at)
            VALUES (5, 1, 0, 'now', 0, 'x', 0), (6, 2, 0, 'now', 0, 'x', 0);
            INSERT INTO filters (subscription_id, excluded, term, name)
            VALUES (5, 0, 'c:trade', 'Trade'), (5, 1, 'w:export controls', 'Export controls'),
                (6, 0, 'w:export controls', 'Export controls'), (6, 0, 'w:tariffs', 'tariffs');
            """
        )
        connection.executescript(steps[mine])
        rows = connection.execute("SELECT first_word, term FROM phrases ORDER BY term").fetchall()
        filters = connection.execute("SELECT count(*) FROM filters").fetchone()

    assert rows == [("export", "w:export controls"), ("tariffs", "w:tariffs")]
    assert filters == (4,)
