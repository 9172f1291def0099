"""The real discord.py client, pointed at the fake."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Protocol, TypeVar

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

ClientT = TypeVar("ClientT", bound=discord.Client)


class Addresses(Protocol):
    """The fake in this process, or one in its own."""

    @property
    def api_base(self) -> str: ...
    @property
    def gateway(self) -> str: ...
    @property
    def token(self) -> str: ...


@contextmanager
def pointed_at(server: Addresses) -> Iterator[None]:
    """Let discord.py talk to the fake; restored at the end."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = server.api_base, yarl.URL(server.gateway)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


class Bot(discord.Client):
    """A client with a command tree, which identifies without the library's pause of five seconds."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("intents", discord.Intents(guilds=True))
        super().__init__(guild_ready_timeout=0.05, max_messages=None, **options)
        self.tree = app_commands.CommandTree(self)

    async def before_identify_hook(self, _shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait."""


class ShardedBot(discord.AutoShardedClient):
    """The same with shards."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("intents", discord.Intents(guilds=True))
        super().__init__(guild_ready_timeout=0.05, max_messages=None, **options)

    async def before_identify_hook(self, _shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait."""


@asynccontextmanager
async def running(server: Addresses, client: ClientT) -> AsyncIterator[ClientT]:
    """Log in, connect, wait until ready; close at the end."""
    with pointed_at(server):
        task = asyncio.create_task(client.start(server.token))
        try:
            ready = asyncio.create_task(_ready(client))
            await asyncio.wait([task, ready], timeout=20, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                ready.cancel()
                task.result()
            assert client.is_ready()
            yield client
        finally:
            await client.close()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task


async def _ready(client: discord.Client) -> None:
    # wait_until_ready() needs a client that has begun to log in.
    while not client.is_ready():  # noqa: ASYNC110 -- and no event exists before that
        await asyncio.sleep(0.005)
