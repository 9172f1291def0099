"""Finds a feed by a typed name, however many feeds there are.

Names are compared in a thread: among ten thousand it takes so long that polls and deliveries would notice.
"""

from __future__ import annotations

import asyncio

from bot.commands.resolve import unknown_feed
from bot.model import Feed
from bot.ports import CommandStore


async def find_feed(store: CommandStore, typed: str) -> Feed:
    """Return the feed of this name. Raises UsageError with the nearest ones."""
    feed = await store.feed_called(typed)
    if feed is None:
        raise await asyncio.to_thread(unknown_feed, typed, await store.feed_names())
    return feed
