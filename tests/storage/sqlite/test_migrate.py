"""The steps lead to the database that schema.sql shows, one transaction each."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import aiosqlite
import pytest

from bot.errors import StoreError
from storage.sqlite import migrate
from storage.sqlite.connection import Database

FIRST = "CREATE TABLE parents (id INTEGER PRIMARY KEY);\n"
SECOND = """
-- A comment; with a semicolon.
CREATE TABLE children (parent INTEGER REFERENCES parents (id));
CREATE TRIGGER born AFTER INSERT ON parents BEGIN
    INSERT INTO children VALUES (new.id);
END;
INSERT INTO parents VALUES (1), (2)
"""


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[aiosqlite.Connection]:
    async with aiosqlite.connect(tmp_path / "empty.db", isolation_level=None) as connection:
        yield connection


async def children(connection: aiosqlite.Connection) -> list[int]:
    return [row[0] for row in await connection.execute_fetchall("SELECT parent FROM children")]


def contents(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    """Return all that a database is made of, comments and white space apart."""
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
    return [(kind, name, table, _plain(sql or "")) for kind, name, table, sql in rows]


def rows(connection: sqlite3.Connection) -> list[str]:
    """Return the statements that fill the tables of a database."""
    return sorted(line for line in connection.iterdump() if line.startswith("INSERT"))


def _plain(sql: str) -> str:
    """Return SQL without comments and extra spaces; ADD COLUMN leaves one before its comma."""
    return re.sub(r"\s+(?=[,)])", "", re.sub(r"\s+", " ", re.sub(r"--[^\n]*", " ", sql))).strip()


async def dump(connection: aiosqlite.Connection) -> list[str]:
    return [line async for line in connection.iterdump()]


def test_all_steps_together_give_the_schema() -> None:
    by_steps, at_once = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    for step in migrate.steps():
        by_steps.executescript(step)
    at_once.executescript(migrate.schema())
    expected, actual = contents(at_once), contents(by_steps)
    expected_rows, actual_rows = rows(at_once), rows(by_steps)
    by_steps.close()
    at_once.close()

    assert len(expected) > 20
    assert actual == expected
    assert actual_rows == expected_rows


def test_the_mention_of_a_channel_becomes_that_of_all_it_gets_and_of_what_waits() -> None:
    steps = migrate.steps()
    mine = next(number for number, step in enumerate(steps) if "filters ADD COLUMN mention" in step)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(";".join(steps[:mine]))
        connection.executescript(
            """
            INSERT INTO destinations (id, address, platform, created_at)
            VALUES (1, 'console:a', 'console', 0);
            INSERT INTO subscriptions
                (id, destination_id, feed_id, cadence, channel, mention, created_by, created_at)
            VALUES (5, 1, 0, 'now', 1, '@here', 'x', 0), (6, 1, 1, 'now', 1, '', 'x', 0);
            INSERT INTO filters (subscription_id, excluded, term, name)
            VALUES (5, 0, 'c:trade', 'Trade'), (5, 1, 'c:arts', 'Arts'), (6, 0, 'c:media', 'Media');
            INSERT INTO deliveries (destination_id, subscription_id, state, due_at, created_at)
            VALUES (1, 5, 'pending', 0, 0), (1, 5, 'sent', 0, 0), (1, 6, 'parked', 0, 0),
                (1, 99, 'parked', 0, 0);
            """
        )
        connection.executescript(steps[mine])
        terms = connection.execute("SELECT term, mention FROM filters ORDER BY term").fetchall()
        rows = connection.execute("SELECT mention FROM deliveries ORDER BY id").fetchall()

    assert terms == [("c:arts", ""), ("c:media", ""), ("c:trade", "@here")]
    assert [mention for (mention,) in rows] == ["@here", "", "", ""]


def test_deliveries_keep_all_that_they_are_when_they_can_be_held() -> None:
    steps = migrate.steps()
    mine = next(number for number, step in enumerate(steps) if "deliveries_before" in step)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(";".join(steps[:mine]))
        connection.executescript(
            """
            INSERT INTO destinations (id, address, platform, created_at)
            VALUES (1, 'console:a', 'console', 0), (2, 'console:b', 'console', 0);
            INSERT INTO deliveries (id, destination_id, notice, bundle, state, due_at, created_at, attempts,
                error, reference, key_address, mention, edit_due_at)
            VALUES (7, 1, 'x', 'catch-up:7', 'sent', 5, 4, 3, 'e', 'r', 'k', '@here', 9),
                (8, 2, 'y', NULL, 'pending', 5, 4, 0, '', '', '', '', NULL);
            """
        )
        before = connection.execute("SELECT * FROM deliveries ORDER BY id").fetchall()
        connection.executescript(steps[mine])
        after = connection.execute("SELECT * FROM deliveries ORDER BY id").fetchall()
        connection.execute("UPDATE deliveries SET state = 'held' WHERE id = 8")
        counts = dict(connection.execute("SELECT * FROM delivery_counts"))

    assert [row[:-2] for row in after] == before
    assert {row[-2:] for row in after} == {("", None)}
    assert counts == {"failed": 0, "held": 1, "sent": 0, "waiting": 0}


def test_what_channels_get_becomes_the_beginning_of_the_log_of_changes() -> None:
    steps = migrate.steps()
    mine = next(number for number, step in enumerate(steps) if "CREATE TABLE changes" in step)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(";".join(steps[:mine]))
        connection.executescript(
            """
            INSERT INTO destinations (id, address, platform, created_at)
            VALUES (1, 'console:a', 'console', 0), (2, 'console:b', 'console', 0);
            INSERT INTO subscriptions (id, destination_id, feed_id, cadence, channel, created_by, created_at)
            VALUES (5, 1, 0, 'now', 1, 'console:root', 20), (6, 1, 3, 'now', 1, 'import', 10),
                (7, 2, 0, 'now', 0, 'console:b', 30), (8, 2, 0, 'now', 1, 'console:b', 40);
            INSERT INTO filters (subscription_id, excluded, term, name)
            VALUES (5, 0, 'c:trade', 'Trade'), (5, 0, 't:tiktok', 'TikTok'), (5, 0, 'c:arts', 'arts'),
                (5, 1, 'c:taiwan', 'Taiwan'), (6, 0, '*', 'everything'), (7, 0, 'c:trade', 'Trade'),
                (8, 1, 'c:trade', 'Trade');
            """
        )
        connection.executescript(steps[mine])
        rows = connection.execute("SELECT at, by, place, feed_id, what FROM changes ORDER BY id").fetchall()

    assert rows == [
        (10, "import", "console:a", 3, "added every post"),
        (20, "console:root", "console:a", 0, "added arts, #TikTok, Trade"),
    ]


def test_additions_of_feeds_get_the_server_of_the_feed() -> None:
    steps = migrate.steps()
    mine = next(
        number for number, step in enumerate(steps) if "ALTER TABLE changes ADD COLUMN server" in step
    )
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(";".join(steps[:mine]))
        connection.executescript(
            """
            INSERT INTO feeds (id, name, name_fold, settings_url, url, every, announce_latest, categories,
                aliases, api_base, origin, next_poll_at, server)
            VALUES (1, 'A', 'a', 'u', 'u', 900, 0, '', '', '', 'chat', 0, 'discord:guild:1');
            INSERT INTO changes (at, by, place, feed_id, what)
            VALUES (1, 'x:1', '', 1, 'added the feed'), (2, 'x:2', '', 1, 'removed the feed'),
                (3, 'x:3', '', 1, 'added the feed'), (4, 'x:4', 'x:place', 1, 'added Trade'),
                (5, 'x:5', '', 9, 'added the feed');
            """
        )
        connection.executescript(steps[mine])
        rows = connection.execute("SELECT at, server FROM changes ORDER BY id").fetchall()

    assert rows == [(1, ""), (2, ""), (3, "discord:guild:1"), (4, ""), (5, "")]


def test_what_polls_change_of_a_state_moves_to_columns_and_the_rest_stays() -> None:
    steps = migrate.steps()
    mine = next(number for number, step in enumerate(steps) if "ADD COLUMN last_success_at" in step)
    state = {"etag": "x", "last_success_at": 7, "last_full_at": 5, "unchanged_bodies": 2, "failures": 1}
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(";".join(steps[:mine]))
        connection.executemany(
            "INSERT INTO feeds (name, name_fold, settings_url, url, every, announce_latest, categories, "
            "aliases, api_base, origin, next_poll_at, state) "
            "VALUES (:name, :name, :name, 'u', 900, 0, '', '', '', 'chat', 0, :state)",
            [{"name": "a", "state": json.dumps(state)}, {"name": "b", "state": "{}"}],
        )
        connection.executescript(steps[mine])
        rows = connection.execute(
            "SELECT last_success_at, last_full_at, unchanged_bodies, state FROM feeds ORDER BY name"
        ).fetchall()

    assert rows == [(7, 5, 2, '{"etag":"x","failures":1}'), (None, None, 0, "{}")]


async def test_a_new_database_carries_our_mark_and_the_schemas_number(tmp_path: Path) -> None:
    database = await Database.open(str(tmp_path / "new.db"))
    await database.aclose()
    header = (tmp_path / "new.db").read_bytes()[:100]

    assert int.from_bytes(header[68:72]) == migrate.APPLICATION_ID
    assert int.from_bytes(header[60:64]) == len(migrate.steps())


@pytest.mark.parametrize("version", range(1, len(migrate.steps())))
async def test_a_database_of_any_earlier_version_becomes_like_a_new_one(tmp_path: Path, version: int) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db")) as old:
        old.executescript(";".join(migrate.steps()[:version]))
        old.execute(f"PRAGMA application_id = {migrate.APPLICATION_ID}")
        old.execute(f"PRAGMA user_version = {version}")
    for name in ("old.db", "new.db"):
        await (await Database.open(str(tmp_path / name))).aclose()
    with (
        closing(sqlite3.connect(tmp_path / "old.db")) as old,
        closing(sqlite3.connect(tmp_path / "new.db")) as new,
    ):
        assert contents(old) == contents(new)
        assert rows(old) == rows(new)
        assert old.execute("PRAGMA user_version").fetchone() == (len(migrate.steps()),)


async def test_missing_steps_are_run_in_order_and_the_others_not_again(empty: aiosqlite.Connection) -> None:
    first = await migrate.migrate(empty, "x.db", [FIRST])
    second = await migrate.migrate(empty, "x.db", [FIRST, SECOND])
    third = await migrate.migrate(empty, "x.db", [FIRST, SECOND])

    assert (first, second, third) == (1, 1, 0)
    assert await migrate.version_of(empty) == 2
    assert await children(empty) == [1, 2]


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        (SECOND + "; CREATE TABLE broken (", sqlite3.OperationalError),
        (SECOND + "; INSERT INTO nowhere VALUES (1);", sqlite3.OperationalError),
        (SECOND + "; INSERT INTO children VALUES (99);", StoreError),
    ],
)
async def test_a_step_that_fails_changes_nothing(
    empty: aiosqlite.Connection, broken: str, error: type[Exception]
) -> None:
    await migrate.migrate(empty, "x.db", [FIRST])
    before = await dump(empty)
    with pytest.raises(error):
        await migrate.migrate(empty, "x.db", [FIRST, broken])

    assert await dump(empty) == before
    assert await migrate.version_of(empty) == 1
    assert not empty.in_transaction
    assert await migrate.migrate(empty, "x.db", [FIRST, SECOND]) == 1


async def test_steps_before_the_one_that_fails_stay(empty: aiosqlite.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError):
        await migrate.migrate(empty, "x.db", [FIRST, SECOND, "CREATE TABLE broken ("])

    assert await migrate.version_of(empty) == 2


async def test_a_step_may_build_a_table_anew_that_others_point_to(empty: aiosqlite.Connection) -> None:
    await migrate.migrate(empty, "x.db", [FIRST, SECOND])
    anew = """
    CREATE TABLE grown (id INTEGER PRIMARY KEY, name TEXT);
    INSERT INTO grown (id) SELECT id FROM parents;
    DROP TABLE parents;
    ALTER TABLE grown RENAME TO parents;
    """

    assert await migrate.migrate(empty, "x.db", [FIRST, SECOND, anew]) == 1
    assert await children(empty) == [1, 2]
    with pytest.raises(sqlite3.IntegrityError):
        await empty.execute("INSERT INTO children VALUES (99)")


async def test_several_processes_may_make_the_same_database_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "shared.db")
    databases = await asyncio.gather(*(Database.open(path) for _ in range(4)))
    rows = [await each.read("SELECT count(*) AS n FROM feeds") for each in databases]
    for each in databases:
        await each.aclose()

    assert [row[0]["n"] for row in rows] == [0] * 4
