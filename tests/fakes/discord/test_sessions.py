"""Several sessions of one token, as Discord documents them (events/gateway, sharding and rate limiting).

Sessions with the same shard, and with another number of shards, may be open side by side, and each gets the
events of its servers. What belongs to no server comes on shard 0. IDENTIFYs are counted for the token, in
`max_concurrency` slots of five seconds; one that comes too early is answered with op 9.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import aiohttp
import pytest

from tests.fakes.discord.basics import Json
from tests.fakes.discord.server import FakeDiscord

Open = Callable[[int, int], Awaitable[aiohttp.ClientWebSocketResponse]]


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as server:
        yield server


@pytest.fixture
async def identify(discord: FakeDiscord) -> AsyncIterator[Open]:
    """Return a function that opens a connection and sends IDENTIFY for a shard of so many."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())

        async def opened(shard: int, total: int) -> aiohttp.ClientWebSocketResponse:
            socket = await stack.enter_async_context(session.ws_connect(f"{discord.gateway}?v=10"))
            identity = {"token": discord.token, "intents": 1, "properties": {}, "shard": [shard, total]}
            await socket.send_json({"op": 2, "d": identity})
            return socket

        yield opened


async def told(socket: aiohttp.ClientWebSocketResponse, wanted: str) -> Json:
    """Return the next event of a name."""
    while True:
        frame: Json = await socket.receive_json(timeout=20)
        if frame["t"] == wanted:
            return frame


async def first(socket: aiohttp.ClientWebSocketResponse) -> int | str:
    """Return what comes after HELLO: the name of an event, or an op."""
    await socket.receive_json(timeout=20)
    frame = await socket.receive_json(timeout=20)
    came: int | str = frame["t"] or frame["op"]
    return came


async def test_an_event_comes_to_every_session_of_its_shard(discord: FakeDiscord, identify: Open) -> None:
    discord.sockets.identify_every = 0.0
    guild = discord.add_guild()
    shard = (guild.id >> 22) % 2
    sockets = [await identify(shard, 2), await identify(shard, 2), await identify(0, 1)]
    await discord.wait_for_sessions(3)
    guild.add_text("news")

    assert {(await told(each, "CHANNEL_CREATE"))["d"]["name"] for each in sockets} == {"news"}


async def test_what_belongs_to_no_server_comes_on_shard_0(discord: FakeDiscord, identify: Open) -> None:
    discord.sockets.identify_every = 0.0
    reader = discord.add_user("ada", has_app=True)
    sockets = [await identify(0, 2), await identify(0, 2), await identify(1, 2)]
    await discord.wait_for_sessions(3)
    discord.hub.forged(reader, discord.dm_of(reader), {"custom_id": "x", "component_type": 2})
    ids = {(await told(each, "INTERACTION_CREATE"))["d"]["id"] for each in sockets[:2]}
    discord.sockets.ask_to_reconnect()  # the next that the other one hears

    assert len(ids) == 1
    frames = [await sockets[2].receive_json(timeout=20) for _ in range(3)]
    assert [(frame["op"], frame["t"]) for frame in frames] == [(10, None), (0, "READY"), (7, None)]


async def test_identifies_are_counted_for_the_token_in_slots(discord: FakeDiscord, identify: Open) -> None:
    discord.core.max_concurrency = 2
    together = [await first(await identify(shard, 8)) for shard in (0, 1, 2)]
    discord.clock.advance(discord.sockets.identify_every)

    assert together == ["READY", "READY", 9]
    assert await first(await identify(2, 8)) == "READY"
