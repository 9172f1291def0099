from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.adapters.discord.rig import Rig, made


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """A started Discord adapter on a fake Discord."""
    async with made() as each:
        await each.start()
        yield each
