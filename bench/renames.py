"""How long a rename of a category keeps the outbox waiting, where a blog has many posts and followers.

`python -m bench.renames`: 10,000 posts of 800 words and 10,000 followers on SQLite. Beside the whole, it
shows the longest part, and the longest that a claim of due messages took meanwhile.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from pathlib import Path

from bench.report import Aim, heading, line
from bot.model import Feed
from bot.ports import CategoryChange, Store
from storage import open_store
from tests.contracts.renaming import API, NEW
from tests.contracts.store_samples import add_feed, claim, follow, later, publish, row

POSTS, PEOPLE, WORDS = 10_000, 10_000, 800
AT_ONCE = 500
AIM = Aim(100, "ms CPU")


def main() -> None:
    """Rename a category, and print the figures."""
    heading(f"a category with {POSTS:,} posts and {PEOPLE:,} followers gets another name")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder) / "bench.db"))


async def _measure(path: Path) -> None:
    store = await open_store(f"sqlite:///{path.as_posix()}")
    feed = await _fill(store)
    whole = time.perf_counter()
    begun = time.process_time()
    await store.change_categories(CategoryChange(feed.id, API, later(60), renames=(NEW,)))
    parts, done = [time.process_time() - begun], asyncio.Event()
    waiting = asyncio.create_task(_longest_claim(store, done))
    more = True
    while more:
        begun = time.process_time()
        more = await store.move_on(feed.id)
        parts.append(time.process_time() - begun)
    done.set()
    line("all of it", time.perf_counter() - whole, "s")
    line("parts", len(parts), "")
    ordered = sorted(parts)
    line("median part", 1000 * ordered[len(ordered) // 2], "ms CPU")
    line("longest part", 1000 * ordered[-1], "ms CPU", AIM.verdict(1000 * ordered[-1]))
    line("longest claim of messages meanwhile", 1000 * await waiting, "ms")
    await store.aclose()


async def _longest_claim(store: Store, done: asyncio.Event) -> float:
    """Claim what is due again and again, and return the longest time in seconds that it took."""
    longest = 0.0
    while not done.is_set():
        begun = time.perf_counter()
        await claim(store, later(0))
        longest = max(longest, time.perf_counter() - begun)
        await asyncio.sleep(0.01)
    return longest


async def _fill(store: Store) -> Feed:
    feed, chance = await add_feed(store), random.Random(1)
    words = [f"word{number}" for number in range(5000)]
    for first in range(0, POSTS, AT_ONCE):
        texts = {number: " ".join(chance.choices(words, k=WORDS)) for number in range(first, first + AT_ONCE)}
        rows = [row(f"p{each}", "Trade", "Media", minutes=each, text=text) for each, text in texts.items()]
        await publish(store, feed, *rows)
    for number in range(PEOPLE):
        await follow(store, f"console:p{number}", "Trade", feed=feed)
    return feed


if __name__ == "__main__":
    main()
