"""Fetches older pages of a feed when posts may have dropped out of its window."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from bot.errors import FetchError, ParseError
from bot.model import Entry, Feed, ParsedFeed
from bot.pipeline.detect.changes import WindowChanges, identify
from bot.pipeline.feed_answer import read_answer
from bot.pipeline.fetch.client import Fetcher
from bot.pipeline.fetch.errors import refusal
from bot.sandbox.remote import Runner

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GapSettings:
    """How far, how fast and how often older pages are read."""

    last_page: int = 5  # WordPress prints 10 posts per page
    pause: float = 2.0  # seconds between pages; the polling interval if that is shorter
    tries: int = 3  # polls in a row that fail rather than leave a gap; after that the gap is accepted


GAP = GapSettings()


class Look(Protocol):
    """The result of detection among some entries."""

    @property
    def changes(self) -> WindowChanges:
        """The changes."""
        ...


@dataclass(frozen=True, slots=True)
class OlderPages:
    """Entries of older pages. `closed`: they reach back to the last reading or to the blog's first post."""

    entries: tuple[Entry, ...]
    closed: bool


def page_url(feed_url: str, page: int) -> str:
    """Return the address of a page of a WordPress feed (`?paged=N`, from 1)."""
    parts = urlsplit(feed_url)
    query = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "paged"
    ]
    return urlunsplit(parts._replace(query=urlencode([*query, ("paged", str(page))])))


async def read_page(fetcher: Fetcher, sandbox: Runner, feed: Feed, page: int) -> ParsedFeed | None:
    """Return one page of a feed, None past the end.

    Raises FetchError or ParseError if it cannot be read.
    """
    async with fetcher.open(page_url(feed.url, page)) as answer:
        if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            return None
        if answer.status != HTTPStatus.OK:
            raise FetchError(
                f"page {page} of the feed: {refusal(answer.status)}",
                status=answer.status,
                retry_after=answer.retry_after,
            )
        return await read_answer(sandbox, answer)


def has_pages(generator: str) -> bool:
    """Return whether feeds of `generator` have older pages: those of WordPress do."""
    return "wordpress" in generator.casefold()


async def page_back(
    fetcher: Fetcher,
    sandbox: Runner,
    feed: Feed,
    newest: ParsedFeed,
    look: Callable[[Sequence[Entry]], Awaitable[Look]],
) -> OlderPages:
    """Return older entries until a page leaves no gap below it, the pages end, or five pages are read.

    `look` detects what is new among the entries of one page.

    Raises FetchError or ParseError if a page cannot be read, unless the last three polls have failed.
    """
    if not has_pages(newest.generator):
        return OlderPages((), closed=False)
    found: list[Entry] = []
    seen = {identify(entry).id for entry in newest.entries}
    for page in range(2, GAP.last_page + 1):
        await asyncio.sleep(min(GAP.pause, feed.settings.every))
        try:
            parsed = await read_page(fetcher, sandbox, feed, page)
        except (FetchError, ParseError) as error:
            if feed.state.failures < GAP.tries:
                raise
            _log.warning("%s: the gap stays: %s", feed.settings.name, error)
            break
        if parsed is None:
            return OlderPages(tuple(found), closed=True)
        fresh = [entry for entry in parsed.entries if identify(entry).id not in seen]
        if not fresh:  # the server ignores the page number, so older posts are inaccessible
            break
        found += fresh
        seen.update(identify(entry).id for entry in fresh)
        if not (await look(fresh)).changes.gap:
            return OlderPages(tuple(found), closed=True)
    return OlderPages(tuple(found), closed=False)


def was_away(feed: Feed, now: datetime) -> bool:
    """Return whether polls failed or were missed; if not, a gap means that the feed's window is too short."""
    overdue = now - feed.next_poll_at > timedelta(seconds=feed.settings.every)
    return overdue or feed.state.failures > 0
