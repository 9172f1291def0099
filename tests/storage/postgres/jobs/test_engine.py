"""Engines of several processes on one database: each piece of work is done once, by one of them."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections import Counter
from typing import Any

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException

from bot.errors import StoreError
from bot.model import FeedSettings
from storage.postgres.store import PostgresStore
from tests.contracts.store_samples import ALICE, BOB, T0, add_feed, follow, publish, row
from tests.pipeline.deliver.office import until
from tests.storage.postgres.jobs.share import Share, settings, working
from tests.storage.postgres.test_lost_connections import drop_connections

FEEDS = 30
FETCH = "procrastinate_fetch_job_v2(varchar[], bigint)"
FINISH = "procrastinate_finish_job_v1(bigint, procrastinate_job_status, boolean)"


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the errors that were logged."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


def jobs(url: str) -> list[tuple[str, str, str]]:
    """Return the task, the lock and the status of each job for feeds and destinations."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT task_name, lock, status::text FROM procrastinate_jobs WHERE lock IS NOT NULL ORDER BY id"
        )
        return found.fetchall()


async def test_two_processes_share_the_feeds_that_are_due(store: PostgresStore, other: PostgresStore) -> None:
    feeds = [FeedSettings(f"Blog {n}", f"https://{n}.example/feed/") for n in range(FEEDS)]
    await store.sync_feeds(feeds, T0)
    one, two = Share(store, "one"), Share(other, "two")
    async with working(one, two) as faults:
        await until(lambda: len(one.polls) + len(two.polls) >= FEEDS)
        await asyncio.sleep(0.2)  # several beats, in which nothing is due

    assert Counter(one.polls + two.polls) == Counter(feed.name for feed in feeds)
    assert faults == []


async def test_two_processes_send_each_message_once(store: PostgresStore, other: PostgresStore) -> None:
    feed = await add_feed(store)
    people = [f"console:p{n}" for n in range(20)]
    for person in people:
        await follow(store, person, "Trade")
    one, two = Share(store, "one"), Share(other, "two")
    async with working(one, two):
        for number in range(3):
            await publish(store, feed, row(f"p{number}", "Trade"))
        await until(lambda: len(one.sent) + len(two.sent) >= 3 * len(people))

    assert max(Counter(one.sent + two.sent).values()) == 1
    assert len(one.sent) + len(two.sent) == 3 * len(people)


async def test_a_post_and_its_job_are_stored_together_or_not_at_all(store: PostgresStore, url: str) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await follow(store, BOB, "Arts")
    rival = psycopg.connect(url)
    rival.execute("LOCK TABLE procrastinate_jobs IN EXCLUSIVE MODE")  # the post is there, and no job
    publishing = asyncio.create_task(publish(store, feed, row("p1", "Trade")))
    await asyncio.wait([publishing], timeout=0.3)
    drop_connections(url)
    rival.close()
    with pytest.raises(StoreError):
        await publishing
    assert (await store.latest(9), jobs(url)) == ([], [])
    await publish(store, feed, row("p1", "Trade"))
    await publish(store, feed, row("p2", "Trade"))

    with psycopg.connect(url) as connection:
        (alice,) = connection.execute(
            "SELECT lane_of(id) FROM destinations WHERE address = %s", [ALICE]
        ).fetchall()
    assert jobs(url) == [("deliver", f"lane:console:{alice[0]}", "todo")]


async def test_a_process_that_gives_its_lanes_away_still_sends_everything(store: PostgresStore) -> None:
    feed = await add_feed(store)
    people = [f"console:p{n}" for n in range(10)]
    for person in people:
        await follow(store, person, "Trade")
    share = Share(store)
    async with working(share, lane_time=0.0):
        for number in range(3):
            await publish(store, feed, row(f"p{number}", "Trade"))
        await until(lambda: len(share.sent) >= 3 * len(people))

    assert max(Counter(share.sent).values()) == 1


async def test_a_fault_in_giving_out_jobs_is_reported(store: PostgresStore) -> None:
    share = Share(store)
    share.reachable = lambda: 1 / 0  # type: ignore[method-assign, assignment, return-value]
    async with working(share) as faults:
        await until(lambda: bool(faults))

    assert isinstance(faults[0], ZeroDivisionError)


async def test_a_platform_that_takes_no_messages_gets_no_jobs(store: PostgresStore, url: str) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    share = Share(store, open=[])
    async with working(share):
        await publish(store, feed, row("p1", "Trade"))
        await until(lambda: not [each for each in jobs(url) if each[0] == "deliver"])
        share.open = ["console"]
        await until(lambda: bool(share.sent))


