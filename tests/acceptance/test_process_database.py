"""A database that cannot be used: a sentence with the mend, and not a byte of it is changed."""

from __future__ import annotations

import asyncio
import ctypes
import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing

import pytest

from tests.acceptance.process import Ended, Home, digest_of
from tests.acceptance.publishing import draft, publish
from tests.fakes.blog import FaultyBlog

pytestmark = pytest.mark.sqlite("the file is spoilt, locked or write-protected; only one bot runs on it")

_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE = 24, 1  # linux/prctl.h, linux/capability.h
_CALLS = (["run"], ["check"], ["command", "--as", "console:me", "/health"])


def settle(home: Home) -> None:
    """Bring all that is in the log of the database into its file."""
    with closing(sqlite3.connect(home.file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def make_foreign(home: Home) -> None:
    with closing(sqlite3.connect(home.file)) as connection:
        connection.execute("CREATE TABLE notes (text TEXT)")
        connection.commit()


def make_newer(home: Home) -> None:
    with closing(sqlite3.connect(home.file)) as connection:
        connection.execute("PRAGMA user_version = 999")
        connection.commit()


def make_no_database(home: Home) -> None:
    home.file.write_bytes(b"Dear diary, today I made a bot.\n" * 300)


def make_corrupt(home: Home) -> None:
    """Overwrite all pages but the first, which has the header."""
    whole = home.file.read_bytes()
    home.file.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (make_foreign, "belongs to another program; point `database` at another file"),
        (make_newer, "was made by a newer Bystander (schema 999"),
        (make_no_database, "is no SQLite database"),
        (make_corrupt, "is damaged; restore a copy made by `bystander backup`"),
    ],
)
async def test_a_database_that_is_not_ours_or_spoilt_is_left_as_it_is(
    home: Home, spoil: Callable[[Home], None], says: str
) -> None:
    if spoil is not make_foreign and spoil is not make_no_database:
        await home.call("once")
        settle(home)
    spoil(home)
    before = digest_of(home.file)
    for call in _CALLS:
        refused(await home.call(*call), says)

        assert digest_of(home.file) == before


def refused(ended: Ended, says: str) -> None:
    """A sentence on stderr (of `check`, a line on stdout) and exit 1."""
    assert ended.code == 1, ended
    assert says in ended.out + ended.err, ended
    assert "BAD " in ended.out or len(ended.err.splitlines()) == 1, ended


async def test_a_database_held_by_another_program_is_waited_for_and_then_refused(
    home: Home, blog: FaultyBlog
) -> None:
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow("alice Trade")
        with closing(sqlite3.connect(home.file, isolation_level=None)) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            publish(blog, draft(1, "Soy Is Back", "Trade"))
            for ended in await asyncio.gather(*(home.call(*call) for call in _CALLS if call != ["run"])):
                refused(ended, "is locked by another program; close what else has it open and try again")
            await bot.until(lambda: "is locked by another program" in bot.log)
            holder.execute("ROLLBACK")
        await bot.alerted(1)

        assert bot.titles() == ["Soy Is Back"]


async def test_a_second_bot_on_the_same_database_does_not_start(home: Home, blog: FaultyBlog) -> None:
    async with home.running() as bot:
        await bot.polls(blog, 2)
        for call in ("run", "once", "backfill"):
            refused(await home.call(call), f"Another bystander runs on {home.file}; stop it first")
        await bot.polls(blog)


def obey_permissions() -> None:
    """Give up root's right to pass over the permissions of files."""
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0):
        raise OSError("root cannot be bound")


@pytest.mark.skipif(sys.platform != "linux" and os.name == "posix", reason="binding root is Linux only")
@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
async def test_a_database_that_cannot_be_written_is_left_as_it_is(home: Home) -> None:
    await home.call("once")
    home.write_config()
    before = digest_of(home.file)
    home.file.chmod(0o444)
    home.folder.chmod(0o555)
    try:
        for call in _CALLS:
            refused(await home.call(*call, preexec_fn=obey_permissions), "check the permissions")
    finally:
        home.folder.chmod(0o755)

    assert digest_of(home.file) == before


async def test_a_database_in_a_folder_that_is_not_there_is_said_to_be_nowhere(home: Home) -> None:
    home.settings["database"] = "sqlite:///nowhere/bystander.db"

    refused(await home.call("once"), "cannot be opened; check that its folder exists and may be written")
