"""A database that cannot be used is refused with a sentence that names the mend, and without its password."""

from __future__ import annotations

import subprocess
import sys
import traceback
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import errors

from bot.errors import NoDatabaseError, StoreBusyError, StoreError, UnstorableError
from storage import open_store
from storage.postgres.address import address_of
from storage.postgres.errors import translated
from storage.postgres.migrate import refuse_old, steps
from storage.postgres.store import PostgresStore
from tests.fakes import postgres
from tests.fakes.postgres import GUARDED, PASSWORD

ROOT = Path(__file__).parents[3]


def tables(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT relname, relkind, reltuples FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "ORDER BY relname"
        ).fetchall()


def run(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def guarded(url: str, password: str) -> str:
    """Return the URL for the user who needs a password."""
    return url.replace("postgres:@", f"{GUARDED}:{quote(password, safe='')}@")


async def refused(url: str) -> str:
    """Open the database and return what was said."""
    with pytest.raises(StoreError) as caught:
        await open_store(url)
    told = "".join(traceback.format_exception(caught.value))
    assert PASSWORD not in told
    assert quote(PASSWORD, safe="") not in told
    return str(caught.value)


async def test_the_database_of_another_program_is_left_as_it_is(bare_url: str) -> None:
    run(bare_url, "CREATE TABLE recipes (name TEXT)", "INSERT INTO recipes VALUES ('bread')")
    before = tables(bare_url)

    assert "belongs to another program; make one for Bystander alone" in await refused(bare_url)
    assert tables(bare_url) == before


async def test_a_newer_database_is_left_as_it_is(url: str) -> None:
    newer = len(steps()) + 1
    run(url, f"UPDATE bystander SET version = {newer}, oldest = {newer}", "DROP TABLE memory")
    before = tables(url)

    told = f"was made by a newer Bystander (schema {newer}, this one knows {len(steps())})"
    assert told in await refused(url)
    assert tables(url) == before


async def test_an_empty_database_is_filled_only_when_asked(bare_url: str) -> None:
    with pytest.raises(NoDatabaseError, match="is empty yet; `bystander run` makes its tables"):
        await open_store(bare_url, create=False)
    assert tables(bare_url) == []
    await (await open_store(bare_url)).aclose()
    await (await open_store(bare_url, create=False)).aclose()


async def test_a_database_that_is_not_there_is_named(url: str) -> None:
    name = url.partition("?")[0].rpartition("/")[2]

    assert "does not exist; make it with `createdb`" in await refused(url.replace(f"/{name}?", "/nowhere?"))


async def test_a_server_that_is_not_there_is_told() -> None:
    said = await refused("postgresql://bot:x@127.0.0.1:1/alerts?connect_timeout=2")

    assert said.startswith("The database alerts on 127.0.0.1 does not answer; see whether the server runs")


async def test_a_wrong_password_is_told_and_not_shown(url: str) -> None:
    run(url, f"CREATE ROLE {GUARDED} LOGIN PASSWORD 'another'")
    try:
        assert "refuses the user or its password" in await refused(guarded(url, PASSWORD))
    finally:
        run(url, f"DROP ROLE {GUARDED}")
    assert "refuses the user or its password" in await refused(guarded(url, PASSWORD))


async def test_a_user_who_may_not_is_told_and_one_with_a_password_works(
    bare_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    run(bare_url, f"CREATE ROLE {GUARDED} LOGIN PASSWORD '{PASSWORD}'")
    own = guarded(bare_url, PASSWORD)
    name = bare_url.partition("?")[0].rpartition("/")[2]
    try:
        assert "does not allow that to its user; make that user its owner" in await refused(own)
        run(bare_url, f"ALTER DATABASE {name} OWNER TO {GUARDED}")
        store = await open_store(own)
        assert await store.feeds() == []
        assert PASSWORD not in repr(address_of(own))
        await store.aclose()
        run(bare_url, f"ALTER DATABASE {name} CONNECTION LIMIT 0")
        assert "has no connection left; raise max_connections" in await refused(own)
        run(bare_url, f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC, {GUARDED}")
        assert "does not allow that to its user" in await refused(own)
    finally:
        run(bare_url, f"REASSIGN OWNED BY {GUARDED} TO postgres", f"DROP OWNED BY {GUARDED}")
        run(bare_url, f"DROP ROLE {GUARDED}")
    assert PASSWORD not in caplog.text
    assert quote(PASSWORD, safe="") not in caplog.text


async def test_a_read_only_database_is_told_at_the_start(url: str) -> None:
    name = url.partition("?")[0].rpartition("/")[2]
    run(url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")

    assert "cannot be written: it is a standby, or read-only" in await refused(url)


async def test_a_database_that_cannot_hold_every_letter_is_refused() -> None:
    name = "letters"
    postgres.server().run(
        f"CREATE DATABASE {name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    )
    try:
        said = await refused(postgres.server().url(name))
    finally:
        postgres.server().run(f"DROP DATABASE {name}")

    assert "its encoding is LATIN1" in said


def test_an_old_server_is_refused() -> None:
    with pytest.raises(StoreError, match="is on PostgreSQL 14; Bystander needs 15 or newer"):
        refuse_old("alerts", 140012)
    refuse_old("alerts", 150000)


async def test_a_statement_that_takes_too_long_is_told(url: str) -> None:
    store = await open_store(f"{url}&options=-cstatement_timeout%3D50")
    assert isinstance(store, PostgresStore)
    with pytest.raises(StoreError, match="stopped a statement that took too long"):
        await store._database.read("SELECT pg_sleep(30)")
    assert await store.feeds() == []
    await store.aclose()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://bot:s3cret@p@ss@host/alerts",
        "postgresql://bot:s3cret/p@ss@host/alerts",
        "postgresql://bot:p@s3cret:w0rd@host/alerts",
        "postgresql://bot:%zzs3cret@host/alerts",
        "postgresql://bot:x@host:s3cret/alerts",
        "postgresql://bot:s3cret\ud800@host/alerts",
        "postgresql://bot@host/alerts?s3cret=1",
    ],
)
async def test_a_url_that_cannot_be_read_is_not_shown(url: str) -> None:
    with pytest.raises(
        StoreError, match="The database URL cannot be read; write postgresql://USER"
    ) as caught:
        await open_store(url)

    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (errors.DiskFull, StoreError, "the server's disk is full; free some space"),
        (errors.OutOfMemory, StoreError, "a server without enough memory"),
        (errors.TooManyConnections, StoreError, "has no connection left"),
        (errors.AdminShutdown, StoreError, "does not answer"),
        (errors.CannotConnectNow, StoreError, "does not answer"),
        (errors.IdleInTransactionSessionTimeout, StoreError, "does not answer"),
        (errors.InsufficientPrivilege, StoreError, "does not allow that to its user"),
        (errors.LockNotAvailable, StoreBusyError, "is locked by another program"),
        (errors.SerializationFailure, StoreBusyError, "is locked by another program"),
        (errors.IoError, StoreError, "cannot be read or written"),
        (errors.DataCorrupted, StoreError, "is damaged; restore a dump"),
        (errors.NotNullViolation, UnstorableError, "cannot hold a value"),
        (errors.ProgramLimitExceeded, UnstorableError, "cannot hold a value"),
        (errors.SyntaxError, StoreError, "refused a statement (SyntaxError)"),
        (psycopg.OperationalError, StoreError, "does not answer"),
    ],
)
def test_every_error_says_what_to_do(error: type[psycopg.Error], kind: type[StoreError], said: str) -> None:
    with pytest.raises(kind) as caught, translated("alerts on host"):
        raise error

    assert str(caught.value).startswith("The database alerts on host ")
    assert said in str(caught.value)


async def test_a_copy_is_made_by_the_tools_of_the_database(store: PostgresStore) -> None:
    with pytest.raises(StoreError, match=r"run: pg_dump --format=custom --file=copy\.dump URL"):
        await store.backup("copy.dump")


def test_a_missing_driver_is_told() -> None:
    code = (
        "import asyncio, sys; sys.modules['psycopg'] = None\n"
        "from storage import open_store\n"
        "try: asyncio.run(open_store('postgresql://host/alerts'))\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
    )

    assert result.stdout.startswith("StoreError A postgresql:// database needs its driver")
    assert "pip install 'bystander[postgres]'" in result.stdout
