"""The fixtures that run a test once for each store; a plugin, so that only those who ask for it get them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.ports import Store
from tests.contracts.fresh import Fresh, fresh_stores
from tests.contracts.stores import STORES, opened


@pytest.fixture(params=STORES)
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """URL of an empty database of each kind; may be opened several times."""
    async with STORES[request.param](tmp_path) as url:
        yield url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A fresh, empty store of each kind."""
    async with opened(database_url) as fresh:
        yield fresh


@pytest.fixture(params=STORES, scope="module")
def fresh(request: pytest.FixtureRequest) -> Iterator[Fresh]:
    """What does one thing after the other, each in an empty store of each kind."""
    with fresh_stores(request.param) as do:
        yield do
