"""What every store must show of catching up: a long outage ends in one message that nothing tears apart."""

from __future__ import annotations

from bot.model import Digest, Notice
from bot.ports import Failed, Retry, Sent, Store
from tests.contracts.store_samples import (
    ALICE,
    BOB,
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
    states,
    with_posts,
)

pytest_plugins = ["tests.contracts.store_fixtures"]


async def test_more_alerts_than_the_limit_come_as_one_digest_newest_post_first(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await follow(store, BOB, "Arts")
    for number in (3, 1, 2):
        await publish(store, feed, row(f"p{number}", "Trade", "Arts" if number < 3 else "", minutes=number))
    alice, bob = await claim(store, catch_up_after=2)

    assert isinstance(alice.message, Digest)
    assert alice.message.heading == "3 posts since the last alert"
    assert (about(alice), about(bob)) == (["p3", "p2", "p1"], "p1")  # bob: two are no flood
    await store.settle([Sent(alice, "r", T0)])
    assert await states(store) == ["sent"] * 3


async def test_a_digest_keeps_its_key_and_its_posts_over_retries(store: Store) -> None:
    await with_posts(store, "p1", "p2", "p3")
    (first,) = await claim(store, catch_up_after=2)
    await store.settle([Retry(first, later(10), "slow")])
    (feed,) = await store.feeds()
    await publish(store, feed, row("p4", "Trade"))
    (again,) = await claim(store, later(10), catch_up_after=0)
    (lost,) = await claim(store, later(10 + LEASE), catch_up_after=0, owner="two")

    assert first.key == again.key == lost.key
    assert about(first) == about(again) == about(lost)
    assert (first.uncertain, again.uncertain, lost.uncertain) == (False, False, True)
    assert lost.delivery_ids == first.delivery_ids


async def test_two_digests_have_two_keys(store: Store) -> None:
    await with_posts(store, "p1", "p2")
    (first,) = await claim(store, catch_up_after=1)
    await store.settle([Sent(first, "r", T0)])
    (feed,) = await store.feeds()
    await publish(store, feed, row("p3", "Trade"), row("p4", "Trade"))
    (second,) = await claim(store, catch_up_after=1)

    assert (about(first), about(second)) == (["p2", "p1"], ["p4", "p3"])
    assert first.key != second.key


async def test_a_message_that_may_have_arrived_is_never_put_into_a_digest(store: Store) -> None:
    await with_posts(store, "p1", "p2", "p3", "p4")
    first = await claim_one(store)
    await store.settle([Retry(first, later(10), "lost", uncertain=True)])
    (again,) = await claim(store, later(10), catch_up_after=1)
    assert (again.key, again.uncertain, about(again)) == (first.key, True, "p1")
    await store.settle([Sent(again, "r", later(10))])
    (digest,) = await claim(store, later(10), catch_up_after=1)

    assert about(digest) == ["p4", "p3", "p2"]


async def test_a_notice_is_never_put_into_a_digest(store: Store) -> None:
    await store.notify([ALICE], "Hello.", T0)
    await with_posts(store, "p1", "p2", "p3")
    (notice,) = await claim(store, catch_up_after=1)
    assert isinstance(notice.message, Notice)
    await store.settle([Sent(notice, "r", T0)])
    (digest,) = await claim(store, catch_up_after=1)

    assert about(digest) == ["p3", "p2", "p1"]


async def test_what_is_not_due_yet_is_not_in_the_digest(store: Store) -> None:
    await with_posts(store, "p1", "p2")
    (feed,) = await store.feeds()
    await publish(store, feed, row("p3", "Trade"), at=later(60))
    (digest,) = await claim(store, catch_up_after=1)

    assert about(digest) == ["p2", "p1"]


async def test_a_digest_that_was_refused_is_tried_plain_then_given_up(store: Store) -> None:
    await with_posts(store, "p1", "p2")
    (digest,) = await claim(store, catch_up_after=1)
    await store.settle([Retry(digest, T0, "refused", plain=True)])
    (plain,) = await claim(store, catch_up_after=1)
    await store.settle([Failed(plain, "refused", T0)])

    assert (digest.message.plain, plain.message.plain) == (False, True)
    assert await states(store) == ["failed"] * 2
