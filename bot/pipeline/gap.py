"""Reads back page by page when no known post is left in a feed's window. Belongs to the poll."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from bot.errors import BystanderError
from bot.model import Entry, Feed, ParsedFeed
from bot.pipeline.fetch import Fetcher
from bot.pipeline.identity import identify
from bot.pipeline.posts import lookup_keys
from bot.ports import FeedStore
from bot.wall import Wall

_log = logging.getLogger(__name__)

LAST_PAGE = 5  # WordPress prints 10 posts a page
PAUSE = 2.0  # seconds between pages; the interval where that is shorter


def page_url(feed_url: str, page: int) -> str:
    """Return the address of a page of a WordPress feed (`?paged=N`, from 1)."""
    parts = urlsplit(feed_url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "paged"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("paged", str(page))])))


async def read_page(fetcher: Fetcher, wall: Wall, feed: Feed, page: int) -> ParsedFeed | None:
    """Return one page of a feed, None past the end or when it cannot be read."""
    try:
        answer = await fetcher.get(page_url(feed.url, page))
        if answer.status != HTTPStatus.OK:
            return None
        parsed: ParsedFeed = await wall.run("bot.pipeline.parse:parse", answer.body, answer.content_type)
    except BystanderError as error:
        _log.info("%s, page %d: %s", feed.settings.name, page, error)
        return None
    return parsed


async def page_back(
    fetcher: Fetcher, wall: Wall, store: FeedStore, feed: Feed, newest: ParsedFeed
) -> tuple[Entry, ...]:
    """Return older entries until one is known, the pages end, or LAST_PAGE is reached."""
    if "wordpress" not in newest.generator.casefold():
        return ()
    found: list[Entry] = []
    seen = {identify(entry).id for entry in newest.entries}
    for page in range(2, LAST_PAGE + 1):
        await asyncio.sleep(min(PAUSE, feed.settings.every))
        parsed = await read_page(fetcher, wall, feed, page)
        fresh = [entry for entry in parsed.entries if identify(entry).id not in seen] if parsed else []
        if not fresh:
            break
        found += fresh
        seen.update(identify(entry).id for entry in fresh)
        keys = lookup_keys(fresh)
        if await store.known_posts(feed.id, keys, keys):
            break
    return tuple(found)
