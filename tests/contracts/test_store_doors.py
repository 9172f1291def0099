"""Doors of every store: a process that is alone holds what it asks for."""

from __future__ import annotations

import asyncio

from bot.ports import Door, Store

pytest_plugins = ["tests.contracts.store_fixtures"]


async def test_who_is_alone_holds_every_door_at_once(store: Store) -> None:
    whole = await store.door(Door("chat"), "here")
    part = await store.door(Door("mail", 0, 3, 16), "here")
    await asyncio.gather(whole.until_held(), part.until_held())

    assert whole.held
    assert part.held
    for each in (whole, part, whole):
        await each.aclose()
