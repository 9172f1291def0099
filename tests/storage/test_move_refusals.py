"""What a move refuses, with a sentence, before anything is changed."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from bot.errors import MovedError, StoreBusyError, StoreError
from storage import open_source, open_store, open_target, unmark_moved
from storage.postgres.locks import TOGETHER
from storage.sqlite.migrate import steps
from tests.acceptance.process import digest_of
from tests.contracts.store_samples import ALICE, add_feed, follow
from tests.contracts.stores import opened
from tests.fakes import postgres
from tests.storage.move_samples import moved, rows_of, url_of


def run(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


async def refused(source_url: str, target_url: str) -> str:
    """Move and return why that is refused."""
    with pytest.raises(StoreError) as caught:
        await moved(source_url, target_url)
    return str(caught.value)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (f"PRAGMA user_version = {len(steps()) + 1}", "was made by a newer Bystander"),
        (
            "PRAGMA user_version = 3",
            f"older Bystander (schema 3, this one has {len(steps())}); run `bystander migrate`",
        ),
        ("PRAGMA application_id = 7", "belongs to another program"),
    ],
)
async def test_a_file_of_another_version_or_program_is_left_as_it_is(
    filled: Path, tmp_path: Path, statement: str, said: str
) -> None:
    run(filled, statement)
    before = digest_of(filled)

    assert said in await refused(url_of(filled), url_of(tmp_path / "new.db"))
    assert digest_of(filled) == before
    assert [each.name for each in tmp_path.iterdir()] == ["first.db"]


async def test_a_server_s_database_of_another_version_or_program_is_left_as_it_is(
    empty_url: str, tmp_path: Path
) -> None:
    new = url_of(tmp_path / "new.db")

    assert "is empty; there is nothing to move" in await refused(empty_url, new)
    async with postgres.server().database() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("UPDATE bystander SET version = 0")
            connection.execute("ALTER TABLE bystander RENAME TO former")
            assert "belongs to another program" in await refused(url, new)
            connection.execute("ALTER TABLE former RENAME TO bystander")
            connection.execute("UPDATE bystander SET version = 99")
            assert "was made by a newer Bystander (schema 99" in await refused(url, new)
    assert list(tmp_path.iterdir()) == []


async def test_a_file_that_is_not_there_is_not_made(tmp_path: Path, empty_url: str) -> None:
    assert "does not exist or is empty" in await refused(url_of(tmp_path / "no.db"), empty_url)
    assert list(tmp_path.iterdir()) == []


async def test_a_database_that_is_used_already_is_left_as_it_is(filled: Path, tmp_path: Path) -> None:
    used = tmp_path / "used.db"
    async with opened(url_of(used)) as store, postgres.server().database() as url, opened(url) as other:
        await store.set_value("clock:last", "noon")
        await follow(other, ALICE, "Trade")

        assert "has something in it already; move into a new" in await refused(url_of(filled), url_of(used))
        assert "has something in it already; move into a new" in await refused(url_of(filled), url)
        assert "has something in it already; move into a new" in await refused(url_of(filled), url_of(filled))
        assert "has something in it already; move into a new" in await refused(url, url)
        assert await store.get_value("clock:last") == "noon"
        assert len(await other.subscriptions()) == 1
        assert await other.feeds() == []


async def test_the_log_of_a_file_that_is_gone_is_not_read_into_a_new_one(
    filled: Path, tmp_path: Path
) -> None:
    (tmp_path / "new.db-wal").write_bytes(b"remains of another database")

    assert "new.db-wal has something in it" in await refused(url_of(filled), url_of(tmp_path / "new.db"))


async def test_tables_without_any_content_may_be_there_already(filled: Path) -> None:
    async with postgres.server().database() as url:
        await moved(url_of(filled), url)
        async with opened(url) as store:
            assert len(await store.feeds()) == 2


async def test_a_bot_that_runs_on_either_side_is_in_the_way(
    filled: Path, empty_url: str, tmp_path: Path
) -> None:
    new = tmp_path / "new.db"
    async with opened(url_of(filled)) as store, opened(empty_url) as other:
        await other.take_over("bot")
        assert "ystander runs on" in await refused(url_of(filled), empty_url)
        await store.take_over("bot")
        assert "ystander runs on" in await refused(url_of(filled), url_of(new))
    async with opened(empty_url) as store:
        await store.take_over("bot")
        assert "ystander runs on" in await refused(empty_url, url_of(new))
    assert not new.exists()


async def test_nobody_runs_or_writes_on_either_side_meanwhile(filled: Path, empty_url: str) -> None:
    async with opened(url_of(filled)) as store:
        async with open_source(url_of(filled)), open_target(empty_url):
            with pytest.raises(StoreBusyError, match="Another bystander runs"):
                await store.take_over("bot")
            writing = asyncio.create_task(store.set_value("late", "1"))
            done, _ = await asyncio.wait({writing}, timeout=0.3)
            assert not done
        await writing
        assert await store.get_value("late") == "1"


async def test_a_move_waits_for_what_is_being_written_and_takes_it_along(
    filled: Path, empty_url: str, tmp_path: Path
) -> None:
    await moved(url_of(filled), empty_url)
    async with await psycopg.AsyncConnection.connect(empty_url) as writer:
        await writer.execute(TOGETHER)
        await writer.execute("INSERT INTO memory VALUES ('late', '1')")
        moving = asyncio.create_task(moved(empty_url, url_of(tmp_path / "back.db")))
        await _somebody_waits(writer)
        await writer.commit()
    await moving

    assert ("late", "1") in rows_of(tmp_path / "back.db")["memory"]


async def test_what_is_written_into_the_new_database_at_the_last_moment_is_seen(filled: Path) -> None:
    async with (
        postgres.server().database() as url,
        await psycopg.AsyncConnection.connect(url) as writer,
    ):
        await writer.execute(TOGETHER)
        await writer.execute("INSERT INTO memory VALUES ('late', '1')")
        moving = asyncio.create_task(refused(url_of(filled), url))
        await _somebody_waits(writer)
        await writer.commit()

        assert "has something in it already" in await moving


async def _somebody_waits(writer: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
    """Wait until another connection waits for a lock."""
    for _ in range(3000):
        waiting = await writer.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        if await waiting.fetchone() == (1,):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("Nobody waited.")


async def test_a_moved_database_is_refused_until_its_mark_is_taken_away(
    filled: Path, empty_url: str, tmp_path: Path
) -> None:
    before = rows_of(filled)
    async with postgres.server().database(migrated=False) as url:
        await moved(url_of(filled), url)
        with pytest.raises(MovedError, match=r"was moved to .* on 2026-03-02; set `database` to that one"):
            await open_store(url_of(filled))
        assert "was moved to" in await refused(url_of(filled), empty_url)
        await moved(url, url_of(tmp_path / "back.db"))
        with pytest.raises(MovedError, match=r"was moved to .*back\.db"):
            await open_store(url)
        assert await unmark_moved(url) is True
    assert await unmark_moved(url_of(filled)) is True
    assert await unmark_moved(url_of(filled)) is False
    assert rows_of(filled) == before
    async with opened(url_of(filled)) as store:
        await add_feed(store, "Another")


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_a_bot_that_opened_the_database_before_does_not_begin_to_run(
    filled: Path, empty_url: str, tmp_path: Path, kind: str
) -> None:
    url = url_of(filled)
    if kind == "postgres":
        await moved(url, empty_url)
        url = empty_url
    async with opened(url) as early:
        await moved(url, url_of(tmp_path / "back.db"))
        with pytest.raises(MovedError):
            await early.take_over("bot")
