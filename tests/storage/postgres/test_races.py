"""Several connections and processes at once: nobody gets a message twice, and nothing is forgotten."""

from __future__ import annotations

import asyncio
import json

import psycopg
import pytest

from bot.errors import LimitError, StoreBusyError
from bot.model import Action, Cadence
from bot.ports import AdminNotice, Parked, Retry, Sent
from storage.postgres.errors import ConflictError, retried
from storage.postgres.store import PostgresStore
from storage.postgres.stories import EDIT
from storage.shared.stories import Copied
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    LEASE,
    T0,
    add_feed,
    change,
    claim,
    claim_one,
    follow,
    later,
    publish,
    row,
    states,
    terms,
    with_posts,
)
from tests.contracts.test_store_stories import copy

MANY = tuple(f"console:{number}" for number in range(40))


async def test_two_runners_that_claim_at_once_get_different_messages(
    store: PostgresStore, other: PostgresStore
) -> None:
    await with_posts(store, "p1", "p2", followers=MANY)
    stores = [store, other] * 4
    found = await asyncio.gather(
        *(claim(each, owner=f"owner {number}", limit=7) for number, each in enumerate(stores))
    )
    addresses = [each.destination.address for claims in found for each in claims]

    assert sorted(addresses) == sorted(MANY)


async def test_one_outcome_of_two_at_once_is_recorded(store: PostgresStore, other: PostgresStore) -> None:
    await with_posts(store, "p1", followers=MANY)
    lost = await claim(store)
    again = await claim(other, later(LEASE), owner="two")
    await asyncio.gather(
        store.settle([Sent(each, "r", later(LEASE)) for each in lost]),
        other.settle([Retry(each, later(LEASE + 9), "slow") for each in reversed(again)]),
    )
    health = await store.queue_health()

    # A message that was said to be sent is sent, whether the other outcome came before or after it.
    assert (health.sent, health.waiting) == (len(MANY), 0)


async def test_a_destination_gets_an_edit_or_a_message_of_two_claims_at_once(
    store: PostgresStore, other: PostgresStore
) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    for number in range(40):
        await publish(store, feed, row(f"p{number}", "Trade"))
        await store.settle([Sent(await claim_one(store), "r", T0)])
        await change(store, feed, row(f"p{number}", "Trade", title="Better"))
        await store.notify([ALICE], "Hello.", later(10))
        edits, notices = await asyncio.gather(claim(store), claim(other, later(10), owner="two"))
        assert len(edits) + len(notices) == 1
        await store.settle([Sent(each, "r", T0) for each in (*edits, *notices)])
        await store.settle([Sent(await claim_one(store, later(10)), "r", T0)])


async def test_a_post_that_changes_while_its_alert_is_recorded_is_edited(
    store: PostgresStore, url: str
) -> None:
    await with_posts(store, "p1")
    each = await claim_one(store)
    async with await psycopg.AsyncConnection.connect(url) as rival:  # changes the post as a poll does
        await rival.execute("UPDATE posts SET title = 'Better', revision = revision + 1")
        values = Copied(feed_id=1, id=1, story=1).parameters() | {"copy_id": 1, "now": 0, "beside": False}
        await rival.execute(EDIT, values)
        settling = asyncio.create_task(store.settle([Sent(each, "r", T0)]))
        await waited_for(store)
        await rival.commit()
        await settling
    edit = await claim_one(store)

    assert (edit.action, edit.reference) == (Action.EDIT, "r")


async def test_a_post_that_two_feeds_bring_at_once_comes_once(
    store: PostgresStore, other: PostgresStore
) -> None:
    one, two = await add_feed(store, "One"), await add_feed(store, "Two")
    await follow(store, ALICE, "Trade")
    for number in range(25):
        post = row(f"https://blog.example/{number}", "Trade")
        made = await asyncio.gather(publish(store, one, post), publish(other, two, post))
        assert sorted(made) == [0, 1]
    assert len(await store.latest(99)) == 25
    assert len(await states(store)) == 25


async def test_a_story_that_two_feeds_bring_at_once_comes_once(
    store: PostgresStore, other: PostgresStore
) -> None:
    one, two = await add_feed(store, "One"), await add_feed(store, "Two")
    await follow(store, ALICE, "Trade")
    for number in range(25):
        first, second = (
            copy(f"{sign}{number}", "Trade", story=(f"l:{sign}", f"x:{number}")) for sign in "ab"
        )
        made = await asyncio.gather(publish(store, one, first), publish(other, two, second))
        assert sorted(made) == [0, 1]
    assert len(await store.latest(99)) == 25
    assert len(await states(store)) == 25


