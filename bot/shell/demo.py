"""`bystander demo`: the whole bot on a sample blog, on this machine, in a minute."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from bot.app import Bot, open_bot
from bot.config.load import Config, parse_config
from bot.model import Caller, Reply
from bot.ports import BotServices
from bot.running import prepare, run_bot
from bot.sample.blog import SampleBlog, SamplePost, load_posts
from bot.sample.server import SampleServer
from bot.shell.run import console_source, stopping_on_signals


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """What the demo shows, and when. Times are in seconds."""

    followed: str = "China-U.S."
    held_back: int = 3  # posts that are published while the demo runs
    first_wait: float = 2.0  # from the first /follow to the next post
    next_wait: float = 15.0  # between the posts after it
    last_wait: float = 3.0  # for the last alert once stdin has ended


_DEMO = DemoSettings()


async def demo(options: argparse.Namespace, _: Config) -> int:
    """Serve and watch the sample blog, and chat on this terminal (with --once: show one alert and end)."""
    posts = load_posts()
    with tempfile.TemporaryDirectory(prefix="bystander-demo-") as folder:
        blog = SampleBlog(posts[: -_DEMO.held_back])
        ended = asyncio.Event()
        source = None if options.once else _watched(console_source() or (), ended)
        async with SampleServer(blog) as server, _bot_of(server, folder, source) as bot:
            if options.once:
                return await _show_one(bot, blog, posts[-1])
            return await _talk(bot, server, list(reversed(posts[-_DEMO.held_back :])), ended)


@asynccontextmanager
async def _bot_of(server: SampleServer, folder: str, source: Iterable[str] | None) -> AsyncIterator[Bot]:
    """Open a bot that watches the sample blog, with its database in the temporary `folder`."""
    text = f"""
        database = "sqlite:///{Path(folder).as_posix()}/demo.db"
        [fetch]
        allow_networks = ["127.0.0.0/8"]
        [[feeds]]
        name = "The Sample Bystander"
        url = "{server.feed_url}"
        every = "0.5s"
        api_base = "{server.api_base}"
        [console]
        enabled = true
        [admins]
        console = ["me"]
    """
    async with open_bot(parse_config(text, {}), source=source) as bot:
        yield bot


async def _show_one(bot: Bot, blog: SampleBlog, post: SamplePost) -> int:
    """Follow, publish, deliver; return 1 when any poll or delivery failed."""
    me = Caller("console:me", "console:me", admin=True)
    await prepare(bot)
    failed = await bot.poller.poll_all()
    print(f"The blog has {len(blog.posts)} posts; the first poll is silent.\n")
    print(f"> /follow {_DEMO.followed}")
    print((await bot.services.run(me, f"/follow {_DEMO.followed}")).text)
    blog.publish(post, at=bot.clock.now())
    print(f"\nThe blog publishes a post filed under {', '.join(post.categories)}:\n", flush=True)
    failed += await bot.poller.poll_all()
    failed += await bot.outbox.drain()
    return 1 if failed else 0


async def _talk(bot: Bot, server: SampleServer, held_back: list[SamplePost], ended: asyncio.Event) -> int:
    """Run the bot on this terminal and publish the posts held back once somebody follows."""
    stop, followed, published = asyncio.Event(), asyncio.Event(), asyncio.Event()

    await prepare(replace(bot, services=cast("BotServices", _Listening(bot.services, followed))))
    await bot.poller.poll_all()
    print(_hints(len(server.blog.posts), server.url), flush=True)

    async def publish() -> None:
        await followed.wait()
        waits = (_DEMO.first_wait, *(_DEMO.next_wait for _ in held_back))
        for post, wait in zip(held_back, waits, strict=False):
            await asyncio.sleep(wait)
            server.blog.publish(post, at=bot.clock.now())
            published.set()

    async def end_with_input() -> None:
        await ended.wait()
        await asyncio.sleep(_DEMO.last_wait)
        if followed.is_set():
            await published.wait()
            await asyncio.sleep(_DEMO.last_wait)
        stop.set()

    with stopping_on_signals(stop):
        side = [asyncio.create_task(publish()), asyncio.create_task(end_with_input())]
        try:
            await run_bot(bot, stop, lambda: None)
        finally:
            for task in side:
                task.cancel()
    return 0


def _hints(posts: int, url: str) -> str:
    return f"""\
A sample blog with {posts} posts is served at {url} and watched; nothing old is announced.
Follow a category, and see what happens when the blog publishes:

    /follow {_DEMO.followed}

Then try /following, /categories, /latest, /find chips, /why, /health, /help.
Ctrl-C ends the demo; nothing is kept.
"""


class _Listening:
    """Wraps the services, and sets `followed` when somebody follows something."""

    def __init__(self, services: BotServices, followed: asyncio.Event) -> None:
        self._services = services
        self._followed = followed

    async def run(self, caller: Caller, line: str) -> Reply:
        reply = await self._services.run(caller, line)
        if reply.ok and line.lstrip("/ ").lower().startswith("follow "):
            self._followed.set()
        return reply

    def __getattr__(self, name: str) -> Any:
        return getattr(self._services, name)


def _watched(lines: Iterable[str], ended: asyncio.Event) -> Iterator[str]:
    """Pass lines on and set `ended` after the last; the console reads them in its own thread."""
    loop = asyncio.get_running_loop()

    def watch() -> Iterator[str]:
        yield from lines
        with contextlib.suppress(RuntimeError):  # the loop is already closed
            loop.call_soon_threadsafe(ended.set)

    return watch()
