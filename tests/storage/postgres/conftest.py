"""Databases on the test server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from storage.postgres import open_postgres
from storage.postgres.store import PostgresStore
from tests.fakes import postgres


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """URL of a database with all tables."""
    async with postgres.server().database() as made:
        yield made


@pytest.fixture
async def bare_url() -> AsyncIterator[str]:
    """URL of a database without any table."""
    async with postgres.server().database(migrated=False) as made:
        yield made


@pytest.fixture
async def store(url: str) -> AsyncIterator[PostgresStore]:
    made = await open_postgres(url)
    yield made
    await made.aclose()


@pytest.fixture
async def other(url: str) -> AsyncIterator[PostgresStore]:
    """The same database as another process would open it."""
    made = await open_postgres(url)
    yield made
    await made.aclose()
