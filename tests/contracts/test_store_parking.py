"""What every store must show of parking: the queue is kept, told once, probed, and resumes by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from bot.model import Claim, Digest
from bot.ports import AdminNotice, Failed, Parked, Requeued, Retry, Sent, Store
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    LEASE,
    T0,
    about,
    add_feed,
    change,
    claim,
    claim_one,
    follow,
    later,
    publish,
    row,
    seen,
    send_all,
    states,
)

pytest_plugins = ["tests.contracts.store_fixtures"]

TOLD = (AdminNotice(BOB, "Alice is parked."),)


async def two_posts(store: Store) -> Claim:
    """Publish p1 and p2 to Alice, and claim p1."""
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await publish(store, feed, row("p1", "Trade"), row("p2", "Trade"))
    return await claim_one(store)


async def park(store: Store, each: Claim, at: datetime = T0, *, told: Sequence[AdminNotice] = ()) -> None:
    """Park the destination of a claim; it is to be probed a minute later."""
    probe_at = at + timedelta(seconds=60)
    await store.settle([Parked(each, "no permission", at, probe_at, tuple(told))])


async def probe(store: Store, at: datetime) -> Claim:
    assert await store.probe_parked(at) == 1
    return await claim_one(store, at)


async def test_a_parked_destination_keeps_its_queue_and_gets_nothing(store: Store) -> None:
    await park(store, await two_posts(store))
    (feed,) = await store.feeds()
    await publish(store, feed, row("p3", "Trade"))
    await store.notify([ALICE], "Hello.", T0)
    health = await store.queue_health()

    assert await claim(store, later(9999)) == []
    assert await store.next_delivery_at(["console"]) is None
    assert await states(store) == ["parked"] * 4
    assert [(each.address, each.parked_reason) for each in health.parked] == [(ALICE, "no permission")]


async def test_the_admin_is_told_once(store: Store) -> None:
    await park(store, await two_posts(store), told=TOLD)
    first = await send_all(store)
    for number in (1, 2, 3):
        at = later(60 * number)
        await park(store, await probe(store, at), at, told=TOLD)

    assert seen(first) == [(BOB, "Alice is parked.")]
    assert len(await store.delivery_log(BOB, 9)) == 1


async def test_the_admin_is_told_again_when_it_is_parked_anew(store: Store) -> None:
    await park(store, await two_posts(store), told=TOLD)
    await store.resume(ALICE, later(1))
    await send_all(store, later(1))
    (feed,) = await store.feeds()
    await publish(store, feed, row("p3", "Trade"))
    await park(store, await claim_one(store), told=TOLD)

    assert len(await store.delivery_log(BOB, 9)) == 2


async def test_a_probe_is_the_oldest_message_alone(store: Store) -> None:
    await park(store, await two_posts(store))

    assert await store.probe_parked(later(59)) == 0
    each = await probe(store, later(60))
    assert (about(each), each.destination.parked, each.attempts) == ("p1", True, 1)
    assert await store.probe_parked(later(60)) == 0
    assert await states(store) == ["sending", "parked"]


async def test_a_sent_probe_resumes_the_destination_by_itself(store: Store) -> None:
    await park(store, await two_posts(store))
    await store.settle([Sent(await probe(store, later(60)), "r", later(61))])
    assert await store.next_delivery_at(["console"]) == later(61)
    next_one = await claim_one(store, later(61))

    assert (about(next_one), next_one.destination.parked) == ("p2", False)
    assert (await store.queue_health()).parked == ()


async def test_a_probe_that_is_refused_as_a_message_resumes_the_destination(store: Store) -> None:
    await park(store, await two_posts(store))
    await store.settle([Failed(await probe(store, later(60)), "refused", later(61))])

    assert [about(each) for each in await claim(store, later(61))] == ["p2"]
    assert (await store.queue_health()).parked == ()


async def test_a_probe_that_finds_it_shut_again_is_followed_by_another(store: Store) -> None:
    await park(store, await two_posts(store))
    await park(store, await probe(store, later(60)), later(60))

    assert await store.probe_parked(later(119)) == 0
    assert about(await probe(store, later(120))) == "p1"


async def test_a_probe_without_an_answer_is_followed_by_another(store: Store) -> None:
    await park(store, await two_posts(store))
    each = await probe(store, later(60))
    await store.settle([Retry(each, later(90), "no answer", uncertain=True)])

    assert await states(store) == ["parked", "parked"]
    assert await store.next_delivery_at(["console"]) is None
    assert await store.probe_parked(later(89)) == 0
    again = await probe(store, later(90))
    assert (again.key, again.uncertain, again.destination.parked) == (each.key, True, True)
    await store.settle([Sent(again, "r", later(90))])
    assert [about(each) for each in await claim(store, later(90))] == ["p2"]


async def test_a_probe_given_back_is_followed_by_another(store: Store) -> None:
    await park(store, await two_posts(store))
    await store.settle([Requeued(await probe(store, later(60)))])

    assert await states(store) == ["parked", "parked"]
    assert about(await probe(store, later(61))) == "p1"


async def test_a_probe_whose_runner_died_is_looked_for(store: Store) -> None:
    await park(store, await two_posts(store))
    each = await probe(store, later(60))

    assert await store.next_delivery_at(["console"]) == later(60 + LEASE)
    again = await claim_one(store, later(60 + LEASE), owner="two")
    assert (again.key, again.uncertain) == (each.key, True)


async def test_what_may_have_arrived_is_still_looked_for_after_a_parking(store: Store) -> None:
    lost = await two_posts(store)
    await store.settle([Retry(lost, T0, "no answer", uncertain=True)])
    await park(store, await claim_one(store))
    await store.resume(ALICE, later(1))

    assert (await claim_one(store, later(1))).uncertain


async def test_a_parked_digest_is_probed_whole(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await publish(store, feed, row("p1", "Trade"), row("p2", "Trade"), row("p3", "Trade"))
    (digest,) = await claim(store, catch_up_after=2)
    await publish(store, feed, row("p4", "Trade"))
    await park(store, digest)
    each = await probe(store, later(60))

    assert isinstance(each.message, Digest)
    assert (about(each), each.key) == (["p3", "p2", "p1"], digest.key)
    await store.settle([Sent(each, "r", later(60))])
    assert await states(store) == ["sent", "sent", "sent", "pending"]


async def test_a_parked_destination_without_a_queue_is_not_forgotten(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await publish(store, feed, row("p1", "Trade"))
    await send_all(store)
    await change(store, feed, row("p1", "Trade", title="Changed"))
    await park(store, await claim_one(store))  # by an edit: nothing else waits
    nothing_to_try = [await store.probe_parked(later(60)), await store.probe_parked(later(61))]
    await publish(store, feed, row("p2", "Trade"))

    assert nothing_to_try == [0, 0]
    assert about(await probe(store, later(62))) == "p2"


async def test_an_admin_resumes_a_parking(store: Store) -> None:
    await park(store, await two_posts(store))

    assert await store.resume(ALICE, later(5)) is True
    assert await store.next_delivery_at(["console"]) == later(5)
    assert seen(await claim(store, later(5))) == [(ALICE, "p1")]
    assert await store.resume(ALICE, later(5)) is False


async def test_resuming_while_the_probe_is_under_way_keeps_the_order(store: Store) -> None:
    await park(store, await two_posts(store))
    each = await probe(store, later(60))
    await store.resume(ALICE, later(61))
    assert await claim(store, later(61)) == []
    await store.settle([Retry(each, later(62), "no answer")])

    assert await states(store) == ["pending", "pending"]
    assert [about(each) for each in await send_all(store, later(62))] == ["p1", "p2"]


async def test_what_is_not_parked_or_unknown_cannot_be_resumed(store: Store) -> None:
    await follow(store, ALICE, "Trade")

    assert await store.resume(ALICE, T0) is False
    assert await store.resume("console:unknown", T0) is False


async def test_a_parking_that_comes_too_late_parks_nothing(store: Store) -> None:
    lost = await two_posts(store)
    second = await claim_one(store, later(LEASE), owner="two")
    await park(store, lost, later(LEASE), told=TOLD)
    await store.settle([Sent(second, "r", later(LEASE))])

    assert (await store.queue_health()).parked == ()
    assert seen(await claim(store, later(LEASE))) == [(ALICE, "p2")]


@pytest.mark.parametrize("told", [ALICE, BOB])
async def test_the_notice_waits_where_it_cannot_be_told(store: Store, told: str) -> None:
    each = await two_posts(store)
    await store.settle([Parked(each, "gone", T0, later(60), (AdminNotice(told, "Parked."),))])

    assert seen(await claim(store)) == ([] if told == ALICE else [(BOB, "Parked.")])
