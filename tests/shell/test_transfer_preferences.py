"""Whose preferences an import sets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.model import Preferences
from bot.shell import transfer_preferences
from storage import open_store
from tests.commands.room import NOW
from tests.databases import Database

SNOOZED = NOW + timedelta(days=3)
ZONED = Preferences(timezone="Asia/Shanghai")


@pytest.mark.parametrize(
    ("before", "after", "set_"),
    [
        (Preferences(), ZONED, 1),
        (Preferences(snoozed_until=SNOOZED), Preferences("Asia/Shanghai", snoozed_until=SNOOZED), 1),
        (Preferences(weekly=4), Preferences(weekly=4), 0),
    ],
)
async def test_who_only_snoozes_has_set_nothing(
    database: Database, before: Preferences, after: Preferences, set_: int
) -> None:
    store = await open_store(database.url)
    try:
        await store.set_preferences("console:a", before, NOW)

        assert await transfer_preferences.add(store, {"console:a": ZONED}, NOW) == set_
        assert await store.preferences("console:a") == after
    finally:
        await store.aclose()
