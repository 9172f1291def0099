"""The cost of an alert on Discord, compared with bare POST requests."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import aiohttp
from discord.http import HTTPClient, Route

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.gateway.rate_limit import PaceSettings, RateLimiter
from adapters.discord.messages.destinations import channel_address
from bench.overhead import AT_ONCE, run
from tests.fakes.discord.process import DiscordProcess

CHANNELS = 300
_UNLIMITED = 1_000_000
_LIMITS = ("--global-limit", str(_UNLIMITED), "--bucket", str(_UNLIMITED))
_SEND = "POST /channels/"


@dataclass(slots=True)
class Discord:
    """Implements `bench.overhead.Platform` with the fake Discord."""

    discord: DiscordProcess
    session: aiohttp.ClientSession
    sdk: HTTPClient
    adapter: DiscordAdapter
    addresses: Sequence[str]
    nonces: count[int]
    name: str = "Discord"

    async def take_bodies(self) -> list[Any]:
        """Return path and body of each message since the last call."""
        found = await self.discord.ask("requests", on=_SEND)
        await self.discord.ask("reset")
        return [(each["line"].partition(" ")[2], each["body"]) for each in found]

    async def post(self, body: Any) -> None:
        """Send a message again, with a new nonce so that it does not count as a duplicate."""
        path, message = body
        url = f"{self.discord.api_base}{path}"
        async with self.session.post(url, json=message | {"nonce": str(next(self.nonces))}) as answer:
            answer.raise_for_status()
            await answer.json()

    async def post_by_sdk(self, body: Any) -> None:
        """Send a message again by discord.py, once the adapter has set its address."""
        path, message = body
        if self.sdk.token is None:
            await self.sdk.static_login(self.discord.token)
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=path.split("/")[2])
        await self.sdk.request(route, json=message | {"nonce": str(next(self.nonces))})


async def main() -> int:
    """Run the bench."""
    async with DiscordProcess("--channels", str(CHANNELS), *_LIMITS, "--no-guard") as discord:
        adapter = DiscordAdapter(
            token=discord.token,
            api_base=discord.api_base,
            gateway=discord.gateway,
            pace=RateLimiter(settings=PaceSettings(rate=_UNLIMITED, burst=_UNLIMITED)),
        )
        addresses = [channel_address(int(each)) for each in discord.built["guilds"][0]["channels"]]
        headers = {"Authorization": f"Bot {discord.token}"}
        connector = aiohttp.TCPConnector(limit=AT_ONCE)
        async with aiohttp.ClientSession(headers=headers, connector=connector) as session:
            sdk = HTTPClient(asyncio.get_running_loop())
            try:
                return await run(Discord(discord, session, sdk, adapter, addresses, count()))
            finally:
                await sdk.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
