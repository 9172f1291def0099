"""What every store must show of held deliveries: digests, by whatever they are delayed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from bot.model import Cadence, Digest, HeldFor, Preferences
from bot.ports import Held, Parked, Retry, Sent, Store
from tests.contracts.store_samples import (
    ALICE,
    BOB,
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

EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)  # the first digest time after T0, noon on Sunday, 1 March


async def daily(store: Store, *posts: str, cadence: Cadence = Cadence.DAILY) -> None:
    """Let alice follow Trade in digests, and publish posts under it, an hour apart."""
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", cadence=cadence)
    for number, post in enumerate(posts):
        await publish(store, feed, row(post, "Trade", minutes=60 * number), at=later(3600 * number))


async def test_a_daily_follower_gets_one_message_at_the_digest_time_newest_first(store: Store) -> None:
    await daily(store, "p1", "p2", "p3")

    assert await claim(store, later(3 * 3600)) == []
    assert await store.next_delivery_at(["console"]) == EIGHT
    assert await store.held(ALICE) == [Held(HeldFor.DAILY, 3, EIGHT)]
    digest = await claim_one(store, EIGHT)
    assert isinstance(digest.message, Digest)
    assert about(digest) == ["p3", "p2", "p1"]
    assert digest.message.heading == "Daily digest: 3 posts"
    assert (await store.queue_health()).oldest_waiting == EIGHT  # what was held does not count as stuck
    assert digest.message.number == digest.delivery_ids[0]
    await store.settle([Sent(digest, "r", EIGHT)])
    assert await states(store) == ["sent"] * 3
    assert await store.next_delivery_at(["console"]) is None


async def test_what_is_held_for_a_platform_that_is_away_is_released_when_due_and_wakes_nobody_again(
    store: Store,
) -> None:
    feed = await add_feed(store)
    await follow(store, "slack:C1", "Trade", cadence=Cadence.DAILY)
    await publish(store, feed, row("p1", "Trade"))
    before = await store.next_delivery_at(["console"])

    assert before == EIGHT
    assert await claim(store, EIGHT, platforms=["console"]) == []
    assert await store.next_delivery_at(["console"]) is None
    (digest,) = await claim(store, EIGHT, platforms=["slack"])
    assert about(digest) == ["p1"]


async def test_a_digest_of_one_post_is_a_digest_and_one_of_none_is_not_sent(store: Store) -> None:
    await daily(store, "p1")
    only = await claim_one(store, EIGHT)

    assert isinstance(only.message, Digest)
    assert only.message.heading == "Daily digest: 1 post"
    await store.settle([Sent(only, "r", EIGHT)])
    assert await claim(store, EIGHT + timedelta(days=3)) == []


async def test_a_weekly_digest_comes_on_its_day(store: Store) -> None:
    await daily(store, "p1", "p2", cadence=Cadence.WEEKLY)
    await store.set_preferences(ALICE, Preferences(weekly=2, digest=time(18)), T0)
    wednesday = datetime(2026, 3, 4, 18, tzinfo=UTC)

    assert await store.next_delivery_at(["console"]) == wednesday
    assert await claim(store, wednesday - timedelta(milliseconds=1)) == []
    assert (await claim_one(store, wednesday)).message.heading == "Weekly digest: 2 posts"  # type: ignore[union-attr]


async def test_daily_and_weekly_digests_that_are_due_together_are_one_message(store: Store) -> None:
    await daily(store, "p1")  # Monday is the day of the weekly digest
    await follow(store, ALICE, "Arts", cadence=Cadence.WEEKLY)
    (feed,) = await store.feeds()
    await publish(store, feed, row("p2", "Arts"))
    digest = await claim_one(store, EIGHT)

    assert isinstance(digest.message, Digest)
    assert digest.message.heading == "Daily and weekly digest: 2 posts"


async def test_a_post_followed_at_once_and_daily_comes_once_and_at_once(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Arts", cadence=Cadence.DAILY)
    await follow(store, ALICE, "Trade")
    await follow(store, BOB, "*", cadence=Cadence.WEEKLY)
    await follow(store, BOB, "Trade", cadence=Cadence.DAILY)

    assert await publish(store, feed, row("p1", "Arts", "Trade")) == 2
    assert seen(await send_all(store)) == [(ALICE, "p1")]
    assert await store.held(BOB) == [Held(HeldFor.DAILY, 1, EIGHT)]
    assert seen(await send_all(store, EIGHT + timedelta(days=8))) == [(BOB, ["p1"])]


async def test_an_edited_post_is_in_its_newest_form_in_the_digest(store: Store) -> None:
    await daily(store, "p1")
    (feed,) = await store.feeds()
    await change(store, feed, row("p1", "Trade", title="Better"), at=later(60))
    digest = await claim_one(store, EIGHT)

    assert isinstance(digest.message, Digest)
    assert [post.title for post in digest.message.posts] == ["Better"]


async def test_a_digest_keeps_its_key_and_takes_no_new_post_while_it_is_tried(store: Store) -> None:
    await daily(store, "p1", "p2")
    first = await claim_one(store, EIGHT)
    (feed,) = await store.feeds()
    await publish(store, feed, row("p3", "Trade"), at=EIGHT)
    await store.settle([Retry(first, EIGHT + timedelta(minutes=1), "slow")])
    again = await claim_one(store, EIGHT + timedelta(minutes=1))

    assert (again.key, about(again)) == (first.key, ["p2", "p1"])
    await store.settle([Sent(again, "r", EIGHT)])
    assert about(await claim_one(store, EIGHT + timedelta(days=1))) == ["p3"]


async def test_new_preferences_move_what_is_held_and_lose_nothing(store: Store) -> None:
    await daily(store, "p1", "p2")
    seven_in_shanghai = datetime(2026, 3, 1, 23, tzinfo=UTC)
    wished = Preferences(timezone="Asia/Shanghai", digest=time(7))
    await store.set_preferences(ALICE, wished, later(7200))

    assert await store.preferences(ALICE) == wished
    assert await store.held(ALICE) == [Held(HeldFor.DAILY, 2, seven_in_shanghai)]
    assert about(await claim_one(store, seven_in_shanghai)) == ["p2", "p1"]
    assert await store.preferences(BOB) == Preferences()


async def test_digests_of_a_parked_destination_become_one_message_when_it_resumes(store: Store) -> None:
    await daily(store, "p1")
    await follow(store, ALICE, "Arts")
    (feed,) = await store.feeds()
    await publish(store, feed, row("now", "Arts"))
    refused = await claim_one(store)
    await store.settle([Parked(refused, "gone", T0, later(60))])
    await send_all(store, EIGHT)
    await publish(store, feed, row("p2", "Trade", minutes=1), at=EIGHT)
    await send_all(store, EIGHT + timedelta(days=1))
    assert await states(store) == ["parked", "parked", "parked"]

    back = EIGHT + timedelta(days=1, hours=1)
    assert await store.resume(ALICE, back)
    assert seen(await send_all(store, back)) == [(ALICE, ["p2", "p1"]), (ALICE, "now")]


async def test_what_is_not_followed_any_more_leaves_the_digest(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", "Arts", cadence=Cadence.DAILY)
    await publish(store, feed, row("p1", "Trade"), row("p2", "Trade", "Arts"), row("p3", "Arts"))
    await store.unfollow(ALICE, keys=["c:trade"], channel=False, by=ALICE, now=T0)

    assert sorted(about(await claim_one(store, EIGHT))) == ["p2", "p3"]
    assert (await store.queue_health()).held == 0


async def test_a_moved_or_gone_destination_takes_what_is_held_with_it(store: Store) -> None:
    await daily(store, "p1")
    assert await store.addresses("console:a") == [ALICE]
    await store.move(ALICE, BOB, T0)
    assert (await claim_one(store, EIGHT)).destination.address == BOB

    (feed,) = await store.feeds()
    await publish(store, feed, row("p2", "Trade"), at=EIGHT)
    assert await store.give_up(BOB, "deleted", EIGHT) == 2
    assert await claim(store, EIGHT + timedelta(days=2)) == []


async def test_the_posts_of_a_message_can_be_listed_again(store: Store) -> None:
    await daily(store, "p1", "p2")
    assert await store.sent_digest([ALICE]) is None
    digest = await claim_one(store, EIGHT)
    number = digest.delivery_ids[0]
    await store.settle([Sent(digest, "r", EIGHT)])
    (feed,) = await store.feeds()
    await publish(store, feed, row("p3", "Trade"), at=EIGHT)
    await send_all(store, EIGHT + timedelta(days=1))

    asked = await store.sent_digest([BOB, ALICE], number)
    newest = await store.sent_digest([ALICE])
    assert asked is not None
    assert newest is not None
    assert (asked.number, [post.id for post in asked.posts]) == (number, ["p2", "p1"])
    assert [post.id for post in newest.posts] == ["p3"]
    assert await store.sent_digest([BOB], number) is None  # of somebody else
    assert await store.sent_digest([ALICE], 10**6) is None


async def test_a_clock_that_is_set_moves_no_digest_off_its_time_of_day(store: Store) -> None:
    await daily(store, "p1")
    await store.shift_times(timedelta(hours=3))
    assert await store.held(ALICE) == [Held(HeldFor.DAILY, 1, EIGHT)]
    await store.shift_times(timedelta(days=365))
    (held,) = await store.held(ALICE)
    assert held.until == EIGHT + timedelta(days=365)
    await store.shift_times(timedelta(days=-365 * 40))
    (held,) = await store.held(ALICE)
    assert held.until is not None
    assert held.until.hour == EIGHT.hour


async def test_a_due_time_too_far_ahead_is_mended_once(store: Store) -> None:
    await daily(store, "p1")
    past = T0 - timedelta(days=365)

    assert await store.bound_times(past) == 2  # with the next poll of the feed
    assert await store.bound_times(past) == 0
    (held,) = await store.held(ALICE)
    assert held.until is not None
    assert held.until <= past + timedelta(days=1)


async def test_the_log_tells_until_when_a_post_is_held(store: Store) -> None:
    await daily(store, "p1")
    (info,) = await store.deliveries_of("p1", ALICE)

    assert (info.state, info.held_for, info.due_at) == ("held", HeldFor.DAILY, EIGHT)
    health = await store.queue_health()
    assert (health.held, health.held_until, health.waiting) == (1, EIGHT, 0)
    assert replace(health, held=0, held_until=None).sent == 0
