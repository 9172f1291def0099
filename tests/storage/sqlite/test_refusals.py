"""A database that cannot be used is refused with a sentence that names the mend, and is left as it was."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import StoreBusyError, StoreError
from bot.model import FeedSettings
from storage import open_store
from storage.sqlite import migrate
from storage.sqlite.connection import Database
from storage.sqlite.store import path_of

ROOT = Path(__file__).parents[3]
T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fingerprint(folder: Path) -> dict[str, str]:
    """Return every file of a folder with the hash of its bytes."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


async def refused(folder: Path, name: str = "x.db") -> str:
    """Open the database, see that nothing in its folder changed, and return what was said."""
    before = fingerprint(folder)
    with pytest.raises(StoreError) as caught:
        await open_store(f"sqlite:///{folder / name}")
    assert fingerprint(folder) == before
    assert "Traceback" not in str(caught.value)
    return str(caught.value)


def foreign(path: Path, *, journal: str = "delete") -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.execute("CREATE TABLE recipes (name TEXT)")
        connection.execute("INSERT INTO recipes VALUES ('bread')")
        connection.commit()


async def ours(path: Path) -> None:
    store = await open_store(f"sqlite:///{path}")
    await store.aclose()


@pytest.mark.parametrize("journal", ["delete", "wal"])
async def test_a_database_of_another_program_is_refused(tmp_path: Path, journal: str) -> None:
    foreign(tmp_path / "x.db", journal=journal)

    assert "belongs to another program; point `database` at another file" in await refused(tmp_path)


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    await ours(tmp_path / "x.db")
    newer = len(migrate.steps()) + 1
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        connection.execute(f"PRAGMA user_version = {newer}")
    said = await refused(tmp_path)

    assert f"made by a newer Bystander (schema {newer}" in said
    assert "install that version or newer" in said


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("Dear diary, " * 100, "utf-8")

    assert "is no SQLite database; point `database` elsewhere" in await refused(tmp_path)


async def test_a_damaged_database_is_refused(tmp_path: Path) -> None:
    await ours(tmp_path / "x.db")
    whole = (tmp_path / "x.db").read_bytes()
    (tmp_path / "x.db").write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))

    assert "is damaged; restore a copy made by `bystander backup`" in await refused(tmp_path)


