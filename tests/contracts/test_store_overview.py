"""What the status page and the metrics read of a store."""

from __future__ import annotations

from datetime import time, timedelta

from bot.model import Cadence, FeedState, HeldFor, Preferences
from bot.ports import (
    DAYS,
    Condition,
    Delivered,
    Failed,
    FeedDays,
    FeedFigure,
    HeldPlace,
    Latencies,
    Parked,
    ParkedPlace,
    PlatformCounts,
    PollRecord,
    QueueTimes,
    Sent,
    Store,
)
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    CAROL,
    T0,
    add_feed,
    claim,
    follow,
    later,
    publish,
    record,
    row,
    send_all,
)

pytest_plugins = ["tests.contracts.store_fixtures"]
DAY = 86_400
WELL = FeedState(baseline_at=T0, last_success_at=T0)


async def test_feeds_are_told_apart_by_how_they_do_and_those_in_trouble_come_first(store: Store) -> None:
    states = {
        "Ann": (WELL, 900),
        "Bea": (FeedState(), 900),
        "Cleo": (WELL, -601),
        "Dora": (WELL._replace(failures=2, last_error="HTTP 500"), -601),
        "Eve": (WELL._replace(failures=9, stopped=True), -601),
        "Gone": (WELL._replace(failures=9), 900),
    }
    for name, (state, due) in states.items():
        feed = await add_feed(store, name)
        await store.record_polls([PollRecord(feed.id, feed.url, state, later(due))], T0)
    await store.retire_feed(feed.id, T0, by=BOB)
    bad = [Condition.STOPPED, Condition.FAILING, Condition.OVERDUE]
    seen = await store.feeds_seen(later(-600), 4, first=bad)
    unread = await store.feeds_seen(later(-600), 2, first=[Condition.UNREAD])

    assert await store.feed_conditions(later(-600)) == dict.fromkeys(Condition, 1)
    assert [(each.feed.settings.name, each.condition) for each in seen] == [
        ("Eve", Condition.STOPPED),
        ("Dora", Condition.FAILING),
        ("Cleo", Condition.OVERDUE),
        ("Ann", Condition.WELL),
    ]
    assert [each.feed.settings.name for each in unread] == ["Bea", "Ann"]
    assert seen[1].feed.state.last_error == "HTTP 500"
    assert [figure.name for figure in await store.oldest_feeds(2)] == ["Ann", "Bea"]
    assert await store.oldest_feeds(9) == [
        FeedFigure(
            each.feed.settings.name,
            each.feed.next_poll_at,
            each.feed.state.last_success_at,
            each.feed.state.failures,
            each.feed.state.stopped,
        )
        for each in sorted(await store.feeds_seen(T0, 9, first=[]), key=lambda each: each.feed.id)
    ]


async def test_the_last_days_of_a_feed_are_counted_and_older_ones_forgotten(store: Store) -> None:
    feed, other = await add_feed(store), await add_feed(store, "Other")
    failed = PollRecord(feed.id, feed.url, FeedState(failures=1), T0)
    for ago, result in (
        (-DAYS, failed),
        (1 - DAYS, record(feed)),
        (-1, failed),
        (-1, record(feed)),
        (0, failed),
    ):
        await store.record_polls([result], later(ago * DAY))
    old, new = row("old", minutes=-60 * 24 * DAYS), row("new", minutes=-60 * 24)
    await publish(store, feed, old, new, row("newer"), row("of tomorrow", minutes=60 * 24))
    days = await store.feed_days([feed.id, other.id], T0)
    later_on = await store.feed_days([feed.id], later(DAY))
    before = await store.feed_days([feed.id], later(-DAYS * DAY))

    assert days == {
        feed.id: FeedDays(
            posts=(*[0] * (DAYS - 2), 1, 1),
            good=(1, *[0] * (DAYS - 3), 1, 1),
            failed=(*[0] * (DAYS - 2), 1, 1),
        )
    }
    assert before[feed.id].failed == (0,) * DAYS, "what was stored then is deleted"
    assert later_on[feed.id].failed == (*[0] * (DAYS - 3), 1, 1, 0)


