from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.pipeline.fetch.client import Fetcher
from storage import open_store
from tests.commands.room import LOOPBACK, POSTS, SECOND, Room, post_row
from tests.databases import Database, Databases
from tests.sandbox.kept import kept_sandbox


@pytest.fixture
async def database(databases: Databases) -> Database:
    """An empty database; how its tables are made is tested elsewhere."""
    return await databases.new(made=True)


@pytest.fixture
async def empty_room(database: Database) -> AsyncIterator[Room]:
    """A bot that watches nothing yet."""
    store = await open_store(database.url)
    try:
        async with Fetcher(LOOPBACK) as fetcher:
            yield Room(store, fetcher, kept_sandbox())
    finally:
        await store.aclose()


@pytest.fixture
async def room(empty_room: Room) -> Room:
    """A bot that watches one blog, whose posts were there before it."""
    rows = [post_row(number, *post, silent=True) for number, post in enumerate(POSTS, 1)]
    await empty_room.publish(await empty_room.watch(), silent=tuple(rows))
    return empty_room


@pytest.fixture
async def two_blogs(room: Room) -> Room:
    """The same with a second blog, which has one category in common with the first."""
    rows = [
        post_row(1, "Bulbs in spring", ("Gardening",), ("Tulips",), site="second.example", silent=True),
        post_row(2, "Seed prices", ("Gardening", "Trade"), (), site="second.example", silent=True),
    ]
    await room.publish(await room.watch(SECOND), silent=tuple(rows))
    return room
