"""What every store must show of quiet hours, snoozes and pauses: nothing is sent, and nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from bot.model import Alert, Cadence, Digest, HeldFor, Notice, Preferences, QuietHours, Style
from bot.ports import Held, Parked, Retry, Store
from tests.contracts.store_samples import (
    ALICE,
    BOB,
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
    states,
)

pytest_plugins = ["tests.contracts.store_fixtures"]

EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)  # the first digest time after T0, noon on Sunday, 1 March
NIGHT = QuietHours(time(22), time(7))
EVENING, MORNING = T0 + timedelta(hours=11), T0 + timedelta(hours=19)  # 23:00 and 07:00


async def test_alerts_of_quiet_hours_come_as_one_message_at_their_end(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", channel=True, mention="@here")
    await store.set_preferences(ALICE, Preferences(quiet=NIGHT), T0)
    for number in (1, 2):
        await publish(store, feed, row(f"p{number}", "Trade", minutes=number), at=EVENING)

    assert await claim(store, EVENING) == []
    assert await states(store) == ["held", "held"]
    assert await store.next_delivery_at(["console"]) == MORNING
    morning = await claim_one(store, MORNING)
    assert isinstance(morning.message, Digest)
    assert morning.message.heading == "2 posts from your quiet hours"
    assert (about(morning), morning.message.mention) == (["p2", "p1"], "")
    (health,) = [await store.queue_health()]
    assert (health.held, health.held_until) == (0, None)


async def test_a_single_post_of_quiet_hours_is_an_alert_that_calls_nobody(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", channel=True, mention="@here")
    await store.set_preferences(ALICE, Preferences(quiet=NIGHT, style=Style.TITLE, mention_last=True), T0)
    await publish(store, feed, row("p1", "Trade"), at=EVENING)
    await claim(store, EVENING)
    alert = (await claim_one(store, MORNING)).message

    assert isinstance(alert, Alert)
    assert (alert.mention, alert.style, alert.mention_last) == ("", Style.TITLE, True)


async def test_a_retry_is_held_too_but_not_a_message_that_may_have_arrived(store: Store) -> None:
    feed = await add_feed(store)
    for address in (ALICE, BOB):
        await follow(store, address, "Trade")
        await store.set_preferences(address, Preferences(quiet=NIGHT), T0)
    await publish(store, feed, row("p1", "Trade"), at=T0)
    alice, bob = await claim(store)
    await store.settle([Retry(alice, EVENING, "slow"), Retry(bob, EVENING, "lost", uncertain=True)])
    found = await claim_one(store, EVENING)

    assert (found.destination.address, found.uncertain) == (BOB, True)
    assert seen(await claim(store, MORNING + timedelta(hours=1)))[0] == (ALICE, "p1")


async def test_notices_pass_in_quiet_hours(store: Store) -> None:
    await add_feed(store)
    await store.set_preferences(ALICE, Preferences(quiet=NIGHT), T0)
    await store.notify([ALICE], "The feed fails.", EVENING)

    assert isinstance((await claim_one(store, EVENING)).message, Notice)


async def test_a_snooze_holds_digests_and_alerts_until_it_ends_or_is_ended(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", cadence=Cadence.DAILY)
    await follow(store, ALICE, "Arts")
    await publish(store, feed, row("p1", "Trade"))
    until = T0 + timedelta(days=3)
    await store.set_preferences(ALICE, Preferences(snoozed_until=until), later(60))
    await publish(store, feed, row("p2", "Arts", minutes=5), at=later(300))
    assert await claim(store, later(300)) == []
    assert {each.until for each in await store.held(ALICE)} == {until}
    assert await claim(store, EIGHT + timedelta(hours=1)) == []

    early = EIGHT + timedelta(hours=2)
    await store.set_preferences(ALICE, Preferences(), early)
    digest = await claim_one(store, early)
    assert isinstance(digest.message, Digest)
    assert (about(digest), digest.message.heading) == (["p2", "p1"], "2 posts since the last alert")


async def test_a_paused_channel_gets_what_it_missed_as_one_message(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", channel=True, mention="@here")
    await publish(store, feed, row("p0", "Trade"))
    await store.pause(ALICE, paused=True, by=BOB, now=T0)
    for number in (1, 2):
        await publish(store, feed, row(f"p{number}", "Trade", minutes=number))
    assert await claim(store, T0 + timedelta(days=400)) == []
    assert await store.next_delivery_at(["console"]) is None
    assert await store.held(ALICE) == [Held(HeldFor.PAUSE, 3, None)]
    assert await store.bound_times(later(60)) == 0

    await store.pause(ALICE, paused=False, by=BOB, now=later(60))
    digest = await claim_one(store, later(60))
    assert isinstance(digest.message, Digest)
    assert (about(digest), digest.message.mention) == (["p2", "p1", "p0"], "")
    assert digest.message.heading == "3 posts that came during the pause"


async def test_a_parked_destination_is_not_probed_in_quiet_hours(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await store.set_preferences(ALICE, Preferences(quiet=NIGHT), T0)
    await publish(store, feed, row("p1", "Trade"))
    await store.settle([Parked(await claim_one(store), "gone", T0, later(60))])

    assert await store.probe_parked(EVENING) == 0
    assert await store.probe_parked(MORNING) == 1
    assert about(await claim_one(store, MORNING)) == "p1"
