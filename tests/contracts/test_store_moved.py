"""What every store must show of a destination that its platform gave another address."""

from __future__ import annotations

from datetime import timedelta

from bot.ports import Parked, Retry, Sent, Store
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    T0,
    claim,
    claim_one,
    follow,
    later,
    publish,
    row,
    send_all,
    states,
    with_posts,
)

pytest_plugins = ["tests.contracts.store_fixtures"]

NEW = "console:alice-now"


async def test_what_is_followed_and_what_waits_moves_along(store: Store) -> None:
    await with_posts(store, "p1", "p2", followers=(ALICE, BOB))

    assert await store.move(ALICE, NEW, T0)
    assert await store.subscriptions(ALICE) == []
    assert len(await store.subscriptions(NEW)) == 1
    sent = await send_all(store)
    assert sorted(each.destination.address for each in sent) == sorted([NEW, NEW, BOB, BOB])
    assert await states(store, NEW) == ["sent", "sent"]
    assert not await store.move(ALICE, NEW, T0)  # the word comes twice


async def test_a_message_in_doubt_is_looked_for_under_its_old_key(store: Store) -> None:
    await with_posts(store, "p1")
    first = await claim_one(store)
    await store.settle([Retry(first, later(1), "lost", uncertain=True)])
    await store.move(ALICE, NEW, T0)
    again = await claim_one(store, later(2))

    assert again.destination.address == NEW
    assert again.uncertain
    assert again.key == first.key


async def test_what_comes_after_the_move_has_a_key_of_the_new_address(store: Store) -> None:
    await with_posts(store, "p1")
    old = await claim_one(store)
    await store.settle([Sent(old, "r1", T0)])
    await store.move(ALICE, NEW, T0)
    (feed,) = await store.feeds()
    await publish(store, feed, row("p1", "Trade"), row("p2", "Trade"))
    claims = await claim(store)

    assert len(claims) == 1  # p1 is not sent again
    assert claims[0].key != old.key


async def test_a_parking_ends_with_the_address_that_could_not_be_reached(store: Store) -> None:
    await with_posts(store, "p1", "p2")
    under_way = await claim_one(store)
    await store.settle([Parked(under_way, "gone", T0, T0 + timedelta(hours=1))])
    await store.move(ALICE, NEW, T0)

    assert (await store.queue_health()).parked == ()
    assert len(await send_all(store)) == 2


async def test_what_is_under_way_during_the_move_still_counts(store: Store) -> None:
    await with_posts(store, "p1")
    under_way = await claim_one(store)
    await store.move(ALICE, NEW, T0)
    await store.settle([Sent(under_way, "r1", T0)])

    assert await states(store, NEW) == ["sent"]
    assert await claim(store, later(3600)) == []


async def test_two_that_become_one_get_each_post_once_and_lose_none(store: Store) -> None:
    await with_posts(store, "p1", "p2", followers=(ALICE, NEW))
    first = next(each for each in await claim(store) if each.destination.address == ALICE)
    await store.settle([Sent(first, "r1", T0)])
    await store.move(ALICE, NEW, T0)
    sent = await send_all(store, later(3600))

    assert await states(store, ALICE) == []
    assert len(sent) <= 2
    assert await states(store, NEW) == ["sent", "sent"]
    assert len(await store.subscriptions(NEW)) == 1


async def test_what_waits_is_counted_once_after_two_became_one(store: Store) -> None:
    await with_posts(store, "p1", "p2", followers=(ALICE, BOB))
    before = await store.queue_health()
    await store.move(ALICE, BOB, T0)

    assert (before.waiting, (await store.queue_health()).waiting) == (4, 2)


async def test_two_that_become_one_follow_what_each_followed(store: Store) -> None:
    await with_posts(store, followers=(ALICE,))
    await follow(store, ALICE, "Trade")
    await follow(store, NEW, "Taiwan")
    await store.move(ALICE, NEW, T0)
    (both,) = await store.subscriptions(NEW)

    assert {"c:trade", "c:taiwan"} <= both.filter.include


async def test_nobody_else_is_moved(store: Store) -> None:
    await with_posts(store, "p1", followers=(BOB,))

    assert not await store.move(ALICE, NEW, T0)
    assert not await store.move(BOB, BOB, T0)
    assert await store.subscriptions(NEW) == []
    assert await states(store, BOB) == ["pending"]
