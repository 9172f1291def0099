from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest

from bot.sample.server import SampleServer

Get = Callable[..., Awaitable[tuple[int, bytes]]]


@pytest.fixture
async def server() -> AsyncIterator[SampleServer]:
    async with SampleServer(wp_json=True) as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def get(client: aiohttp.ClientSession) -> Get:
    """Return a function that gets a URL (header names with `_` for `-`) and answers with status and body."""

    async def fetch(url: str, **headers: str) -> tuple[int, bytes]:
        sent = {name.replace("_", "-"): text for name, text in headers.items() if text}
        async with client.get(url, headers=sent, allow_redirects=False) as answer:
            return answer.status, await answer.read()

    return fetch
