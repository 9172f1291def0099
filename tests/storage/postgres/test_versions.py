"""Two versions of the program on one database: which of them may work there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import psycopg
import pytest

from bot.errors import OutdatedError, StoreBusyError, StoreError
from bot.ports import Sent
from storage import open_store
from storage.postgres import migrate
from storage.postgres.address import address_of
from storage.postgres.connection import connected
from storage.postgres.store import PostgresStore
from tests.contracts.store_samples import (
    ALICE,
    LEASE,
    T0,
    add_feed,
    claim,
    follow,
    later,
    publish,
    row,
    states,
)
from tests.pipeline.deliver.office import until
from tests.storage.postgres.jobs.share import Share, working

KNOWN = len(migrate.steps())
OLDEST = 10  # steps that a program has to know
ADDS = "CREATE TABLE newer (x INTEGER); ALTER TABLE feeds ADD COLUMN newer TEXT NOT NULL DEFAULT ''"
TAKES_AWAY = f"ALTER TABLE bystander ALTER COLUMN oldest SET DEFAULT {KNOWN + 1}"


async def become(url: str, *more: str) -> None:
    """Bring a database to the schema of a newer version, which has more steps."""
    async with connected(address_of(url)) as connection:
        await migrate.migrate(connection, [*migrate.steps(), *more])


def stored(url: str) -> Sequence[object]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT version, oldest FROM bystander").fetchone() or ()


async def test_the_version_before_works_on_a_database_to_which_a_newer_one_has_added(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    await become(url, ADDS)
    store = await open_store(url)
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await publish(store, feed, row("p1", "Trade"))

    assert len(await claim(store)) == 1
    await store.aclose()
    assert stored(url) == (KNOWN + 1, OLDEST)
    assert "is already used by a newer Bystander; this one works beside it." in caplog.text


async def test_an_older_program_leaves_what_a_newer_one_has_folded_and_what_gives_jobs(url: str) -> None:
    await become(url, ADDS)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE memory SET value = 'newer' WHERE key = 'store:folding'")
        connection.execute("UPDATE engine SET version = regexp_replace(version, ' [0-9]+ ', ' 1 ')")
        before = connection.execute("SELECT (SELECT version FROM engine), * FROM memory").fetchall()
        await (await open_store(url)).aclose()

        assert connection.execute("SELECT (SELECT version FROM engine), * FROM memory").fetchall() == before


async def test_a_version_from_which_something_was_taken_is_refused(url: str) -> None:
    await become(url, ADDS, TAKES_AWAY.replace(str(KNOWN + 1), str(KNOWN + 2)))

    with pytest.raises(StoreError, match="was made by a newer Bystander"):
        await open_store(url)


async def test_nothing_is_taken_away_while_a_process_runs_that_needs_it(
    store: PostgresStore, url: str
) -> None:
    await become(url, ADDS)
    share = Share(store)
    async with working(share):
        await running(store)
        with pytest.raises(StoreBusyError, match=r"Bystander 1.2.3 runs on .* \(on host-of-one\)"):
            await become(url, ADDS, TAKES_AWAY)
        assert stored(url) == (KNOWN + 1, OLDEST)
        await add_feed(store)
        await until(lambda: bool(share.polls))  # it goes on
    await become(url, ADDS, TAKES_AWAY)

    assert stored(url) == (KNOWN + 2, KNOWN + 1)


async def test_a_process_that_seemed_dead_ends_when_it_wakes_up_in_a_database_it_does_not_know(
    store: PostgresStore, url: str
) -> None:
    await become(url, ADDS, TAKES_AWAY)
    async with working(Share(store)) as faults:
        await until(lambda: bool(faults))

    assert isinstance(faults[0], OutdatedError)
    assert "was made by a newer Bystander" in str(faults[0])


async def test_a_process_goes_on_at_once_when_a_newer_version_adds_columns(
    store: PostgresStore, url: str
) -> None:
    """The statements that its connections have prepared give rows of another shape then."""
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")

    async def reads_and_writes(number: int) -> None:
        await publish(store, feed, row(f"p{number}", "Trade"))
        await asyncio.gather(*(store.feeds() for _ in range(8)), *(store.subscriptions() for _ in range(8)))
        await store.claim_feeds("one", later(number * LEASE), LEASE, 9)
        for each in await claim(store):
            await store.settle([Sent(each, "r", T0)])

    for number in range(10):  # psycopg prepares what was run five times on a connection
        await reads_and_writes(number)
    names = ("feeds", "posts", "destinations", "subscriptions", "deliveries")
    await become(url, "".join(f"ALTER TABLE {each} ADD COLUMN newer INTEGER DEFAULT 0;" for each in names))
    for number in range(10, 20):
        await reads_and_writes(number)

    assert await states(store) == ["sent"] * 20


async def running(store: PostgresStore) -> None:
    """Wait until others see a process at work."""
    async with asyncio.timeout(20):
        while not (await store.fleet(T0)).processes:  # noqa: ASYNC110 -- only the database knows
            await asyncio.sleep(0.01)
