"""What every store must show of the times of posts, and of what is told once."""

from __future__ import annotations

import pytest

from bot.errors import StoreError
from bot.model import PostTimes
from bot.ports import Store
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    T0,
    add_feed,
    claim,
    later,
    publish,
    row,
    seen,
    send_all,
)

pytest_plugins = ["tests.contracts.store_fixtures"]

NOW = later(1_000_000)


async def test_the_times_of_the_newest_posts_of_each_feed_come_newest_first(store: Store) -> None:
    one, other = await add_feed(store, "One"), await add_feed(store, "Other")
    await publish(store, one, *(row(f"p{number}", minutes=number) for number in (3, 1, 5, 2, 4)))
    await publish(store, other, row("q1", minutes=7))
    found = await store.post_times([one.id, other.id], NOW, 3)

    assert found == {
        one.id: PostTimes((later(300), later(240), later(180)), later(300)),
        other.id: PostTimes((later(420),), later(420)),
    }


async def test_only_the_feeds_that_are_asked_for_are_read(store: Store) -> None:
    one, other = await add_feed(store, "One"), await add_feed(store, "Other")
    for feed in (one, other):
        await publish(store, feed, row(f"p{feed.id}"))

    assert (await store.post_times([one.id, 999], NOW, 3)).keys() == {one.id}
    assert await store.post_times([], NOW, 3) == {}


async def test_a_post_that_is_dated_back_tells_when_it_came_but_not_one_that_was_no_news(
    store: Store,
) -> None:
    feed = await add_feed(store)
    await publish(store, feed, row("p1", minutes=5))
    await publish(store, feed, row("back", minutes=1, first_seen=later(6000)))
    await publish(store, feed, row("archived", minutes=2, first_seen=later(9000), silent=True))

    assert await store.post_times([feed.id], NOW, 9) == {
        feed.id: PostTimes((later(300), later(120), later(60)), later(6000))
    }


async def test_times_from_a_clock_that_ran_ahead_are_left_out(store: Store) -> None:
    feed = await add_feed(store)
    await publish(store, feed, row("p1", minutes=1), row("ahead", minutes=100))
    await publish(store, feed, row("back", minutes=0, first_seen=later(6000)))

    assert await store.post_times([feed.id], later(600), 9) == {
        feed.id: PostTimes((later(60), T0), later(60))
    }
    assert await store.post_times([feed.id], T0, 1) == {feed.id: PostTimes((T0,))}


async def test_what_is_told_once_is_stored_and_sent_together(store: Store) -> None:
    assert await store.tell_once("quiet:1", "then", [ALICE, BOB], "It is quiet.", T0)
    assert seen(await claim(store)) == [(ALICE, "It is quiet."), (BOB, "It is quiet.")]
    assert await store.get_value("quiet:1") == "then"


async def test_the_same_is_not_told_twice(store: Store) -> None:
    told = [
        await store.tell_once("quiet:1", value, [ALICE], value or "It speaks.", T0) for value in ("a", "a")
    ]
    told += [
        await store.tell_once("quiet:1", value, [ALICE], value or "It speaks.", T0) for value in ("", "")
    ]
    told += [await store.tell_once("quiet:1", "a", [ALICE], "a", T0)]
    told += [await store.tell_once("quiet:1", "b", [ALICE], "b", T0)]

    assert told == [True, False, True, False, True, True]
    assert [message for _, message in seen(await send_all(store))] == ["a", "It speaks.", "a", "b"]


async def test_a_notice_that_cannot_be_stored_leaves_its_value_unstored(store: Store) -> None:
    with pytest.raises(StoreError):
        await store.tell_once("quiet:1", "then", [ALICE, "console:\ud800"], "It is quiet.", T0)

    assert await store.get_value("quiet:1") == ""
    assert await claim(store) == []
