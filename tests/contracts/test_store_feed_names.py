"""How a feed is found by its name."""

from __future__ import annotations

from bot.ports import Store
from tests.contracts.store_samples import BOB, T0, add_feed, settings

pytest_plugins = ["tests.contracts.store_fixtures"]


async def test_a_feed_in_use_is_found_by_its_name_in_any_spelling(store: Store) -> None:
    feed, gone = await add_feed(store, "China-U.S. (2)"), await add_feed(store, "Gone")
    await store.retire_feed(gone.id, T0, by=BOB)

    assert await store.feed_called("china us (2)") == feed
    assert [await store.feed_called(name) for name in ("Gone", "China", "", "%", "china us 2")] == [None] * 5


async def test_a_feed_that_gave_up_its_name_is_found_by_its_new_one(store: Store) -> None:
    feed = await add_feed(store, "Blog")
    for name in ("Other", "Blog"):  # the config gives a feed of its own the name that the first has
        await store.sync_feeds([settings(name, "https://own.example/feed/", origin="config")], T0)
    one, two = await store.feeds()

    assert [one.settings.name, two.settings.name] == ["Blog", f"Blog ({feed.id})"]
    assert await store.feed_called("blog") == one
    assert await store.feed_called(f"BLOG ({feed.id})") == two
