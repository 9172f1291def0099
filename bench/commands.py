"""How long a command takes on a database of many years, and whether it delays polls.

`python -m bench.commands`: 200,000 posts and 1,000,000 deliveries, each command through the real dispatcher.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

from bench import library
from bench.matching import poll_with, post_row
from bench.pages import among_many_feeds, lag
from bench.report import Aim, Verdicts, heading, line
from bot.commands.dispatch import Dispatcher
from bot.model import Caller, FeedSettings
from bot.pipeline.fetch.client import Fetcher, FetchSettings
from bot.pipeline.inspector import FeedInspector
from bot.ports import Store
from bot.sandbox.sandbox import Sandbox
from storage import open_store

ROUNDS = 7
AIM = Aim(50, "ms")
WHO = Caller("console:d999", "console:d1", admin=True)
COMMON, USUAL, RARE = library.word(0), library.word(300), library.word(library.VOCABULARY - 1)
LINES = (
    f"/find {COMMON}",
    f"/find {COMMON} {library.word(1)} {library.word(2)}",
    f"/find {USUAL}",
    f"/find {RARE}",
    "/find tea",  # the prefix of many words
    "/latest",
    "/latest Topic1",
    "/latest Topic1 10",
    f"/latest {library.LONELY}",
    "/follow",
    "/follow Topic1, Topic2, -Topic3",
    '/follow Topic1 feed:"Blog 3"',
    "/follow Topik1",
    f"/unfollow {library.LONELY}",
    "/following",
    "/categories",
    "/categories show:tags",
    "/why",
    "/why https://blog.example/77/",
    f"/why {COMMON}",
    "/health",
    "/alerts list",
    "/alerts log",
)
LINES_OF_FEEDS = (
    "/health",
    "/feeds list",
    '/follow Topic1 feed:"Blog 3"',
    '/follow Topic1 feed:"Blog nope"',
    '/categories feed:"More 77"',
)
TYPED_FEEDS = ("", "More", "More 777", "nothing like it")
TYPED = ("", "T", "Topic1", "Topic1, to", "#", f"#{library.word(7)}", "#zzqqxx", "nothing like it")


POLLS = 20  # number of polls measured alone, and again during searches


class Still:
    """A clock that stands still, one second after the newest post."""

    def now(self) -> datetime:
        """Return that time."""
        return library.NEWEST + timedelta(seconds=1)


async def measured(work: Callable[[], Awaitable[object]]) -> float:
    """Return the median time of `work` over ROUNDS calls, in milliseconds."""
    return median([await _once(work) for _ in range(ROUNDS)])


async def _once(work: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await work()
    return (time.perf_counter() - start) * 1000


async def commands(dispatcher: Dispatcher, verdicts: Verdicts) -> None:
    """Measure each command, and the suggestions for partly typed categories."""
    heading(f"commands among {library.POSTS:,} posts and {library.DELIVERIES:,} deliveries")
    for typed in LINES:
        verdicts.figure(typed, await measured(partial(dispatcher.run, WHO, typed)), "ms", AIM)
    for typed in TYPED:
        suggested = await measured(partial(dispatcher.complete, WHO, "follow", "categories", typed))
        verdicts.figure(f"suggestions for {typed!r}", suggested, "ms", AIM)


async def commands_of_feeds(dispatcher: Dispatcher, verdicts: Verdicts) -> None:
    """Measure what concerns feeds, while there are many, and how long others waited for all of it."""
    async with lag() as longest:
        for typed in LINES_OF_FEEDS:
            verdicts.figure(typed, await measured(partial(dispatcher.run, WHO, typed)), "ms", AIM)
        for typed in TYPED_FEEDS:
            suggested = await measured(partial(dispatcher.complete, WHO, "follow", "feed", typed))
            verdicts.figure(f"suggestions of feeds for {typed!r}", suggested, "ms", AIM)
    verdicts.figure("the longest that others waited", longest[0], "ms", AIM)


async def backlog(path: Path, store: Store, dispatcher: Dispatcher, verdicts: Verdicts) -> None:
    """Measure what reads the queue while every delivery waits, as after a long outage of a platform."""
    await asyncio.to_thread(library.requeue, str(path))
    waiting = (await store.queue_health()).waiting
    heading(f"{waiting:,} waiting deliveries")
    verdicts.figure("/health", await measured(partial(dispatcher.run, WHO, "/health")), "ms", AIM)


async def polls(store: Store, dispatcher: Dispatcher, verdicts: Verdicts) -> None:
    """Measure a poll's work in the store, alone and during non-stop searches."""
    settings = FeedSettings("Polled", "https://polled.example/feed/", origin="chat")
    feed = await store.add_feed(settings, Still().now(), by="console:bench")

    async def poll(number: int) -> None:
        name = f"polled {number}"
        await store.known_posts(feed.id, [name], [])
        await store.commit_poll(poll_with(feed, new=[post_row(name, "Polled")]))

    alone = [await _once(partial(poll, number)) for number in range(POLLS)]
    searching = asyncio.create_task(_search(dispatcher))
    beside = [await _once(partial(poll, POLLS + number)) for number in range(POLLS)]
    searching.cancel()
    heading("what a poll does in the store")
    line("alone", median(alone), "ms")
    verdicts.figure("beside searches, the longest", max(beside), "ms", AIM)


async def _search(dispatcher: Dispatcher) -> None:
    while True:
        await dispatcher.run(WHO, LINES[0])


async def run() -> int:
    """Fill a database and run all measurements; return the exit code."""
    verdicts = Verdicts()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        line(
            "filling the database",
            await _once(lambda: asyncio.to_thread(library.fill, str(path))) / 1000,
            "s",
        )
        store = await open_store(f"sqlite:///{path}")
        async with Fetcher(FetchSettings()) as fetcher, Sandbox() as sandbox:
            dispatcher = Dispatcher(store, FeedInspector(fetcher, sandbox), Still())
            await commands(dispatcher, verdicts)
            await polls(store, dispatcher, verdicts)
            await backlog(path, store, dispatcher, verdicts)
            await among_many_feeds(path, store, verdicts)
            await commands_of_feeds(dispatcher, verdicts)
        await store.aclose()
    return verdicts.code()


if __name__ == "__main__":
    sys.exit(asyncio.run(run()))
