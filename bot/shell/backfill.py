"""`bystander backfill`: adds older posts to the archive without alerts, so that commands can find them."""

from __future__ import annotations

import argparse

from bot.app import Bot, open_bot
from bot.config.load import Config
from bot.errors import UsageError
from bot.model import Feed
from bot.pipeline.backfill import Backfiller
from bot.shell.progress import progress
from bot.text.counting import counted

_MOST = 1000


async def backfill(options: argparse.Namespace, config: Config) -> int:
    """Read up to `--pages` pages of each feed; return 1 when any feed could not be read at all."""
    if not 1 <= options.pages <= _MOST:
        raise UsageError(f"--pages {options.pages}: write a number from 1 to {_MOST}.")
    failed = 0
    async with open_bot(config) as bot:
        await bot.store.take_over(bot.owner)
        await bot.store.sync_feeds([feed.settings() for feed in config.feeds], bot.clock.now())
        await bot.poller.poll_all()  # stores the newest posts, and finds the blog's API
        for feed in await bot.store.feeds():
            failed += not await _one(bot, feed, options.pages)
    return 1 if failed else 0


async def _one(bot: Bot, feed: Feed, pages: int) -> bool:
    """Read older pages of one feed and print how many; return whether any page could be read."""
    archivist = Backfiller(bot.store, bot.fetcher, bot.sandbox)
    with progress(f"Reading {feed.settings.name} ..."):
        read = [page async for page in archivist.read(feed, pages, bot.clock.now())]
    if not read:
        print(f"{feed.settings.name}: no page could be read.")
        return False
    stored, posts = sum(page.stored for page in read), sum(page.posts for page in read)
    pages_read, posts_read = counted(len(read), "page"), counted(posts, "post")
    print(f"{feed.settings.name}: {pages_read} with {posts_read}, {stored:,} of them new to the archive.")
    return True
