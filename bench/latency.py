"""The time from publication to alert, compared with a bare loop that polls the same feed as often."""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import aiohttp

from bench.process import PATIENCE, BotProcess, running_bot, write_config
from bench.report import heading, line, ratio
from bot.sample.blog import SampleBlog, SamplePost, load_posts
from bot.sample.server import SampleServer

INTERVAL = 0.2  # seconds
POSTS = 40
PAUSES = (0.3, 0.6)  # seconds between two posts
_SECOND = timedelta(seconds=1)  # the resolution of a blog's validators
CATEGORY = "China-U.S."


class BareLoop:
    """Requests a feed every INTERVAL with its ETag, and sets `changed` when the body changes."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.changed = asyncio.Event()

    async def run(self) -> None:
        """Poll until cancelled."""
        body, headers = b"", dict[str, str]()
        async with aiohttp.ClientSession() as session:
            while True:
                async with session.get(self._url, headers=headers) as response:
                    found = await response.read()
                    if found and found != body:
                        body, headers = found, {"If-None-Match": response.headers["ETag"]}
                        self.changed.set()
                await asyncio.sleep(INTERVAL)


async def measure(bot: BotProcess, blog: SampleBlog, bare: BareLoop) -> tuple[list[float], list[float]]:
    """Publish posts at random moments; return the delays of bot and bare loop, in seconds."""
    ours, theirs = [], []
    for post in _posts(blog):
        await asyncio.sleep(random.uniform(*PAUSES))
        bare.changed.clear()
        start = time.perf_counter()
        blog.publish(post, at=max(datetime.now(UTC), blog.last_modified + _SECOND))
        alert, seen = await asyncio.gather(_alert(bot, start), _seen(bare, start))
        if alert[0] != post.title:
            raise RuntimeError(f"The alert was about {alert[0]!r}, not {post.title!r}.")
        ours.append(alert[1])
        theirs.append(seen)
    return ours, theirs


def _posts(blog: SampleBlog) -> list[SamplePost]:
    last = blog.posts[0]
    return [
        replace(
            last,
            number=last.number + 10 + number,
            slug=f"bench-{number}",
            title=f"Bench {number}",
            categories=(CATEGORY,),
        )
        for number in range(POSTS)
    ]


async def _alert(bot: BotProcess, start: float) -> tuple[str, float]:
    event = json.loads(await bot.output_line('"alert"'))
    return event["post"]["title"], time.perf_counter() - start


async def _seen(bare: BareLoop, start: float) -> float:
    async with asyncio.timeout(PATIENCE):
        await bare.changed.wait()
    return time.perf_counter() - start


async def run() -> None:
    """Run the comparison and print it."""
    with tempfile.TemporaryDirectory(prefix="bystander-bench-") as name:
        folder, blog = Path(name), SampleBlog(load_posts())
        async with SampleServer(blog) as server:
            write_config(folder, server.feed_url, every=f"{INTERVAL}s", api_base=server.api_base)
            bare = BareLoop(server.feed_url)
            polling = asyncio.create_task(bare.run())
            async with running_bot(folder) as bot:
                await bot.log_line(" silent")
                bot.say(f"/follow {CATEGORY}")
                await bot.output_line('"reply"')
                ours, theirs = await measure(bot, blog, bare)
            polling.cancel()
    heading(f"publish to alert at an interval of {INTERVAL} s ({POSTS} posts, with the API's evidence)")
    for name, waits in (("bare aiohttp loop sees another body", theirs), ("Bystander's alert is out", ours)):
        line(name, median(waits) * 1e3, "ms", f"{min(waits) * 1e3:.0f} to {max(waits) * 1e3:.0f}")
    ratio("Bystander / bare loop", median(ours) / median(theirs))
    ratio("Bystander / interval", median(ours) / INTERVAL)


if __name__ == "__main__":
    asyncio.run(run())
