from __future__ import annotations

import pytest

from bot.errors import UsageError
from bot.timed_store import timed
from storage import open_store
from tests.contracts.store_samples import BOB, T0, settings
from tests.databases import Database


async def test_each_operation_of_a_store_is_measured_also_one_that_fails(database: Database) -> None:
    told: list[tuple[str, bool]] = []
    real = await open_store(database.url)
    store = timed(real, lambda name, seconds: told.append((name, 0 < seconds < 60)))
    added = await store.add_feed(settings(), T0, by=BOB)
    with pytest.raises(UsageError):
        await store.add_feed(settings(), T0, by=BOB)
    feeds = await store.feeds()
    await store.aclose()

    assert feeds == [added]
    assert told == [("add_feed", True), ("add_feed", True), ("feeds", True), ("aclose", True)]
