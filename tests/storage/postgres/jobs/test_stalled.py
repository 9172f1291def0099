"""What processes leave behind when they die, and who is alive."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import psycopg
from procrastinate.exceptions import ConnectorException

from bot.errors import StoreError
from bot.model import Cadence
from storage.postgres.jobs.due import defer_due
from storage.postgres.jobs.tasks import Tasks
from storage.postgres.store import PostgresStore
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    CAROL,
    LEASE,
    T0,
    add_feed,
    claim,
    follow,
    later,
    publish,
    row,
    with_posts,
)
from tests.owners import ended_owner
from tests.pipeline.deliver.office import until
from tests.storage.postgres.jobs.share import Share, settings, working
from tests.storage.postgres.jobs.test_engine import jobs

DIE = """
WITH dead AS (
    INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id)
UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM dead)
"""

RAN = """
INSERT INTO processes (owner, host, version, platforms, workers, started_at)
SELECT %s, 'host', '1', '{}', array_agg(id), 0 FROM procrastinate_workers
"""


async def fleet_of(store: PostgresStore) -> tuple[int, list[str]]:
    """Return the number of stalled jobs, and the machines of the processes that are alive."""
    state = await store.fleet(T0)
    return state.stalled, [process.host for process in state.processes]


async def test_the_poll_of_a_process_that_died_is_done_by_another(store: PostgresStore, url: str) -> None:
    feed = await add_feed(store)
    assert await defer_due(store._database, T0, []) == 1
    assert await store.claim_feed(feed.id, "dead", T0, 300.0)
    with psycopg.connect(url) as connection:
        connection.execute(DIE)
    assert await fleet_of(store) == (1, [])
    share = Share(store)
    async with working(share):
        await until(lambda: bool(share.polls))
        assert await fleet_of(store) == (0, ["host-of-one"])

    assert await fleet_of(store) == (0, [])


async def test_a_process_finds_no_leases_and_jobs_of_those_that_ended_here(
    store: PostgresStore, url: str
) -> None:
    await with_posts(store, "p1")
    with psycopg.connect(url) as connection:
        connection.execute(DIE)
        connection.execute(RAN, [ended_owner()])
    await store.take_over("one")

    assert jobs(url) == []
    assert await fleet_of(store) == (0, [])


async def test_jobs_of_a_process_elsewhere_are_left_until_it_is_known_to_be_dead(
    store: PostgresStore, url: str
) -> None:
    await with_posts(store, "p1")
    with psycopg.connect(url) as connection:
        connection.execute(DIE)
        connection.execute(RAN, ["elsewhere"])
    await store.take_over("one")

    assert len(jobs(url)) == 1


async def test_only_claims_that_nobody_knows_of_are_released(store: PostgresStore) -> None:
    feed = await add_feed(store)
    for address in (ALICE, BOB, CAROL):
        await follow(store, address, "Trade")
    await publish(store, feed, row("p1", "Trade"))
    known, *lost = await claim(store, limit=2, owner="one")
    await claim(store, owner="two")
    await store.release_claims("elsewhere", "one", [])
    assert await claim(store) == []
    await store.release_claims("console", "one", known.delivery_ids)

    assert [(each.key, each.uncertain) for each in await claim(store)] == [(each.key, True) for each in lost]


async def test_what_cannot_be_claimed_gets_no_job(store: PostgresStore, url: str) -> None:
    await with_posts(store, "p1", "p2")
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM procrastinate_jobs")
    await claim(store)  # p1 is under way, and p2 has to wait for it

    assert await defer_due(store._database, T0, ["console"]) == 0
    assert await defer_due(store._database, later(LEASE), ["console"]) == 1
    assert await defer_due(store._database, later(LEASE), ["console"]) == 0


async def test_a_digest_gets_its_job_when_it_is_due(store: PostgresStore, url: str) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", cadence=Cadence.DAILY)
    await publish(store, feed, row("p1", "Trade"))
    due = await store.next_delivery_at(["console"])
    assert due is not None
    await defer_due(store._database, due - timedelta(seconds=1), ["console"])
    assert [task for task, _, _ in jobs(url)] == ["poll"]
    await defer_due(store._database, due, ["console"])
    assert [task for task, _, _ in jobs(url)] == ["poll", "deliver"]


async def test_a_database_that_is_away_is_no_fault_of_the_work(store: PostgresStore) -> None:
    refusals, faults = list[Exception](), list[BaseException]()
    tasks = Tasks(
        store,
        Share(store),
        settings=settings(),
        stop=asyncio.Event(),
        on_refusal=refusals.append,
        on_fault=faults.append,
    )
    for error in (ConnectorException("the server is gone"), StoreError("the server is gone"), ValueError()):
        with tasks._watched():
            raise error

    assert (len(refusals), len(faults)) == (2, 1)
