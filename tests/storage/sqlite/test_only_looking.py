"""Calls that only look at a database change nothing: they neither make its tables nor bring it up to date."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import NoDatabaseError, OldDatabaseError
from storage import open_store
from storage.sqlite import migrate


async def test_an_empty_file_stays_empty_for_calls_that_make_no_database(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.touch()
    with pytest.raises(NoDatabaseError, match="is empty yet; `bystander run` makes its tables"):
        await open_store(f"sqlite:///{path}", create=False)

    assert path.read_bytes() == b""


async def test_an_older_database_stays_as_it_is_for_calls_that_only_look(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db")) as old:
        old.executescript(migrate.steps()[0])
        old.execute(f"PRAGMA application_id = {migrate.APPLICATION_ID}")
        old.execute("PRAGMA user_version = 1")
    before = (tmp_path / "old.db").read_bytes()
    with pytest.raises(OldDatabaseError, match="the next start brings it up to date"):
        await open_store(f"sqlite:///{tmp_path / 'old.db'}", create=False, upgrade=False)

    assert (tmp_path / "old.db").read_bytes() == before
    await (await open_store(f"sqlite:///{tmp_path / 'old.db'}", create=False)).aclose()
    await (await open_store(f"sqlite:///{tmp_path / 'old.db'}", create=False, upgrade=False)).aclose()
