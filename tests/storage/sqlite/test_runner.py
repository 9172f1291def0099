"""One bystander runs on a SQLite file; the next takes over when it is gone, however it went."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import StoreBusyError, StoreError
from storage import open_store
from storage.sqlite.store import open_sqlite

ROOT = Path(__file__).parents[3]

_RUN = """
import asyncio, sys
from storage import open_store

async def main():
    store = await open_store(sys.argv[1])
    await store.take_over("child")
    print("running", flush=True)
    sys.stdin.read()

asyncio.run(main())
"""


@pytest.mark.parametrize("other_name", ["x.db", "link.db", "folder/../x.db"])
async def test_a_second_runner_is_refused_under_any_name_of_the_file(tmp_path: Path, other_name: str) -> None:
    (tmp_path / "folder").mkdir()
    first = await open_store(f"sqlite:///{tmp_path / 'x.db'}")
    await first.take_over("one")
    (tmp_path / "link.db").symlink_to(tmp_path / "x.db")
    second = await open_store(f"sqlite:///{tmp_path}/{other_name}")
    with pytest.raises(StoreBusyError, match=r"Another bystander runs on .*; stop it first"):
        await second.take_over("two")
    assert await second.feeds() == []  # reading and commands from the shell go on
    await first.take_over("one")
    await first.aclose()
    await second.take_over("two")
    await second.aclose()


async def test_a_runner_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    store = await open_store(url)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _RUN, url, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    assert await child.stdout.readline() == b"running\n"
    with pytest.raises(StoreBusyError):
        await store.take_over("one")
    child.kill()
    await child.communicate()
    await store.take_over("one")
    await store.aclose()


async def test_a_lock_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    store = await open_sqlite(f"sqlite:///{tmp_path / 'x.db'}")
    (tmp_path / "x.db.lock").mkdir()
    with pytest.raises(StoreError, match=r"x\.db\.lock cannot be made .*; check the folder's permissions"):
        await store.take_over("one")
    await store.aclose()
