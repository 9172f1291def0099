"""A move that cannot go on, or is killed, leaves everything where it was, and can be begun anew."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from bot.errors import StoreBusyError, StoreError
from bot.ports import Batch, MovedTable, MoveTarget
from bot.shell.carry import carry
from storage import open_source, open_store, open_target
from tests.contracts.stores import opened
from tests.fakes import postgres
from tests.storage.move_samples import moved, rows_of, url_of

ROOT = Path(__file__).parents[2]
MANY = 1_300  # rows; more than are read at a time
STAGES = ["Moving deliveries", "Comparing memory", "committed"]

# Moves until it comes to a stage, says so, and waits there to be killed.
_CHILD = """
import asyncio, sys
from bot.shell.carry import carry
from storage import open_source, open_target

def show(text):
    if text.startswith(sys.argv[3]):
        print("there", flush=True)
        sys.stdin.read()

async def main():
    async with open_source(sys.argv[1]) as source, open_target(sys.argv[2]) as target:
        await carry(source, target, show)
        await target.commit()
        show("committed")

asyncio.run(main())
"""


def tables_of(url: str) -> int:
    """Return how many tables a database on the server has."""
    with psycopg.connect(url) as connection:
        (found,) = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        ).fetchone() or (-1,)
    return int(found)


async def attempt(source_url: str, target_url: str, show: Callable[[str], None] = lambda _: None) -> str:
    """Move and return with what sentence that ends."""
    with pytest.raises(StoreError) as caught:
        await moved(source_url, target_url, show)
    return str(caught.value)


async def killed(source_url: str, target_url: str, stage: str) -> None:
    """Move in another process, which is killed when it has come to a stage."""
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _CHILD, source_url, target_url, stage), cwd=ROOT, stdin=pipe, stdout=pipe
    )
    assert child.stdout is not None
    assert await child.stdout.readline() == b"there\n"
    child.kill()
    await child.communicate()


async def again(source_url: str, target_url: str) -> None:
    """Move as soon as the server has noticed that the killed process is gone."""
    for _ in range(3000):
        try:
            await moved(source_url, target_url)
        except StoreBusyError:
            await asyncio.sleep(0.01)
        else:
            return


@pytest.mark.parametrize("stage", STAGES)
async def test_a_move_that_is_killed_can_be_begun_anew(
    filled: Path, empty_url: str, tmp_path: Path, stage: str
) -> None:
    before, new = rows_of(filled), tmp_path / "new.db"
    await asyncio.gather(
        killed(url_of(filled), empty_url, stage), killed(url_of(_copy(filled)), url_of(new), stage)
    )
    done = stage == "committed"

    assert rows_of(filled) == before
    assert new.exists() == done
    assert bool(tables_of(empty_url)) == done
    if not done:
        await again(url_of(filled), empty_url)
        await moved(empty_url, url_of(new))
    assert rows_of(new) == before
    assert sorted(each.name for each in tmp_path.glob("new.db*")) == ["new.db", "new.db.lock"]


def _copy(path: Path) -> Path:
    copy = path.with_name("copy.db")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


@pytest.mark.parametrize("stage", STAGES[:-1])
async def test_a_server_that_goes_away_is_told_and_changes_nothing(
    filled: Path, empty_url: str, tmp_path: Path, stage: str
) -> None:
    before = rows_of(filled)
    name = empty_url.partition("?")[0].rpartition("/")[2]

    def go_away(text: str) -> None:
        if text.startswith(stage):
            postgres.server().run(
                f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"
            )

    assert "does not answer; see whether the server runs" in await attempt(url_of(filled), empty_url, go_away)
    assert tables_of(empty_url) == 0
    await moved(url_of(filled), empty_url)
    assert "does not answer" in await attempt(empty_url, url_of(tmp_path / "back.db"), go_away)
    assert not (tmp_path / "back.db").exists()
    await moved(empty_url, url_of(tmp_path / "back.db"))
    assert rows_of(tmp_path / "back.db") == before


async def test_a_value_that_has_no_room_is_told_with_its_table(filled: Path, empty_url: str) -> None:
    with closing(sqlite3.connect(filled)) as connection, connection:
        connection.execute("UPDATE deliveries SET attempts = 3000000000 WHERE id = 2")
    said = await attempt(url_of(filled), empty_url)

    assert "out of range for type integer" in said
    assert f"It is in the table deliveries of {filled}; nothing was moved." in said
    assert tables_of(empty_url) == 0
    async with opened(url_of(filled)) as store:
        assert await store.delivery_log(None, 1)


async def test_bytes_that_are_no_text_are_replaced_and_told(tmp_path: Path, empty_url: str) -> None:
    first, back = tmp_path / "first.db", tmp_path / "back.db"
    await (await open_store(url_of(first))).aclose()
    with closing(sqlite3.connect(first)) as connection, connection:
        connection.executemany(
            "INSERT INTO changes (at, by, place, feed_id, what) VALUES (0, 'x', '', 0, ?)",
            [[f"change {number} é"] for number in range(MANY)],
        )
        connection.execute("UPDATE changes SET what = CAST(x'61ff62' AS TEXT) WHERE id IN (700, 703)")
        connection.execute("UPDATE changes SET by = CAST(x'eda080' AS TEXT) WHERE id = 1200")
    source = await moved(url_of(first), empty_url)
    await moved(empty_url, url_of(back))
    changes = rows_of(back)["changes"]

    assert [each.partition(" there were bytes")[0] for each in source.remarks()] == [
        "In 3 texts of the table changes"
    ]
    assert sorted(row[0] for row in changes) == list(range(1, MANY + 1))
    assert {row[0]: row[5] for row in changes if row[0] in (700, 701, 703)} == {
        700: "a\ufffdb",
        701: "change 700 é",
        703: "a\ufffdb",
    }


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_rows_that_point_nowhere_are_refused(
    filled: Path, empty_url: str, tmp_path: Path, kind: str
) -> None:
    with closing(sqlite3.connect(filled)) as connection, connection:
        connection.execute("UPDATE deliveries SET destination_id = 99999 WHERE id = 1")
    target = empty_url if kind == "postgres" else url_of(tmp_path / "new.db")

    assert "has rows that point nowhere, which Bystander never makes" in await attempt(url_of(filled), target)
    assert tables_of(empty_url) == 0
    assert not (tmp_path / "new.db").exists()


class Careless:
    """A target that does something else with the rows of one table than it is told."""

    def __init__(self, target: MoveTarget, mistake: Callable[[Batch], Batch]) -> None:
        self._target = target
        self._mistake = mistake
        self.name = target.name
        self.complete, self.batches, self.commit = target.complete, target.batches, target.commit

    async def store(self, table: MovedTable, batches: AsyncIterator[Batch]) -> None:
        await self._target.store(table, self._spoilt(batches) if table.name == "memory" else batches)

    async def _spoilt(self, batches: AsyncIterator[Batch]) -> AsyncIterator[Batch]:
        async for batch in batches:
            yield self._mistake(batch)


@pytest.mark.parametrize(
    "mistake",
    [
        lambda batch: batch[1:],
        lambda batch: [*batch, ("extra", "row")],
        lambda batch: [(batch[0][0], batch[0][1] + " "), *batch[1:]],
        lambda batch: [(batch[0][0], batch[1][1]), (batch[1][0], batch[0][1]), *batch[2:]],
    ],
    ids=["lost", "added", "changed", "exchanged"],
)
async def test_what_did_not_arrive_as_it_was_is_noticed(
    filled: Path, tmp_path: Path, mistake: Callable[[Batch], Batch]
) -> None:
    async with open_source(url_of(filled)) as source, open_target(url_of(tmp_path / "new.db")) as target:
        with pytest.raises(StoreError, match=r"The table memory is not the same in .*new\.db as in"):
            await carry(source, Careless(target, mistake), lambda _: None)
    assert not (tmp_path / "new.db").exists()
