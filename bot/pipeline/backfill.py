"""Stores a blog's older posts in the archive, page by page, without announcing them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from bot.errors import BystanderError
from bot.model import BlogApi, Entry, Feed, ParsedFeed, Silence
from bot.pipeline.assemble import assemble
from bot.pipeline.calls import CATEGORIES_OF_API, POSTS_OF_API
from bot.pipeline.classification import ClassifyRequest, ClassifyResult, classify_request
from bot.pipeline.classify.evidence import FiledPost, find_filed
from bot.pipeline.classify.names import Vocabulary
from bot.pipeline.classify.rules import classify
from bot.pipeline.classify.wordpress import api_candidates, archive_url, categories_url
from bot.pipeline.collect_evidence import refuse_busy
from bot.pipeline.detect.identity import identify
from bot.pipeline.detection import Detected, compare
from bot.pipeline.fetch.client import Fetcher
from bot.pipeline.older_pages import GAP, read_page
from bot.pipeline.texts import summarize
from bot.ports import FeedStore, PollCommit, PollRecord
from bot.sandbox.remote import Runner

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Page:
    """The result of one page: the number of its posts, and how many of them were new to the archive."""

    number: int
    posts: int
    stored: int


@dataclass(frozen=True, slots=True)
class _Source:
    parsed: ParsedFeed
    filed: Sequence[FiledPost]


def _classified(request: ClassifyRequest, filed: Sequence[FiledPost]) -> ClassifyResult:
    """Classify posts by the API's data, else by the feed's labels, without further requests."""
    settings, state = request.feed.settings, request.feed.state
    vocabulary = Vocabulary.of(settings.categories, request.vocabulary.categories)
    filings = {
        post.id: classify(
            post.labels,
            wordpress=request.wordpress,
            vocabulary=vocabulary,
            aliases=settings.aliases,
            api=find_filed(filed, link=post.link, guid=post.guid, wordpress_id=post.wordpress_id),
            said=request.said_of(post),
        )
        for post in request.posts
    }
    return ClassifyResult(filings, (), state.api, state.api_retry_at, state.slow_until, frozenset(filings))


class Backfiller:
    """Reads older posts through the blog's API if it has one, else through the pages of the feed."""

    def __init__(self, store: FeedStore, fetcher: Fetcher, sandbox: Runner) -> None:
        self._store = store
        self._fetcher = fetcher
        self._sandbox = sandbox

    async def read(self, feed: Feed, pages: int, now: datetime) -> AsyncIterator[Page]:
        """Store the unknown posts of up to `pages` pages, newest first; yield each page once it is stored.

        Nothing is announced. Stops at the first page that is past the end, cannot be read, or shows only what
        earlier pages did, because the server ignores the page's number.
        """
        candidate, source = await self._first(feed)
        seen: set[str] = set()
        for number in range(1, pages + 1):
            if number > 1:
                await asyncio.sleep(min(GAP.pause, feed.settings.every))
                source = await self._page(feed, candidate, number)
            ids = {identify(entry).id for entry in source.parsed.entries} if source else set()
            if source is None or ids <= seen:
                return
            seen |= ids
            names = await self._categories(candidate) if candidate and number == 1 else ()
            stored = await self._store_page(feed, source, names, now)
            yield Page(number, len(source.parsed.entries), stored)

    async def _first(self, feed: Feed) -> tuple[BlogApi | None, _Source | None]:
        """Return the API (the one polls use, else the first that answers, else None) and the first page."""
        state = feed.state
        everything = api_candidates(feed.url, state.site, state.generator, feed.settings.api_base)
        for candidate in sorted(everything, key=lambda each: each != state.api):
            if source := await self._page(feed, candidate, 1):
                return candidate, source
        return None, await self._page(feed, None, 1)

    async def _page(self, feed: Feed, candidate: BlogApi | None, number: int) -> _Source | None:
        """Return a page, None past the end or if it cannot be read."""
        try:
            if candidate is None:
                parsed = await read_page(self._fetcher, self._sandbox, feed, number)
                return _Source(parsed, ()) if parsed else None
            posts = await self._ask(candidate, number)
        except BystanderError as error:
            _log.warning("%s, page %d: %s", feed.settings.name, number, error)
            return None
        if not posts:
            return None
        entries = tuple(_entry(post) for post in posts)
        return _Source(ParsedFeed("", feed.state.site, entries, feed.state.generator), posts)

    async def _ask(self, candidate: BlogApi, number: int) -> tuple[FiledPost, ...]:
        url = archive_url(candidate, page=number)
        async with self._fetcher.open(url, accept="application/json") as answer:
            refuse_busy(answer)
            if answer.status != HTTPStatus.OK:
                return ()
            return await self._sandbox.run(POSTS_OF_API[candidate.kind], answer.body)

    async def _categories(self, candidate: BlogApi) -> tuple[str, ...]:
        """Return the blog's list of categories, including those without recent posts."""
        try:
            async with self._fetcher.open(categories_url(candidate), accept="application/json") as answer:
                if answer.status != HTTPStatus.OK:
                    return ()
                page = await self._sandbox.run(CATEGORIES_OF_API[candidate.kind], answer.body)
                return tuple(each.name for each in page.categories)
        except BystanderError as error:
            _log.info("The list of categories cannot be read: %s", error)
            return ()

    async def _store_page(self, feed: Feed, source: _Source, names: tuple[str, ...], now: datetime) -> int:
        unseen = _only_unseen(await compare(_without_baseline(feed), source.parsed.entries, now, self._store))
        vocabulary = await self._store.vocabulary(feed.id)
        request = classify_request(feed, source.parsed, unseen, vocabulary, now)
        readings = await summarize(self._sandbox, unseen.to_read)
        made = assemble(request, unseen, _classified(request, source.filed), readings)
        record = PollRecord(feed.id, feed.url, feed.state, feed.next_poll_at)
        silent = tuple(
            replace(row, refile_at=None, silent=True, silence=Silence.ARCHIVED) for row in made.new
        )
        await self._store.commit_poll(PollCommit(record, new=silent, vocabulary=names, at=now))
        return len(silent)


def _without_baseline(feed: Feed) -> Feed:
    """Return the feed as before its first poll, so that no post of an archive page is news."""
    state = feed.state._replace(baseline_at=None, highest_wordpress_id=0, last_success_at=None)
    return replace(feed, state=state)


def _only_unseen(detected: Detected) -> Detected:
    """Drop changes of known posts, because an archive page may be older than what polls have stored."""
    changes = replace(detected.changes, changed=(), moved_ids=(), first=False)
    return replace(detected, changes=changes)


def _entry(post: FiledPost) -> Entry:
    """Convert a post of the API to the entry that the feed would have printed."""
    return Entry(
        guid=post.guid,
        link=post.link,
        title=post.title,
        author=post.author,
        published=post.published,
        updated=post.modified,
        html=post.html,
        excerpt=post.excerpt,
        labels=tuple(dict.fromkeys((*post.categories, *post.tags))),
    )
