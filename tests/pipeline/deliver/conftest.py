from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.databases import Database
from tests.pipeline.deliver.office import Office, open_office


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    """An outbox with all that it needs."""
    async with open_office(database) as opened:
        yield opened
