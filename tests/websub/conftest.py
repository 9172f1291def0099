from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.databases import Database
from tests.fakes.hub import FakeHub
from tests.websub.listener import Listener, listening


@pytest.fixture
async def hub() -> AsyncIterator[FakeHub]:
    async with FakeHub() as running:
        yield running


@pytest.fixture
async def listener(database: Database, hub: FakeHub) -> AsyncIterator[Listener]:
    async with listening(database, hub) as running:
        yield running