async def test_a_destination_parked_while_posts_come_has_them_all_parked(
    store: PostgresStore, other: PostgresStore
) -> None:
    feed = await add_feed(store)
    for address in MANY:
        await follow(store, address, "Trade")
    await asyncio.gather(
        *(publish(store, feed, row(f"p{number}", "Trade")) for number in range(8)),
        other.park(list(MANY), "gone", T0, later(60)),
        *(publish(other, feed, row(f"q{number}", "Trade")) for number in range(8)),
    )

    assert {state for address in MANY for state in await states(store, address)} == {"parked"}
    await asyncio.gather(
        publish(store, feed, row("last", "Trade")), *(other.resume(address, T0) for address in MANY)
    )
    assert {state for address in MANY for state in await states(store, address)} == {"pending"}


async def test_the_last_place_of_a_limit_is_taken_once(store: PostgresStore, other: PostgresStore) -> None:
    async def take(by: PostgresStore, address: str, number: int) -> bool:
        try:
            await by.follow(
                address,
                feed_id=number,
                include=terms(f"Name{number}"),
                exclude={},
                cadence=Cadence.NOW,
                channel=False,
                mention=None,
                by=address,
                now=T0,
                limit=1,
            )
        except LimitError:
            return False
        return True

    await asyncio.gather(*(each.feeds() for each in [store, other] * 4))  # so that all connections are open
    for address in MANY[:10]:
        await store.notify([address], "Hello.", T0)  # so that the destination is there
        taken = await asyncio.gather(
            *(take(each, address, number) for number, each in enumerate([store, other] * 3, start=1))
        )
        (only,) = await store.subscriptions(address)

        assert (sum(taken), len(only.filter.include)) == (1, 1)


async def test_feeds_are_claimed_once(store: PostgresStore, other: PostgresStore) -> None:
    for number in range(20):
        await add_feed(store, f"Blog{number}")
    found = await asyncio.gather(
        *(each.claim_feeds(f"{number}", T0, LEASE, 5) for number, each in enumerate([store, other] * 4))
    )
    names = [feed.settings.name for feeds in found for feed in feeds]

    assert len(names) == len(set(names)) == 20


async def test_admins_are_told_once(store: PostgresStore, other: PostgresStore) -> None:
    told = await asyncio.gather(
        *(each.tell_once("notice:x", "1", [BOB], "Look.", T0) for each in [store, other] * 5)
    )

    assert sorted(told) == [False] * 9 + [True]
    assert await states(store, BOB) == ["pending"]


async def test_a_transaction_that_a_deadlock_ended_is_done_again(store: PostgresStore, url: str) -> None:
    await with_posts(store, "p1", followers=(ALICE, BOB))
    first, second = await claim(store)
    async with await psycopg.AsyncConnection.connect(url) as rival:
        lock = "SELECT 1 FROM deliveries WHERE id = %s FOR UPDATE"
        await rival.execute(lock, [second.delivery_ids[0]])
        settling = asyncio.create_task(store.settle([Sent(each, "r", T0) for each in (first, second)]))
        await waited_for(store)
        try:
            await rival.execute(lock, [first.delivery_ids[0]])
        except psycopg.errors.DeadlockDetected:
            await rival.rollback()
        else:
            await rival.commit()
        await settling

    assert (await store.queue_health()).sent == 2


async def waited_for(store: PostgresStore) -> None:
    """Wait until a transaction waits for a lock on a row."""
    waiting = "SELECT count(*) AS n FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
    for _ in range(500):
        if (await store._database.read(waiting))[0]["n"]:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("no transaction waits")


async def test_what_is_always_in_the_way_is_given_up() -> None:
    tries: list[int] = []

    @retried
    async def unlucky(lucky_at: int) -> int:
        tries.append(1)
        if len(tries) < lucky_at:
            raise ConflictError("locked")
        return len(tries)

    assert await unlucky(3) == 3
    tries.clear()
    with pytest.raises(StoreBusyError):
        await unlucky(99)
    assert len(tries) == 5


async def test_a_stop_of_a_destination_is_told_once_by_two_at_once(
    store: PostgresStore, other: PostgresStore
) -> None:
    await with_posts(store, "p1", followers=(ALICE,))
    each = await claim_one(store)
    shut = Parked(each, "gone", T0, later(60), (AdminNotice(BOB, json.dumps("Parked.")),))
    await asyncio.gather(store.settle([shut]), other.settle([shut]))

    assert await states(store, BOB) == ["pending"]
