"""What every store must show of several calls in one transaction."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import UsageError
from bot.model import Preferences
from bot.ports import Store
from tests.contracts.store_samples import ALICE, BOB, T0, add_feed, follow, settings
from tests.contracts.stores import opened

pytest_plugins = ["tests.contracts.store_fixtures"]


async def test_all_of_it_is_stored_at_the_end_and_seen_inside(database_url: str) -> None:
    async with opened(database_url) as store, opened(database_url) as other:
        async with store.together():
            feed = await add_feed(store)
            await follow(store, ALICE, "Trade", feed=feed)
            await store.set_preferences(ALICE, Preferences("UTC"), T0)
            await store.set_value("console:x", "1")
            inside = [len(await store.feeds()), len(await store.subscriptions(ALICE))]
            outside = [len(await other.feeds()), len(await other.subscriptions(ALICE))]

        assert (inside, outside) == ([1, 1], [0, 0])
        assert len(await other.subscriptions(ALICE)) == 1
        assert await other.get_value("console:x") == "1"
        assert await other.preferences(ALICE) == Preferences("UTC")


async def test_an_error_undoes_all_of_it_and_the_store_goes_on(store: Store) -> None:
    async def change() -> None:
        async with store.together():
            await add_feed(store)
            await follow(store, ALICE, "Trade")
            await store.add_feed(settings("Blog"), T0, by=BOB)

    with pytest.raises(UsageError):
        await change()

    assert await store.feeds() == []
    assert await store.subscriptions() == []
    await follow(store, BOB, "Trade")
    assert len(await store.subscriptions()) == 1


async def test_other_tasks_are_not_in_it(store: Store) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def change() -> None:
        async with store.together():
            await follow(store, ALICE, "Trade")
            begun.set()
            await go_on.wait()
            raise UsageError("no")

    task = asyncio.create_task(change())
    await begun.wait()
    assert await store.subscriptions() == []
    writing = asyncio.create_task(follow(store, BOB, "Media"))
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(UsageError):
        await task
    await writing
    assert [each.destination.address for each in await store.subscriptions()] == [BOB]
