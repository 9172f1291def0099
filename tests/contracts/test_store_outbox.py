"""What every store must show of the outbox: order, leases, attempt keys, outcomes, one runner."""

from __future__ import annotations

from dataclasses import replace

from bot.model import Action, Alert
from bot.ports import Failed, Requeued, Retry, Sent, Store
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    CAROL,
    LEASE,
    T0,
    about,
    add_feed,
    claim,
    claim_one,
    follow,
    later,
    publish,
    row,
    seen,
    send_all,
    states,
    with_posts,
)
from tests.contracts.stores import opened
from tests.owners import ended_owner

pytest_plugins = ["tests.contracts.store_fixtures"]


async def test_a_claim_carries_what_the_adapter_needs(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", channel=True, mention="@here")
    await publish(store, feed, row("p1", "Trade"))
    each = await claim_one(store, later(5))

    assert each.action is Action.SEND
    assert each.destination.address == ALICE
    assert isinstance(each.message, Alert)
    assert each.message.post == replace(row("p1", "Trade").post, feed="Blog")
    assert (each.message.mention, each.message.plain) == ("@here", False)
    assert (each.attempts, each.uncertain, each.first_attempt_at) == (0, False, later(5))
    assert len(each.key) <= 25  # what Discord admits in a nonce


async def test_a_destination_gets_its_messages_in_order_one_at_a_time(store: Store) -> None:
    await with_posts(store, "p1", "p2", "p3")
    first = await claim_one(store)
    assert await claim(store) == []
    await store.settle([Sent(first, "r", T0)])

    assert about(first) == "p1"
    assert [about(each) for each in await send_all(store)] == ["p2", "p3"]


async def test_a_head_that_waits_holds_back_what_comes_after_it(store: Store) -> None:
    await with_posts(store, "p1", "p2")
    await store.settle([Retry(await claim_one(store), later(30), "no answer")])

    assert await claim(store, later(29)) == []
    assert [about(each) for each in await send_all(store, later(30))] == ["p1", "p2"]


async def test_destinations_go_side_by_side_and_do_not_wait_for_each_other(store: Store) -> None:
    await with_posts(store, "p1", "p2", followers=(ALICE, BOB, CAROL))
    alice, bob, carol = await claim(store)
    await store.settle([Retry(alice, later(30), "slow"), Failed(bob, "refused", T0)])

    assert seen([alice, bob, carol]) == [(ALICE, "p1"), (BOB, "p1"), (CAROL, "p1")]
    assert seen(await claim(store)) == [(BOB, "p2")]


async def test_a_claim_keeps_to_the_limit(store: Store) -> None:
    await with_posts(store, "p1", followers=tuple(f"console:{number}" for number in range(5)))

    assert len(await claim(store, limit=2)) == 2
    assert len(await claim(store, limit=2)) == 2
    assert len(await claim(store, limit=2)) == 1
    assert await claim(store, limit=2) == []


async def test_only_the_asked_platforms_are_claimed(store: Store) -> None:
    await with_posts(store, "p1", followers=(ALICE, "discord:channel-1"))

    assert seen(await claim(store, platforms=["discord", "slack"])) == [("discord:channel-1", "p1")]
    assert await store.next_delivery_at(["slack"]) is None
    assert await store.next_delivery_at(["console"]) == T0
    assert await claim(store, platforms=[]) == []


async def test_a_message_is_not_claimed_before_it_is_due(store: Store) -> None:
    await store.notify([ALICE], "Hello.", later(10))

    assert await claim(store, later(9)) == []
    assert await store.next_delivery_at(["console"]) == later(10)
    assert [about(each) for each in await claim(store, later(10))] == ["Hello."]


# --- leases and keys ----------------------------------------------------------------------------------------


async def test_a_second_owner_gets_nothing_until_the_lease_ran_out(store: Store) -> None:
    await with_posts(store, "p1", "p2")
    first = await claim_one(store)
    assert await claim(store, later(LEASE - 1), owner="two") == []
    assert await store.next_delivery_at(["console"]) == later(LEASE)
    second = await claim_one(store, later(LEASE), owner="two")

    assert (first.uncertain, second.uncertain) == (False, True)
    assert second.key == first.key
    assert (second.attempts, second.first_attempt_at) == (1, T0)


async def test_the_attempt_key_is_the_same_over_retries_and_restarts(database_url: str) -> None:
    keys = set()
    async with opened(database_url) as store:
        await with_posts(store, "p1")
        for number in range(3):
            each = await claim_one(store, later(number))
            keys.add(each.key)
            await store.settle([Retry(each, later(number + 1), "no answer", plain=True)])
        keys.add((await claim_one(store, later(3))).key)
    async with opened(database_url) as store:
        keys.add((await claim_one(store, later(3 + LEASE))).key)

    assert len(keys) == 1


async def test_keys_differ_between_destinations_posts_and_notices(store: Store) -> None:
    await with_posts(store, "p1", "p2", followers=(ALICE, BOB))
    for _ in range(2):
        await store.notify([ALICE, BOB], "Same text.", T0)
    keys = [each.key for each in await send_all(store)]

    assert len(keys) == len(set(keys)) == 8


async def test_a_late_outcome_of_a_lost_claim_does_not_disturb_the_new_owner(store: Store) -> None:
    await with_posts(store, "p1")
    lost = await claim_one(store)
    second = await claim_one(store, later(LEASE), owner="two")
    await store.settle([Retry(lost, later(LEASE), "no answer")])
    await store.settle([Failed(lost, "refused", later(LEASE))])
    await store.settle([Requeued(lost)])
    assert await claim(store, later(LEASE)) == []
    await store.settle([Sent(second, "r", later(LEASE))])
    await store.settle([Retry(lost, later(LEASE), "no answer")])

    assert await claim(store, later(9999)) == []
    assert await states(store) == ["sent"]


async def test_a_message_that_was_sent_stays_sent_whoever_says_so(store: Store) -> None:
    await with_posts(store, "p1")
    lost = await claim_one(store)
    second = await claim_one(store, later(LEASE), owner="two")
    await store.settle([Sent(lost, "r", later(LEASE))])
    await store.settle([Retry(second, later(LEASE), "no answer")])

    assert await claim(store, later(9999)) == []
    assert await states(store) == ["sent"]


# --- outcomes -----------------------------------------------------------------------------------------------


async def test_again_says_when_and_whether_plain_and_uncertain(store: Store) -> None:
    await with_posts(store, "p1")
    await store.settle([Retry(await claim_one(store), later(10), "lost", uncertain=True, plain=True)])
    again = await claim_one(store, later(10))
    await store.settle([Retry(again, later(20), "refused")])
    third = await claim_one(store, later(20))
    (info,) = await store.deliveries_of("p1", ALICE)

    assert (again.attempts, again.uncertain, again.message.plain) == (1, True, True)
    assert (third.attempts, third.uncertain, third.message.plain) == (2, False, True)
    assert info.error == "refused"


async def test_a_failed_message_is_given_up_and_the_next_one_goes_on(store: Store) -> None:
    await with_posts(store, "p1", "p2")
    await store.settle([Failed(await claim_one(store), "refused", later(5))])
    (info,) = await store.deliveries_of("p1", ALICE)

    assert [about(each) for each in await send_all(store, later(9999))] == ["p2"]
    assert (info.state, info.error, info.at) == ("failed", "refused", later(5))


async def test_a_claim_given_back_comes_again_as_if_never_tried(store: Store) -> None:
    await with_posts(store, "p1")
    each = await claim_one(store)
    await store.settle([Requeued(each)])

    assert await claim_one(store) == each


async def test_a_claim_of_a_lost_message_given_back_stays_uncertain(store: Store) -> None:
    await with_posts(store, "p1")
    await claim_one(store)
    await store.settle([Requeued(await claim_one(store, later(LEASE)))])

    assert (await claim_one(store, later(LEASE))).uncertain


async def test_many_outcomes_are_stored_together(store: Store) -> None:
    await with_posts(store, "p1", followers=tuple(f"console:{number}" for number in range(40)))
    claims = await claim(store)
    await store.settle(
        [Sent(each, "r", T0) for each in claims[:10]]
        + [Retry(each, later(10), "slow") for each in claims[10:20]]
        + [Failed(each, "refused", T0) for each in claims[20:30]]
        + [Requeued(each) for each in claims[30:]]
    )
    health = await store.queue_health()

    assert (health.sent, health.failed, health.waiting) == (10, 10, 20)
    assert {each.destination for each in await claim(store)} == {each.destination for each in claims[30:]}


async def test_the_next_delivery_is_when_a_claim_will_give_something(store: Store) -> None:
    await with_posts(store, "p1", "p2", followers=(ALICE, BOB))
    alice, bob = await claim(store)
    await store.settle([Retry(alice, later(50), "slow")])
    waits_for_lease = await store.next_delivery_at(["console"])
    await store.settle([Retry(bob, later(40), "slow")])

    assert waits_for_lease == later(50)
    assert await store.next_delivery_at(["console"]) == later(40)
    assert await claim(store, later(39)) == []
    assert seen(await claim(store, later(40))) == [(BOB, "p1")]


async def test_when_all_is_sent_nothing_is_due(store: Store) -> None:
    await with_posts(store, "p1", "p2")
    await send_all(store)

    assert await store.next_delivery_at(["console"]) is None


# --- one runner ---------------------------------------------------------------------------------------------


async def test_the_leases_of_a_dead_runner_are_ended_at_once(store: Store) -> None:
    await with_posts(store, "p1")
    await claim_one(store, owner=ended_owner())
    await store.claim_feeds(ended_owner(), T0, 9999, 10)
    await store.take_over("one")

    assert (await claim_one(store)).uncertain
    assert [feed.settings.name for feed in await store.claim_feeds("one", later(900), LEASE, 10)] == ["Blog"]


async def test_taking_over_twice_keeps_ones_own_leases(store: Store) -> None:
    await with_posts(store, "p1")
    await store.take_over("one")
    await claim_one(store)
    await store.take_over("one")

    assert await claim(store) == []


async def test_the_mention_of_another_destination_is_never_used(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await publish(store, feed, row("p1", "Trade"))
    await store.unfollow(ALICE, keys=None, channel=False, by=BOB, now=T0)
    await follow(store, BOB, "Arts", channel=True, mention="@everyone")
    each = await claim_one(store)

    assert isinstance(each.message, Alert)
    assert (each.destination.address, each.message.mention) == (ALICE, "")


async def test_a_message_that_fails_again_and_again_lets_those_behind_it_pass(store: Store) -> None:
    await with_posts(store, "p1", "p2")
    for turn in range(8):
        each = await claim_one(store, later(100 * turn))
        await store.settle([Retry(each, later(100 * turn + 100), "server error")])

    passing = await claim_one(store, later(800))
    assert about(passing) == "p2"
    assert await claim(store, later(800)) == []  # one at a time, all the same
    await store.settle([Sent(passing, "r", later(800))])
    assert (await claim_one(store, later(800))).key == each.key
