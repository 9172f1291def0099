"""The cost of an alert on Slack, compared with bare POST requests."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.adapter import SlackAdapter
from adapters.slack.messages.destinations import address
from adapters.slack.transport.rate_limit import POST, PaceSettings, RateLimiter
from bench.overhead import AT_ONCE, run
from tests.fakes.slack.process import SlackProcess

CHANNELS = 300
_UNLIMITED = 1_000_000
_LIFTED = ("--per-second", "--burst", "--per-minute", "--method-per-minute")
_FASTER = 1_000  # speed of the rate limiter's clock, since its limit per channel cannot be set


@dataclass(slots=True)
class Slack:
    """Implements `bench.overhead.Platform` with the fake Slack."""

    slack: SlackProcess
    session: aiohttp.ClientSession
    sdk: AsyncWebClient
    adapter: SlackAdapter
    addresses: Sequence[str]
    name: str = "Slack"

    async def take_bodies(self) -> list[Any]:
        """Return the arguments of each message since the last call."""
        found = await self.slack.ask("calls", method=POST)
        await self.slack.ask("reset")
        return [each["arguments"] for each in found]

    async def post(self, body: Any) -> None:
        """Send a message again."""
        async with self.session.post(f"{self.slack.api_base}{POST}", json=body) as answer:
            told = await answer.json()
            if not told["ok"]:
                raise RuntimeError(f"{POST}: {told['error']}")

    async def post_by_sdk(self, body: Any) -> None:
        """Send a message again by slack_sdk."""
        await self.sdk.api_call(POST, json=body)


def _pace() -> RateLimiter:
    """Return a rate limiter that never delays a message."""
    return RateLimiter(PaceSettings(per_minute=_UNLIMITED), clock=lambda: _FASTER * time.monotonic())


async def main() -> int:
    """Run the bench."""
    limits = [part for name in _LIFTED for part in (name, str(_UNLIMITED))]
    async with SlackProcess("--channels", str(CHANNELS), *limits) as slack:
        token = slack.team["bot_token"]
        adapter = SlackAdapter(
            bot_token=token, app_token=slack.built["app_token"], api_base=slack.api_base, pace=_pace()
        )
        addresses = [address("", each, slack.team["id"]) for each in slack.team["channels"]]
        headers = {"Authorization": f"Bearer {token}"}
        connector = aiohttp.TCPConnector(limit=AT_ONCE)
        async with aiohttp.ClientSession(headers=headers, connector=connector) as session:
            sdk = AsyncWebClient(token, base_url=slack.api_base, session=session)
            return await run(Slack(slack, session, sdk, adapter, addresses))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