async def test_deliveries_are_counted_by_platform_and_state(store: Store) -> None:
    assert await store.platform_counts() == {}
    feed = await add_feed(store)
    for address in (ALICE, BOB, "paper:ann"):
        await follow(store, address, "Trade")
    await follow(store, CAROL, "Trade", cadence=Cadence.DAILY)
    await publish(store, feed, row("p1", "Trade"))
    await store.notify(["console:dave"], "A notice.", T0)
    first, second, third = await claim(store)
    shut = Parked(second, "bob is shut; open it.", T0, later(60))
    await store.settle([Sent(first, "r", later(9)), shut, Failed(third, "no", T0)])

    assert await store.platform_counts() == {
        "console": PlatformCounts(sent=1, failed=1, held=1, parked=1),
        "paper": PlatformCounts(waiting=1),
    }
    assert await store.queue_times() == QueueTimes(T0, later(20 * 3600), 1)
    assert await store.parked_places(5) == [ParkedPlace(BOB, "bob is shut; open it.", T0, later(60))]
    assert await store.parked_places(0) == []


async def test_an_empty_store_has_an_overview_too(store: Store) -> None:
    assert await store.feed_conditions(T0) == {}
    assert await store.feeds_seen(T0, 5, first=()) == []
    assert await store.queue_times() == QueueTimes()
    assert await store.latencies(T0, 5) == Latencies()
    assert await store.newest_stories(5, 5) == []
    assert await store.held_next(5) == []
    assert await store.database_bytes() > 1000


async def test_it_is_known_how_long_alerts_took_that_were_sent_at_once(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await follow(store, BOB, "Trade", cadence=Cadence.DAILY)
    await store.set_preferences(BOB, Preferences(digest=time(13)), T0)
    await publish(store, feed, row("p1", "Trade", first_seen=later(30)), at=later(30))
    await send_all(store, later(40))
    await publish(store, feed, row("p2", "Trade", minutes=60, first_seen=later(3700)), at=later(3700))
    await store.notify([ALICE], "No alert.", later(3700))
    await send_all(store, later(3702))

    assert await store.latencies(T0, 9) == Latencies((102.0, 40.0), (2.0, 10.0))
    assert await store.latencies(T0, 1) == Latencies((102.0,), (2.0,))
    assert await store.latencies(later(41), 9) == Latencies((102.0,), (2.0,))


async def test_the_newest_posts_are_told_with_where_they_went(store: Store) -> None:
    feed = await add_feed(store)
    for address in (ALICE, BOB):
        await follow(store, address, "Trade")
    await follow(store, CAROL, "Trade", cadence=Cadence.WEEKLY)
    await publish(store, feed, row("p1", "Trade"))
    await send_all(store)
    await publish(store, feed, row("p2", "Arts", minutes=1))
    every = await store.newest_stories(5, 3)
    few = await store.newest_stories(5, 2)

    assert [(each.post.id, each.post.feed, each.more) for each in every] == [
        ("p2", "Blog", False),
        ("p1", "Blog", False),
    ]
    weekly = (T0 + timedelta(days=1)).replace(hour=8)  # 2 March 2026 is a Monday
    assert every[0].places == ()
    assert every[1].places == (
        Delivered(ALICE, "sent", HeldFor.NOTHING, None),
        Delivered(BOB, "sent", HeldFor.NOTHING, None),
        Delivered(CAROL, "held", HeldFor.WEEKLY, weekly),
    )
    assert (few[1].places, few[1].more) == (every[1].places[:2], True)


async def test_what_is_held_is_told_by_place_and_reason_the_first_due_first(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, CAROL, "Trade", cadence=Cadence.WEEKLY)
    await follow(store, BOB, "Trade", cadence=Cadence.DAILY)
    await follow(store, ALICE, "Arts", channel=True)
    await store.pause(ALICE, paused=True, by=BOB, now=T0)
    await publish(store, feed, row("p1", "Trade"), row("p2", "Trade", "Arts"))
    daily = HeldPlace(BOB, HeldFor.DAILY, 2, later(20 * 3600))

    assert await store.held_next(9) == [
        daily,
        HeldPlace(CAROL, HeldFor.WEEKLY, 2, later(20 * 3600)),
        HeldPlace(ALICE, HeldFor.PAUSE, 1, None),
    ]
    assert sum(each.posts for each in await store.held_next(3)) == 3


async def test_a_state_with_a_null_character_is_counted_like_any_other(store: Store) -> None:
    feed = await add_feed(store)
    state = FeedState(failures=1, last_error="no\0 answer")
    await store.record_polls([PollRecord(feed.id, feed.url, state, later(900))], T0)

    assert await store.feed_conditions(T0) == {Condition.FAILING: 1}
    assert [each.state.last_error for each in await store.feeds()] == ["no answer"]
