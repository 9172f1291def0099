"""What people and channels have set, of all at once."""

from __future__ import annotations

from datetime import UTC, datetime, time

from bot.model import Preferences, QuietHours, Style
from bot.ports import Store

pytest_plugins = ["tests.contracts.store_fixtures"]

NOW = datetime(2026, 3, 2, tzinfo=UTC)


async def test_all_preferences_are_of_those_who_have_set_something(store: Store) -> None:
    alice = Preferences("Asia/Shanghai", QuietHours(time(22), time(7)), time(9), 4)
    news = Preferences(style=Style.TITLE, mention_last=True)
    await store.set_preferences("console:news", news, NOW)
    await store.set_preferences("console:alice", alice, NOW)
    await store.set_preferences("console:bob", alice, NOW)
    await store.set_preferences("console:bob", Preferences(), NOW)
    await store.notify(["console:carol"], "Hello.", NOW)

    assert await store.all_preferences() == {"console:alice": alice, "console:news": news}