async def test_a_truncated_database_is_refused(tmp_path: Path) -> None:
    await ours(tmp_path / "x.db")
    whole = (tmp_path / "x.db").read_bytes()
    (tmp_path / "x.db").write_bytes(whole[: len(whole) // 2])

    assert "is damaged; restore a copy made by `bystander backup`" in await refused(tmp_path)


async def test_damage_found_in_use_is_told_in_the_same_words(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'x.db'}")
    await store.add_feed(FeedSettings("Blog", "https://blog.example/feed/"), T0, by="console:root")
    await store.aclose()
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'feeds'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with (tmp_path / "x.db").open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    store = await open_store(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(StoreError, match="is damaged; restore a copy"):
        await store.feeds()
    await store.aclose()


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert "check that its folder exists" in await refused(tmp_path, "nowhere/x.db")


async def test_a_folder_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "x.db").mkdir()

    assert "is no file; point `database` at a file" in await refused(tmp_path)


async def test_a_locked_database_is_busy_not_broken(tmp_path: Path) -> None:
    await ours(tmp_path / "x.db")
    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE feeds SET every = 1")
        before = fingerprint(tmp_path)["x.db"]
        with pytest.raises(StoreBusyError, match="locked by another program; close what else has it open"):
            await Database.open(str(tmp_path / "x.db"), busy_timeout=0.05)
        assert fingerprint(tmp_path)["x.db"] == before


async def test_what_is_only_in_the_log_yet_is_seen(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'x.db'}")
    copy = tmp_path / "killed"
    copy.mkdir()
    for name in ("x.db", "x.db-wal"):  # as `kill -9` leaves them before the first checkpoint
        shutil.copy(tmp_path / name, copy / name)
    await store.aclose()
    again = await open_store(f"sqlite:///{copy / 'x.db'}")

    assert await again.feeds() == []
    await again.aclose()


async def test_a_long_write_of_another_process_is_busy_not_broken(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    await ours(path)
    database = await Database.open(str(path), busy_timeout=0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError):
            async with database.transaction():
                pytest.fail("two writers at once")
        other.execute("ROLLBACK")
    async with database.transaction() as connection:
        await connection.execute("UPDATE feeds SET every = 1")
    await database.aclose()


# Root may write anywhere, so this gives that up once all that Python imports on the way is there.
_OPEN = """
import asyncio, os, sys
from bot.errors import StoreError
from storage import open_store

async def said(url):
    try:
        store = await open_store(url)
    except StoreError as error:
        return str(error)
    await store.aclose()
    return "opened"

assert asyncio.run(said(sys.argv[1])) == "opened"
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
print(asyncio.run(said(sys.argv[2])))
"""


def opened_without_rights(path: Path, other: Path) -> str:
    """Open the database as a user who owns nothing (`other` first, as oneself); return what is said."""
    found = subprocess.run(
        [sys.executable, "-c", _OPEN, f"sqlite:///{other}", f"sqlite:///{path}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (found.returncode, found.stderr) == (0, "")
    return found.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
@pytest.mark.parametrize(
    ("folder_mode", "file_mode", "expected"),
    [
        (0o777, 0o444, "cannot be written; check the permissions of the file"),
        (0o777, 0o000, "cannot be written; check the permissions of the file"),
        (0o555, 0o444, "cannot be written; check the permissions of the file"),
        (0o555, 0o666, "cannot be written; check the permissions of the file and its folder"),
    ],
)
async def test_a_read_only_database_is_found_out_at_the_start(
    tmp_path: Path, folder_mode: int, file_mode: int, expected: str
) -> None:
    with tempfile.TemporaryDirectory() as place:  # tmp_path is closed to other users
        Path(place).chmod(0o755)
        folder = Path(place, "folder")
        folder.mkdir()
        await ours(folder / "x.db")
        (folder / "x.db").chmod(file_mode)
        folder.chmod(folder_mode)
        before = fingerprint(folder)
        said = opened_without_rights(folder / "x.db", tmp_path / "other.db")

        assert expected in said
        assert "x.db" in said
        assert fingerprint(folder) == before
        folder.chmod(0o755)


async def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    (tmp_path / "x.db").touch()
    await ours(tmp_path / "x.db")

    assert (tmp_path / "x.db").stat().st_size > 0


async def test_a_database_is_only_made_where_asked(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist yet; `bystander run` makes it"):
        await open_store(f"sqlite:///{tmp_path / 'x.db'}", create=False)

    assert list(tmp_path.iterdir()) == []
    await ours(tmp_path / "x.db")
    await (await open_store(f"sqlite:///{tmp_path / 'x.db'}", create=False)).aclose()


async def test_a_database_that_nobody_could_make_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="check that its folder"):
        await open_store(f"sqlite:///{tmp_path / 'no' / 'x.db'}", create=False)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:x.db",
        "sqlite:///:memory:",
        "sqlite:///x.db?mode=ro",
        "sqlite:///\0",
    ],
)
def test_a_url_without_a_file_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match=r'names no file; write "sqlite:///bystander\.db"'):
        path_of(url)


def test_a_url_names_a_relative_or_an_absolute_file() -> None:
    assert path_of("sqlite:///x y.db") == "x y.db"
    assert path_of("SQLite:////var/lib/x.db") == "/var/lib/x.db"


async def test_an_unknown_kind_of_database_is_refused_with_those_known() -> None:
    with pytest.raises(StoreError, match=r"begins with 'mysql'; .* knows \"sqlite://\""):
        await open_store("mysql://localhost/x")


async def test_a_relative_url_is_a_file_of_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await (await open_store("sqlite:///x.db")).aclose()

    assert sorted(file.name for file in tmp_path.iterdir()) == ["x.db"]
