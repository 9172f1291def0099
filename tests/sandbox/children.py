"""Input that keeps a parser busy, and ways to watch the child process that does the parsing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import psutil

from bot.model import ParsedFeed
from bot.sandbox.remote import Remote
from bot.sandbox.sandbox import Sandbox
from tests.pipeline.bodies import item, rss

PARSE: Remote[ParsedFeed, bytes] = Remote("bot.pipeline.parse.feed:parse", ParsedFeed)
PARSE_TYPED: Remote[ParsedFeed, bytes, str] = Remote("bot.pipeline.parse.feed:parse", ParsedFeed)
FOLD: Remote[str, str] = Remote("bot.text.normalize:fold", str)
GOOD = rss(item("<title>中国 \U0001f600</title><pubDate>Sat, 26 Nov 2022 23:41:07 +0000</pubDate>")).encode()
# Takes feedparser more than a minute: it compares each category with all before it.
ENDLESS = rss(item("".join(f"<category>{number}</category>" for number in range(100_000)))).encode()


async def until(condition: Callable[[], bool]) -> None:
    """Return once the condition holds; TimeoutError after a minute."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - other processes set no events
            await asyncio.sleep(0.01)


async def until_busy(sandbox: Sandbox) -> int:
    """Return the pid of a child that has been at its call for a while."""

    def is_busy() -> bool:
        return sandbox.pid is not None and psutil.Process(sandbox.pid).cpu_times().user > 0.5

    await until(is_busy)
    assert sandbox.pid is not None
    return sandbox.pid


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
