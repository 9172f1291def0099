"""The stores that are held to `bot.ports`. Another store is one more line in STORES."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from bot.ports import Store
from storage import open_store


@asynccontextmanager
async def _sqlite(folder: Path) -> AsyncIterator[str]:
    yield f"sqlite:///{folder / 'store.db'}"


# Name -> what makes an empty database for one test and gives its URL.
STORES: dict[str, Callable[[Path], AbstractAsyncContextManager[str]]] = {
    "sqlite": _sqlite,
}


@pytest.fixture(params=STORES)
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """URL of an empty database of each kind; may be opened several times."""
    async with STORES[request.param](tmp_path) as url:
        yield url


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    """Open a store and close it at the end."""
    store = await open_store(url)
    try:
        yield store
    finally:
        await store.aclose()


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A fresh, empty store of each kind."""
    async with opened(database_url) as fresh:
        yield fresh
