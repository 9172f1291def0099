from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import open_store
from tests.web.scene import Ask, Scene, asking


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """An empty database, everything alive and connected."""
    path = tmp_path / "bystander.db"
    store = await open_store(f"sqlite:///{path}")
    try:
        yield Scene(store, path)
    finally:
        await store.aclose()


@pytest.fixture
async def ask(scene: Scene) -> AsyncIterator[Ask]:
    """Ask a running server for a path."""
    async with asking(scene.server()) as asked:
        yield asked