async def test_lost_connections_are_made_anew(store: PostgresStore, url: str) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await store.take_over("one")
    share = Share(store)
    async with working(share):
        await until(lambda: bool(share.polls))
        drop_connections(url)
        await asyncio.sleep(0)
        drop_connections(url)
        await publish(store, feed, row("p1", "Trade"))
        await until(lambda: bool(share.sent))


async def test_a_job_whose_end_cannot_be_recorded_holds_up_nothing(store: PostgresStore, url: str) -> None:
    await add_feed(store)
    share = Share(store)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER FUNCTION {FINISH} RENAME TO away")
        async with working(share):
            await until(lambda: bool(share.polls))
            await until(lambda: jobs(url) == [])
            connection.execute("ALTER FUNCTION away RENAME TO procrastinate_finish_job_v1")
            connection.execute("UPDATE feeds SET next_poll_at = 0")
            await until(lambda: len(share.polls) == 2)


async def test_a_worker_that_fails_is_told_of_and_replaced(
    store: PostgresStore, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    await add_feed(store)
    share = Share(store)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER FUNCTION {FETCH} RENAME TO away")
        async with working(share):
            await until(lambda: bool(told(caplog)))
            connection.execute("ALTER FUNCTION away RENAME TO procrastinate_fetch_job_v2")
            await until(lambda: bool(share.polls))

    assert re.fullmatch(
        r".* does not work: The worker of the jobs '[\w:]+' ended with \w+; .*", told(caplog)[0]
    )


async def test_a_poll_goes_on_when_its_worker_ends(store: PostgresStore, url: str) -> None:
    feed = await add_feed(store)
    share = Share(store, gate=asyncio.Event())
    async with working(share, grace=0.05):
        await until(lambda: bool(share.polls))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DELETE FROM procrastinate_workers")  # nobody may fetch with their numbers
            connection.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('poll', 'poll', %s)",
                [json.dumps({"feed_id": feed.id})],
            )
        await until(lambda: jobs(url) == [])
        assert share.gate is not None
        share.gate.set()
        await until(lambda: share.stored == ["Blog"])

    assert share.polls == ["Blog"]


async def test_a_feed_whose_claim_got_no_answer_is_polled_soon(store: PostgresStore) -> None:
    await add_feed(store)
    share, unanswered, claim_feed = Share(store), [True], store.claim_feed

    async def claimed(*arguments: Any) -> Any:
        feed = await claim_feed(*arguments)
        if unanswered and unanswered.pop():
            raise StoreError("The connection was lost after the commit.")
        return feed

    store.claim_feed = claimed  # type: ignore[method-assign, assignment]
    async with working(share):
        await until(lambda: bool(share.polls))

    assert not unanswered


async def test_messages_whose_claim_got_no_answer_are_looked_for_soon(store: PostgresStore) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    share, unanswered, claim_in_lane = Share(store), [True], store.claim_in_lane

    async def claimed(*arguments: Any, **more: Any) -> Any:
        claims = await claim_in_lane(*arguments, **more)
        if claims and unanswered and unanswered.pop():
            raise StoreError("The connection was lost after the commit.")
        return claims

    store.claim_in_lane = claimed  # type: ignore[method-assign]
    async with working(share):
        await publish(store, feed, row("p1", "Trade"))
        await until(lambda: bool(share.sent))

    assert (unanswered, share.uncertain) == ([], share.sent)


async def test_a_fault_of_the_work_is_reported(store: PostgresStore) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    share = Share(store, fault=RuntimeError("a bug"))
    async with working(share) as faults:
        await publish(store, feed, row("p1", "Trade"))
        await until(lambda: bool(faults))

    assert isinstance(faults[0], RuntimeError)


async def test_an_engine_ends_when_another_part_of_the_bot_has_failed(store: PostgresStore) -> None:
    share = Share(store)
    working_on = asyncio.create_task(share.store.engine(settings()).run(share, asyncio.Event(), print))
    await until(lambda: share.housekeeping > 0)
    working_on.cancel()
    async with asyncio.timeout(20):
        await asyncio.wait([working_on])

    assert working_on.cancelled()


async def test_a_job_that_loses_the_database_leaves_no_traceback(
    store: PostgresStore, caplog: pytest.LogCaptureFixture
) -> None:
    """procrastinate leaves the error of a job's end to nobody, and asyncio logs it."""
    told = asyncio.get_running_loop().call_exception_handler
    async with working(Share(store)):
        told({"message": "Never retrieved", "exception": ConnectorException()})
        told({"message": "Something else", "exception": ValueError()})

    assert "Never retrieved" not in caplog.text
    assert "Something else" in caplog.text
