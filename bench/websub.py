"""The time from publication to alert through a hub, beside that of a blog that is only polled, in one bot."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from bench.process import PATIENCE, BotProcess, running_bot, write_config
from bench.report import Aim, Verdicts, heading, line
from bot.sample.blog import SampleBlog, SamplePost, load_posts
from bot.sample.server import SampleServer
from tests.fakes.hub import FakeHub

POSTS = 12  # on each blog
INTERVAL = 4.0  # seconds between polls of the blog without a hub
RARELY = "9m"  # between those of the other one
PAUSES = (5.2, 6.5)  # seconds between two posts; sooner ones share a poll
MOST = 500.0  # milliseconds from publication to alert by a push, on a quiet machine
CATEGORY = "China-U.S."
_SECOND = timedelta(seconds=1)  # the resolution of a blog's validators


class Alerts:
    """Collects when each alert came, by its title."""

    def __init__(self, bot: BotProcess) -> None:
        self._bot = bot
        self._came: dict[str, asyncio.Future[float]] = {}

    async def run(self) -> None:
        """Read alerts until cancelled."""
        while True:
            event = json.loads(await self._bot.output_line('"alert"'))
            self._of(event["post"]["title"]).set_result(time.perf_counter())

    async def came(self, title: str) -> float:
        """Return when the alert came."""
        async with asyncio.timeout(PATIENCE):
            return await self._of(title)

    def _of(self, title: str) -> asyncio.Future[float]:
        return self._came.setdefault(title, asyncio.get_running_loop().create_future())


def posts_of(name: str, last: SamplePost) -> list[SamplePost]:
    """Return the posts that a blog publishes."""
    return [
        replace(
            last,
            number=last.number + 10 + number,
            slug=f"bench-{number}",
            title=f"{name} {number}",
            categories=(CATEGORY,),
        )
        for number in range(POSTS)
    ]


async def measure(
    alerts: Alerts, pushed: SampleServer, polled: SampleServer, hub: FakeHub
) -> list[list[float]]:
    """Publish on both blogs at random moments; return the delays of the pushed and of the polled one."""
    delays: list[list[float]] = [[], []]
    pairs = zip(
        posts_of("Pushed", pushed.blog.posts[0]), posts_of("Polled", polled.blog.posts[0]), strict=True
    )
    for post, other in pairs:
        await asyncio.sleep(random.uniform(*PAUSES))
        start = time.perf_counter()
        for blog, one in ((pushed.blog, post), (polled.blog, other)):
            blog.publish(one, at=max(datetime.now(UTC), blog.last_modified + _SECOND))
        await hub.publish(pushed.feed_url)
        for found, title in zip(delays, (post.title, other.title), strict=True):
            found.append(await alerts.came(title) - start)
    return delays


def write(folder: Path, pushed: SampleServer, polled: SampleServer, port: int) -> None:
    """Write the config of a bot that watches both blogs and can be reached by the hub."""
    more = f"""
[[feeds]]
name = "Polled"
url = "{polled.feed_url}"
every = "{INTERVAL:g}s"
api_base = "{polled.api_base}"
[web]
listen = "127.0.0.1:{port}"
public_url = "http://127.0.0.1:{port}"
"""
    write_config(folder, pushed.feed_url, every=RARELY, api_base=pushed.api_base, more=more)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


async def compared(folder: Path) -> Sequence[list[float]]:
    """Run the bot, both blogs and the hub; return the delays."""
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(FakeHub())
        pushed = await stack.enter_async_context(SampleServer(SampleBlog(load_posts(), hub=hub.url)))
        polled = await stack.enter_async_context(SampleServer(SampleBlog(load_posts())))
        write(folder, pushed, polled, free_port())
        bot = await stack.enter_async_context(running_bot(folder))
        await bot.log_line("its hub tells of new posts")
        bot.say(f"/follow {CATEGORY}")
        await bot.output_line('"reply"')
        alerts = Alerts(bot)
        reading = asyncio.create_task(alerts.run())
        try:
            return await measure(alerts, pushed, polled, hub)
        finally:
            reading.cancel()


async def run() -> int:
    """Run the comparison and print it; return the exit code."""
    verdicts = Verdicts()
    with tempfile.TemporaryDirectory(prefix="bystander-bench-") as name:
        pushed, polled = await compared(Path(name))
    heading(f"publish to alert by a hub, and by polls each {INTERVAL:g} s ({POSTS} posts each, one bot)")
    for what, delays in (("pushed by the hub", pushed), ("polled", polled)):
        line(what, median(delays) * 1e3, "ms", f"{min(delays) * 1e3:.0f} to {max(delays) * 1e3:.0f}")
    verdicts.figure("median push / 500 ms", median(pushed) * 1e3 / MOST, "x", Aim(1.0))
    verdicts.figure("pushed / polled", median(pushed) / median(polled), "x", Aim(1.0))
    return verdicts.code()


if __name__ == "__main__":
    sys.exit(asyncio.run(run()))
