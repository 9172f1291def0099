"""What every store must show of the short texts that adapters keep."""

from __future__ import annotations

import pytest

from bot.ports import Store
from tests.contracts.stores import opened

pytest_plugins = ["tests.contracts.store_fixtures"]


async def test_a_text_is_kept_over_a_restart_until_it_is_forgotten(database_url: str) -> None:
    async with opened(database_url) as store:
        await store.set_value("discord:session", "one")
        await store.set_value("discord:session", "two")
        await store.set_value("slack:cursor", "three")
    async with opened(database_url) as store:
        assert await store.get_value("discord:session") == "two"
        await store.set_value("discord:session", "")

        assert await store.get_value("discord:session") == ""
        assert await store.get_value("slack:cursor") == "three"


async def test_what_was_never_kept_is_empty(store: Store) -> None:
    assert await store.get_value("unknown") == ""
    await store.set_value("unknown", "")


@pytest.mark.parametrize("text", ["'; DROP TABLE memory; --", "\0😀\n", "x" * 100_000])
async def test_any_text_comes_back_as_it_was(store: Store, text: str) -> None:
    await store.set_value(text, text)

    assert await store.get_value(text) == text


async def test_what_was_kept_is_told_by_how_its_key_begins(store: Store) -> None:
    for key in ("slack:team:T2", "slack:team:T1", "slack:teams", "slack:%"):
        await store.set_value(key, f"value of {key}")
    await store.set_value("slack:team:T3", "gone")
    await store.set_value("slack:team:T3", "")

    assert await store.list_values("slack:team:") == {
        "slack:team:T1": "value of slack:team:T1",
        "slack:team:T2": "value of slack:team:T2",
    }
