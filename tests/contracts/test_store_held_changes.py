"""What every store must show of held posts when something changes: nothing is lost or sent too early."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from bot.model import Cadence, HeldFor, Preferences, QuietHours
from bot.ports import Held, Parked, Retry, Sent, Store
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
    seen,
    send_all,
    states,
)

pytest_plugins = ["tests.contracts.store_fixtures"]

OPS, NEW = "console:ops", "console:new"  # channels
EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
YEAR = timedelta(days=365)
NIGHT = Preferences(quiet=QuietHours(time(22), time(7)))
EVENING, MORNING = T0 + timedelta(hours=11), T0 + timedelta(hours=19)  # 23:00 and 07:00


async def pause(store: Store, address: str = OPS, *, at: datetime = T0) -> None:
    await store.pause(address, paused=True, by=BOB, now=at)


async def resume(store: Store, address: str = OPS, *, at: datetime = T0) -> None:
    await store.pause(address, paused=False, by=BOB, now=at)


async def test_two_messages_that_begin_with_the_same_post_have_two_keys(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, OPS, "Trade", channel=True, cadence=Cadence.DAILY)
    await publish(store, feed, row("p1", "Trade"), row("p2", "Trade"))
    first = await claim_one(store, EIGHT)
    await store.settle([Retry(first, EIGHT, "slow")])
    await pause(store, at=EIGHT)
    await publish(store, feed, row("p3", "Trade"), at=EIGHT)
    await resume(store, at=later(10**6))
    second = await claim_one(store, later(10**6))

    assert sorted(about(second)) == ["p1", "p2", "p3"]
    assert second.key != first.key


async def test_a_pause_takes_what_a_parked_channel_waits_for(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, OPS, "Trade", channel=True)
    await publish(store, feed, row("p1", "Trade"), row("p2", "Trade"))
    await store.settle([Parked(await claim_one(store), "gone", T0, later(60))])
    await pause(store)

    assert await store.probe_parked(later(3600)) == 0
    assert await send_all(store, later(3600)) == []
    await store.resume(OPS, later(7200))
    await resume(store, at=later(7200))
    assert seen(await send_all(store, later(7200))) == [(OPS, ["p2", "p1"])]


async def test_a_message_that_fails_after_the_pause_began_is_held_too(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, OPS, "Trade", channel=True)
    await publish(store, feed, row("p1", "Trade"))
    sending = await claim_one(store)
    await pause(store)
    await store.settle([Retry(sending, later(60), "slow")])

    assert await send_all(store, T0 + YEAR) == []
    await resume(store, at=later(120))
    assert seen(await send_all(store, later(120))) == [(OPS, "p1")]


async def test_a_pause_outlasts_changes_of_what_is_followed(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, OPS, "Trade", channel=True)
    await pause(store)
    await publish(store, feed, row("p1", "Trade"))
    await follow(store, OPS, "Trade", "Arts", channel=True, cadence=Cadence.DAILY)
    await publish(store, feed, row("p2", "Arts"), at=later(60))

    assert all(each.paused for each in await store.subscriptions(OPS))
    assert await send_all(store, EIGHT) == []
    await resume(store, at=EIGHT)
    assert seen(await send_all(store, EIGHT)) == [(OPS, ["p2", "p1"])]


async def test_a_digest_post_of_a_subscription_that_is_gone_is_held_by_a_pause(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, OPS, "Trade", channel=True, cadence=Cadence.DAILY)
    await publish(store, feed, row("p1", "Trade"))
    await follow(store, OPS, "Trade", channel=True, cadence=Cadence.WEEKLY)
    await pause(store)

    assert await store.held(OPS) == [Held(HeldFor.PAUSE, 1, None)]


async def test_a_paused_channel_that_moves_onto_another_pauses_both(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, OPS, "Trade", channel=True, mention="@here")
    await follow(store, NEW, "Arts", channel=True)
    await pause(store)
    await publish(store, feed, row("p1", "Trade"))
    await store.move(OPS, NEW, later(10))
    await publish(store, feed, row("p2", "Arts"), at=later(60))

    assert await send_all(store, T0 + YEAR) == []
    (merged,) = await store.subscriptions(NEW)
    assert (merged.paused, merged.mentions) == (True, {"c:trade": "@here"})
    await resume(store, NEW, at=later(120))
    assert seen(await send_all(store, later(120))) == [(NEW, ["p2", "p1"])]


async def test_preferences_move_to_an_address_that_has_none(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await store.set_preferences(ALICE, NIGHT, T0)
    await store.notify([BOB], "Hello.", T0)  # so the address is known
    await send_all(store)
    await publish(store, feed, row("p1", "Trade"), at=EVENING)
    await claim(store, EVENING)
    await store.move(ALICE, BOB, EVENING)

    assert await store.preferences(BOB) == NIGHT
    assert await send_all(store, EVENING) == []
    assert seen(await send_all(store, MORNING)) == [(BOB, "p1")]


async def test_what_was_snoozed_comes_to_an_address_with_its_own_preferences_by_those(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await store.set_preferences(ALICE, Preferences(snoozed_until=T0 + timedelta(days=30)), T0)
    await store.set_preferences(BOB, Preferences(digest=time(9)), T0)
    await publish(store, feed, row("p1", "Trade"))
    assert await claim(store) == []
    await store.move(ALICE, BOB, later(60))

    assert seen(await send_all(store, later(60))) == [(BOB, "p1")]


async def test_a_probe_that_comes_too_late_for_the_evening_waits_for_the_morning(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await store.set_preferences(ALICE, NIGHT, T0)
    await publish(store, feed, row("p1", "Trade"))
    await store.settle([Parked(await claim_one(store), "gone", T0, later(60))])
    assert await store.probe_parked(EVENING - timedelta(hours=2)) == 1

    assert await claim(store, EVENING) == []
    assert await states(store) == ["parked"]
    assert await store.probe_parked(MORNING) == 1
    assert about(await claim_one(store, MORNING)) == "p1"


async def test_a_message_that_may_have_arrived_is_marked_in_quiet_hours(store: Store) -> None:
    feed = await add_feed(store)
    for address in (ALICE, BOB):
        await follow(store, address, "Trade")
    await store.set_preferences(ALICE, NIGHT, T0)
    await publish(store, feed, row("p1", "Trade"))
    first = await claim(store)
    lost = await claim(store, EVENING)

    assert [(each.uncertain, each.quiet) for each in first] == [(False, False)] * 2
    assert {each.destination.address: (each.uncertain, each.quiet) for each in lost} == {
        ALICE: (True, True),
        BOB: (True, False),
    }


async def test_a_digest_that_arrived_after_all_does_not_come_again(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", cadence=Cadence.DAILY)
    await publish(store, feed, row("p1", "Trade"), row("p2", "Trade"))
    late = await claim_one(store, EIGHT)
    lost = await claim_one(store, EIGHT + timedelta(seconds=LEASE), owner="two")
    await store.settle([Retry(lost, EIGHT + timedelta(seconds=LEASE), "busy")])
    await store.set_preferences(ALICE, Preferences(snoozed_until=T0 + timedelta(days=9)), EIGHT)
    assert await claim(store, EIGHT + timedelta(seconds=LEASE)) == []
    await store.settle([Sent(late, "r", EIGHT)])

    assert await states(store) == ["sent", "sent"]
    assert await send_all(store, T0 + YEAR) == []


async def test_unfollowing_keeps_what_another_name_or_feed_lets_through(store: Store) -> None:
    one, two = await add_feed(store, "One"), await add_feed(store, "Two")
    await follow(store, ALICE, "Trade", "Arts", cadence=Cadence.DAILY)
    await publish(store, one, row("p1", "News"))
    await publish(store, two, row("p1", "Trade", "Arts"))  # the same post in another feed
    await store.unfollow(ALICE, keys=["c:arts"], channel=False, by=ALICE, now=T0)
    assert about(await claim_one(store, EIGHT)) == ["p1"]


async def test_what_is_not_followed_of_one_feed_or_left_out_leaves_the_digest(store: Store) -> None:
    one, two = await add_feed(store, "One"), await add_feed(store, "Two")
    for feed in (one, two):
        await follow(store, ALICE, "Trade", feed=feed, cadence=Cadence.DAILY)
    await follow(store, ALICE, "*", feed=two, cadence=Cadence.DAILY)
    await publish(store, one, row("p1", "Trade"))
    await publish(store, two, row("p2", "Trade"), row("p3", "Trade", "Taiwan"))
    await store.unfollow(ALICE, keys=["c:trade"], channel=False, feed_id=one.id, by=ALICE, now=T0)
    await follow(store, ALICE, "*", "-Taiwan", feed=two, cadence=Cadence.DAILY)

    assert about(await claim_one(store, EIGHT)) == ["p2"]
