"""What every store must show of limits: what goes beyond one changes nothing, and cannot be raced."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import LimitError
from bot.model import Cadence, Feed
from bot.ports import Store
from tests.contracts.store_samples import ALICE, BOB, T0, add_feed, follow, settings, terms

pytest_plugins = ["tests.contracts.store_fixtures"]

HERE, THERE = "console:server:1", "console:server:2"


async def add(
    store: Store,
    *names: str,
    limit: int | None,
    address: str = ALICE,
    feed: Feed | None = None,
    channel: bool = False,
) -> None:
    """Follow names within a limit; "-Taiwan" leaves Taiwan out."""
    await store.follow(
        address,
        feed_id=feed.id if feed else None,
        include=terms(*(name for name in names if not name.startswith("-"))),
        exclude=terms(*(name.removeprefix("-") for name in names if name.startswith("-"))),
        cadence=Cadence.NOW,
        channel=channel,
        mention=None,
        by=address,
        now=T0,
        limit=limit,
    )


async def names(store: Store, address: str = ALICE) -> set[str]:
    return {key for each in await store.subscriptions(address) for key in each.filter.labels}


async def test_names_are_followed_up_to_the_limit_and_not_beyond(store: Store) -> None:
    await add(store, "Trade", "-Taiwan", limit=3)
    with pytest.raises(LimitError) as refused:
        await add(store, "Media", "Arts", limit=3)
    held = await names(store)
    await add(store, "Media", limit=3)

    assert (refused.value.held, refused.value.wanted, refused.value.limit) == (2, 4, 3)
    assert held == {"c:trade", "c:taiwan"}
    assert await names(store) == {"c:trade", "c:taiwan", "c:media"}


async def test_a_refused_change_leaves_no_trace(store: Store) -> None:
    with pytest.raises(LimitError):
        await add(store, "Trade", "Media", limit=1, address="console:new", channel=True)

    assert await store.subscriptions() == []
    assert await store.addresses("console:") == []
    assert await store.changes("console:new", 9) == []


async def test_what_is_there_above_a_lowered_limit_stays_and_may_be_changed(store: Store) -> None:
    await follow(store, ALICE, "Trade", "Media", "Arts")
    await add(store, "Trade", limit=1)
    await add(store, "-Trade", limit=1)
    with pytest.raises(LimitError):
        await add(store, "Economy", limit=1)
    await store.unfollow(ALICE, keys=["c:media"], channel=False, by=ALICE, now=T0)

    assert await names(store) == {"c:trade", "c:arts"}


async def test_a_name_of_several_feeds_counts_once(store: Store) -> None:
    one, other = await add_feed(store, "One"), await add_feed(store, "Other")
    for feed in (one, other, None):
        await add(store, "Trade", "-Taiwan", limit=2, feed=feed)

    with pytest.raises(LimitError):
        await add(store, "Media", limit=2, feed=one)


async def test_each_address_has_a_limit_of_its_own_and_so_has_its_channel(store: Store) -> None:
    await add(store, "Trade", limit=1)
    await add(store, "Media", limit=1, address=BOB)
    await add(store, "Arts", limit=1, channel=True)

    assert len(await store.subscriptions()) == 3


async def test_without_a_limit_there_is_none(store: Store) -> None:
    await add(store, *(f"Name{number}" for number in range(500)), limit=None)

    assert len(await names(store)) == 500


async def test_of_several_at_once_only_as_many_come_through_as_there_is_room_for(store: Store) -> None:
    asked = [add(store, f"Name{number}", limit=3) for number in range(8)]
    answers = await asyncio.gather(*asked, return_exceptions=True)

    assert sum(isinstance(each, LimitError) for each in answers) == 5
    assert len(await names(store)) == 3


# --- feeds -----------------------------------------------------------------------------------------------


async def feed_from(store: Store, server: str, name: str, limit: int | None = 2) -> Feed:
    return await store.add_feed(settings(name), T0, by=ALICE, server=server, limit=limit)


async def test_a_server_adds_feeds_up_to_its_limit(store: Store) -> None:
    for name in ("A", "B"):
        await feed_from(store, HERE, name)
    with pytest.raises(LimitError) as refused:
        await feed_from(store, HERE, "C")
    await feed_from(store, THERE, "D")

    assert (refused.value.held, refused.value.limit) == (2, 2)
    assert [feed.settings.name for feed in await store.feeds()] == ["A", "B", "D"]
    assert len(await store.changes("", 9)) == 3


async def test_what_was_added_without_a_server_or_stands_in_the_config_counts_for_none(store: Store) -> None:
    await feed_from(store, "", "A", limit=0)
    await feed_from(store, HERE, "B")
    await store.sync_feeds([settings("B", origin="config"), settings("C", origin="config")], T0)

    for name in ("D", "E"):
        await feed_from(store, HERE, name)
    with pytest.raises(LimitError):
        await feed_from(store, HERE, "F")


async def test_a_removed_feed_makes_room_and_counts_where_it_is_brought_back(store: Store) -> None:
    first = await feed_from(store, HERE, "A", limit=1)
    await store.retire_feed(first.id, T0, by=ALICE)
    await feed_from(store, HERE, "B", limit=1)
    with pytest.raises(LimitError):
        await feed_from(store, HERE, "A", limit=1)
    back = await feed_from(store, THERE, "A", limit=1)

    assert back.id == first.id
    with pytest.raises(LimitError):
        await feed_from(store, THERE, "C", limit=1)


async def test_of_several_feeds_at_once_only_as_many_are_added_as_there_is_room_for(store: Store) -> None:
    asked = [feed_from(store, HERE, f"Blog{number}") for number in range(6)]
    answers = await asyncio.gather(*asked, return_exceptions=True)

    assert sum(isinstance(each, LimitError) for each in answers) == 4
    assert len(await store.feeds()) == 2
