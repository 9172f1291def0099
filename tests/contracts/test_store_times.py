"""What every store must show when the machine's clock is set: what waits moves with it, the rest stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import NotYetError, PermanentError, Scope, TemporaryError
from bot.model import FeedState
from bot.pipeline.deliver.retry_policy import after_error
from bot.ports import Parked, PollRecord, Requeued, Retry, Sent, Store
from tests.contracts.store_samples import (
    ALICE,
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
)

pytest_plugins = ["tests.contracts.store_fixtures"]

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
SET = pytest.mark.parametrize(
    "by", [DAY, -DAY, timedelta(days=-400), timedelta(hours=3), timedelta(days=20_000)]
)


async def waiting_feed(store: Store, state: FeedState | None = None) -> None:
    feed = await add_feed(store)
    await store.record_polls([PollRecord(feed.id, feed.url, state or FeedState(), T0 + 10 * MINUTE)], T0)


async def alert(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await publish(store, feed, row("p1", "Trade"))


@SET
async def test_a_poll_waits_as_long_as_it_was_to_wait(store: Store, by: timedelta) -> None:
    await waiting_feed(store)
    await store.shift_times(by)

    assert await store.next_poll_at() == T0 + by + 10 * MINUTE
    assert await store.claim_feeds("one", T0 + by + 9 * MINUTE, 300, 9) == []
    assert len(await store.claim_feeds("one", T0 + by + 10 * MINUTE, 300, 9)) == 1


@SET
async def test_the_lease_of_a_poll_lasts_as_long_as_it_was_to_last(store: Store, by: timedelta) -> None:
    await add_feed(store)
    assert len(await store.claim_feeds("one", T0, 300, 9)) == 1
    await store.shift_times(by)

    assert await store.claim_feeds("two", T0 + by + 4 * MINUTE, 300, 9) == []
    assert len(await store.claim_feeds("two", T0 + by + 5 * MINUTE, 300, 9)) == 1


@SET
async def test_what_a_feed_waits_for_moves_and_its_baseline_stays(store: Store, by: timedelta) -> None:
    state = FeedState(failing_since=T0, refile_at=T0 + DAY, baseline_at=T0, slow_until=T0 + MINUTE, etag="x")
    await waiting_feed(store, state)
    await store.shift_times(by)
    (feed,) = await store.feeds()

    assert feed.state == state._replace(
        failing_since=T0 + by, refile_at=T0 + DAY + by, slow_until=T0 + MINUTE + by
    )


async def test_a_feed_that_is_never_polled_again_stays_so(store: Store) -> None:
    feed = await add_feed(store)
    never = datetime(9999, 1, 1, tzinfo=UTC)
    await store.record_polls([PollRecord(feed.id, feed.url, FeedState(stopped=True), never)], T0)
    await store.shift_times(500 * DAY)

    assert await store.bound_times(T0) == 0
    assert await store.next_poll_at() == never


@SET
async def test_a_message_under_way_is_given_to_nobody_else_until_its_lease_runs_out(
    store: Store, by: timedelta
) -> None:
    await alert(store)
    mine = await claim_one(store)
    await store.shift_times(by)

    assert await claim(store, later(LEASE - 1) + by, owner="two") == []
    again = await claim_one(store, later(LEASE) + by, owner="two")
    assert (again.key, again.uncertain, again.first_attempt_at) == (mine.key, True, T0 + by)


async def test_what_came_of_a_message_under_way_is_recorded_once(store: Store) -> None:
    await alert(store)
    mine = await claim_one(store)
    await store.shift_times(-DAY)
    await store.settle([Sent(mine, "1", T0 - DAY)])

    assert await states(store) == ["sent"]
    assert await claim(store, T0 + DAY) == []


@SET
async def test_a_back_off_and_an_edit_and_a_probe_last_as_long_as_they_were_to_last(
    store: Store, by: timedelta
) -> None:
    await alert(store)
    mine = await claim_one(store)
    await store.settle([Retry(mine, T0 + 5 * MINUTE, "busy")])
    await store.shift_times(by)
    assert await store.next_delivery_at(["console"]) == T0 + by + 5 * MINUTE
    (mine,) = await claim(store, T0 + by + 5 * MINUTE)
    await store.settle([Sent(mine, "1", T0 + by)])
    (feed,) = await store.feeds()
    await change(store, feed, row("p1", "Trade", title="Better"), at=T0 + by)
    (edit,) = await claim(store, T0 + by)
    await store.settle([Retry(edit, T0 + by + 7 * MINUTE, "busy")])
    await store.shift_times(-by)
    assert await store.next_delivery_at(["console"]) == T0 + 7 * MINUTE
    (edit,) = await claim(store, T0 + 7 * MINUTE)
    await store.settle([Parked(edit, "gone", T0, T0 + 60 * MINUTE)])
    await store.notify([ALICE], "Hello.", T0)
    await store.shift_times(by)

    assert await store.probe_parked(T0 + by + 59 * MINUTE) == 0
    assert await store.probe_parked(T0 + by + 60 * MINUTE) == 1


@pytest.mark.parametrize("hours", [0, 1, 12, 24, 24 * 400])
@pytest.mark.parametrize(
    ("error", "longest"),
    [
        (TemporaryError("Busy."), 1.0),
        (TemporaryError("Slow down.", retry_after=600.0), 600.0),
        (NotYetError("Full.", retry_after=20.0), 20.0),
    ],
)
async def test_an_outcome_of_before_the_clock_was_set_back_waits_no_longer_for_it(
    store: Store, hours: int, error: TemporaryError, longest: float
) -> None:
    await alert(store)
    mine = await claim_one(store)
    outcome = after_error(mine, error, T0, ())
    jump = timedelta(hours=-hours)
    await store.shift_times(jump)
    await store.settle([outcome])
    due = await store.next_delivery_at(["console"])

    assert due is not None
    assert due - (T0 + jump) <= timedelta(seconds=LEASE + longest)


async def test_a_probe_and_an_edit_of_before_the_clock_was_set_back_wait_no_longer_for_it(
    store: Store,
) -> None:
    await alert(store)
    await store.settle([Sent(await claim_one(store), "1", T0)])
    (feed,) = await store.feeds()
    await change(store, feed, row("p1", "Trade", title="Better"), at=T0)
    edit = await claim_one(store)
    await store.shift_times(-DAY)
    await store.settle([after_error(edit, TemporaryError("Busy."), T0, ())])
    due = await store.next_delivery_at(["console"])
    assert due is not None
    assert due <= T0 - DAY + timedelta(seconds=LEASE + 1)
    (edit,) = await claim(store, due)
    await store.shift_times(-DAY)
    gone = PermanentError("Gone.", scope=Scope.DESTINATION)
    await store.settle([after_error(edit, gone, due, ())])
    await store.notify([ALICE], "Hello.", T0)

    assert await store.probe_parked(due - DAY + timedelta(hours=1, seconds=LEASE)) == 1


async def test_what_waits_no_longer_than_it_may_is_left_alone(store: Store) -> None:
    await waiting_feed(store)
    await store.notify([ALICE], "Later.", T0 + 20 * DAY)  # never tried: it may wait for anything
    await store.notify(["console:carol"], "Hello.", T0)
    (mine,) = await claim(store)
    settlement = after_error(mine, TemporaryError("Slow down.", retry_after=86_400.0), T0, ())
    await store.settle([settlement])

    assert await store.bound_times(T0) == 0


async def test_what_waits_longer_than_anything_may_is_due(store: Store) -> None:
    feed = await add_feed(store)
    far = T0 + 30 * DAY
    await store.record_polls([PollRecord(feed.id, feed.url, FeedState(), far)], T0)
    await follow(store, ALICE, "Trade")
    await store.notify([ALICE, "console:bob", "console:carol"], "Hello.", T0)
    again, parked, released = await claim(store)
    await store.settle([Retry(again, far, "busy"), Parked(parked, "gone", T0, far), Requeued(released)])
    await claim(store, far - DAY)  # by a clock that was wrong

    assert await store.bound_times(T0) == 4
    due = await store.next_poll_at()
    assert due is not None
    assert T0 < due <= T0 + timedelta(seconds=900)
    assert await store.next_delivery_at(["console"]) == T0
    assert await store.probe_parked(T0) == 1
