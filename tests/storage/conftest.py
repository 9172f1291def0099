"""Databases to be moved, and to be moved to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contracts.stores import opened
from tests.fakes import postgres
from tests.storage.move_samples import fill, url_of


@pytest.fixture
async def empty_url() -> AsyncIterator[str]:
    """URL of a database on the test server without any table."""
    async with postgres.server().database(migrated=False) as made:
        yield made


@pytest.fixture
async def filled(tmp_path: Path) -> Path:
    """A file with something in every table, in every state."""
    path = tmp_path / "first.db"
    async with opened(url_of(path)) as store:
        await fill(store)
    return path
