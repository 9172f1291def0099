from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from storage import open_store
from tests.databases import Database
from tests.web.scene import Ask, Scene, asking


@pytest.fixture
async def scene(database: Database) -> AsyncIterator[Scene]:
    """An empty database, everything alive and connected."""
    store = await open_store(database.url)
    try:
        yield Scene(store, database)
    finally:
        await store.aclose()


@pytest.fixture
async def ask(scene: Scene) -> AsyncIterator[Ask]:
    """Ask a running server for a path."""
    async with asking(scene.server()) as asked:
        yield asked
