"""What a store does when a known post changes."""

from __future__ import annotations

import pytest

from bot.errors import StoreError
from bot.model import Feed
from bot.ports import PollCommit, Store
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    CAROL,
    T0,
    add_feed,
    change,
    claim,
    follow,
    later,
    publish,
    record,
    row,
    seen,
    send_all,
    states,
)

pytest_plugins = ["tests.contracts.store_fixtures"]


async def test_who_matched_the_old_filing_is_not_alerted_by_the_new_one(store: Store) -> None:
    feed = await add_feed(store)
    await publish(store, feed, row("p1", "Trade"))
    await follow(store, ALICE, "Trade", "Military")  # came too late for p1
    await follow(store, BOB, "*")

    assert await change(store, feed, row("p1", "Trade", "Military")) == 0


async def test_a_late_follower_is_not_alerted_by_an_unchanged_filing(store: Store) -> None:
    feed = await add_feed(store)
    await publish(store, feed, row("p1", "Trade"))
    await follow(store, ALICE, "Trade")

    assert await change(store, feed, row("p1", "Trade", title="Another title")) == 0


async def test_a_post_that_loses_the_category_somebody_leaves_out_alerts_them(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", "-Taiwan")
    await publish(store, feed, row("p1", "Trade", "Taiwan"))

    assert await change(store, feed, row("p1", "Trade")) == 1
    assert seen(await claim(store)) == [(ALICE, "p1")]


async def test_a_new_filing_is_held_for_a_paused_channel(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Military", channel=True)
    await publish(store, feed, row("p1", "Trade"))
    await store.pause(ALICE, paused=True, by=BOB, now=T0)

    assert await change(store, feed, row("p1", "Military")) == 1
    assert await claim(store) == []
    assert await states(store) == ["held"]


async def test_a_quiet_change_is_stored_and_alerts_nobody(store: Store) -> None:
    feed = await add_feed(store)
    for address in (ALICE, CAROL):
        await follow(store, address, "Trade" if address == ALICE else "Military")
    await publish(store, feed, row("p1", "Trade"))
    await send_all(store)
    changed = row("p1", "Military", title="Another title")
    made = await store.commit_poll(PollCommit(record(feed), quiet_changed=(changed,), at=T0))

    assert made == 0
    assert await send_all(store) == []
    assert [each.title for each in await store.latest(9, "c:military")] == ["Another title"]
    assert await store.latest(9, "c:trade") == []


async def test_a_change_keeps_when_a_post_was_first_seen_and_whether_it_was_silent(store: Store) -> None:
    feed = await add_feed(store)
    await store.commit_poll(PollCommit(record(feed), new=(row("p0", silent=True),), at=T0))
    await change(store, feed, row("p0", title="Another title", first_seen=later(99), aliases=("link:new",)))
    (found,) = await store.known_posts(feed.id, [], ["link:new"])

    assert (found.post.title, found.first_seen, found.silent) == ("Another title", T0, True)
    assert len(await store.known_posts(feed.id, [], ["link:p0"])) == 1


async def test_a_change_of_an_unknown_post_is_passed_over(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "*")

    assert await change(store, feed, row("unknown")) == 0
    assert await store.latest(9) == []


@pytest.mark.parametrize("hostile", ["\ud800", 10**30])
async def test_a_value_no_database_can_hold_is_a_store_error(store: Store, hostile: object) -> None:
    feed: Feed = await add_feed(store)
    bad = row("p1", wordpress_id=hostile) if isinstance(hostile, int) else row("p1", text=str(hostile))
    with pytest.raises(StoreError, match="cannot hold"):
        await publish(store, feed, bad)

    assert await publish(store, feed, row("p2", text="'; DROP TABLE posts; --\0\"", wordpress_id=-1)) == 0
    assert [post.id for post in await store.latest(9)] == ["p2"]
