"""A bot whose blog names a hub, and where all of them are reached."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

import aiohttp

from tests.acceptance.process import Home
from tests.acceptance.publishing import draft, publish
from tests.acceptance.running import PATIENCE, Bot
from tests.acceptance.test_process_healthy import free_port
from tests.fakes.blog import FaultyBlog
from tests.fakes.hub import FakeHub

RARELY = "9m"  # an interval of polls that no test waits for


class HubPlace:
    """A blog, its hub, and a bot that the hub can reach. Polls come rarely, so that only pushes are quick."""

    def __init__(self, home: Home, blog: FaultyBlog, hub: FakeHub, every: str = RARELY) -> None:
        self.home, self.blog, self.hub = home, blog, hub
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        blog.blog.hub = hub.url
        home.feed["every"] = every
        home.settings["web"] = {"listen": f"127.0.0.1:{self.port}", "public_url": self.base}

    def running(self) -> AbstractAsyncContextManager[Bot]:
        return self.home.running()

    async def subscribed(self, bot: Bot, number: int = 1) -> None:
        """Wait until the hub has verified so many subscriptions."""
        await bot.ready()
        await bot.until(lambda: len(self.hub.callbacks) >= number)
        await bot.until(lambda: self.home.rows("SELECT 1 FROM hubs WHERE verified_until IS NOT NULL"))

    async def health(self, bot: Bot, words: str) -> str:
        """Ask for /health until it says something, and return the answer."""
        said = await bot.say("/health")
        end = asyncio.get_running_loop().time() + PATIENCE
        while words not in said:
            assert asyncio.get_running_loop().time() < end, said
            await asyncio.sleep(0.2)
            said = await bot.say("/health")
        return said

    def wait(self) -> float:
        """Return the seconds from the last poll to the next."""
        ((due, last),) = self.home.rows("SELECT next_poll_at, last_success_at FROM feeds")
        seconds: float = (due - last) / 1000
        return seconds

    async def publish(self, number: int, title: str, category: str = "Trade") -> None:
        """Publish a post and tell the hub of it, as a blog does."""
        publish(self.blog, draft(number, title, category))
        await self.hub.publish(self.blog.feed_url)

    async def metric(self, name: str) -> float:
        """Return one number of the metrics, 0 where it is missing."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.base}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} ")), 0.0)

    async def verified(self) -> float:
        """Return how many feeds have a hub that has agreed to push."""
        return await self.metric('bystander_hub_subscriptions{state="verified"}')

    async def pushes(self, outcome: str) -> float:
        """Return how many pushes had an outcome."""
        return await self.metric(f'bystander_pushes_total{{outcome="{outcome}"}}')
