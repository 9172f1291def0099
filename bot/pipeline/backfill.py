"""Reads a blog's older posts into the archive, silently, page by page. Belongs to the poll's circle."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from bot.errors import BystanderError
from bot.model import Entry, Feed, ParsedFeed, Silence
from bot.pipeline.assemble import PostAssembler
from bot.pipeline.classify.evidence import FiledPost, find_filed
from bot.pipeline.classify.rules import Vocabulary, classify
from bot.pipeline.classify.wordpress import ApiCandidate, api_candidates, archive_url, categories_url
from bot.pipeline.collect_evidence import READERS, ClassifyRequest, ClassifyResult, refuse_busy
from bot.pipeline.detect.changes import WindowChanges, detect_changes, lookup_keys, lookup_texts
from bot.pipeline.detect.remembered import known_of, rows_by_id
from bot.pipeline.fetch.client import Fetcher
from bot.pipeline.older_pages import PAUSE, read_page
from bot.ports import FeedStore, PollCommit, PollRecord
from bot.sandbox.sandbox import Sandbox

_log = logging.getLogger(__name__)

_CATEGORIES = {
    "wpcom": "bot.pipeline.classify.evidence:read_wpcom_categories",
    "wpjson": "bot.pipeline.classify.evidence:read_wpjson_categories",
}
PER_PAGE = 100  # posts of an API's page (the most that WordPress gives)


@dataclass(frozen=True, slots=True)
class Page:
    """What one page brought: its posts, and how many of them the archive did not have."""

    number: int
    posts: int
    stored: int


@dataclass(frozen=True, slots=True)
class _Source:
    parsed: ParsedFeed
    filed: Sequence[FiledPost]


class _Files:
    """Files posts by what the API said of them, or by the feed's labels; asks nobody."""

    def __init__(self, filed: Sequence[FiledPost]) -> None:
        self._filed = filed

    async def file(self, job: ClassifyRequest) -> ClassifyResult:
        settings = job.feed.settings
        vocabulary = Vocabulary.of(settings.categories, job.vocabulary.categories)
        filings = {
            post.id: classify(
                post.labels,
                wordpress=job.wordpress,
                vocabulary=vocabulary,
                aliases=settings.aliases,
                api=find_filed(self._filed, link=post.link, guid=post.guid, wordpress_id=post.wordpress_id),
            )
            for post in job.posts
        }
        state = job.feed.state
        return ClassifyResult(
            filings, (), state.api, state.api_retry_at, state.slow_until, frozenset(filings)
        )


class Backfiller:
    """Reads back through a feed's API where it has one, else through the pages of the feed."""

    def __init__(self, store: FeedStore, fetcher: Fetcher, sandbox: Sandbox) -> None:
        self._store = store
        self._fetcher = fetcher
        self._sandbox = sandbox

    async def read(self, feed: Feed, pages: int, now: datetime) -> AsyncIterator[Page]:
        """Store the unknown posts of up to `pages` pages, newest first; yield each page when it is stored.

        Nothing is announced. Ends at the first page that is past the end or cannot be read.
        """
        candidate, source = await self._first(feed)
        for number in range(1, pages + 1):
            if number > 1:
                await asyncio.sleep(min(PAUSE, feed.settings.every))
                source = await self._page(feed, candidate, number)
            if source is None:
                return
            names = await self._categories(candidate) if candidate and number == 1 else ()
            stored = await self._store_page(feed, source, names, now)
            yield Page(number, len(source.parsed.entries), stored)

    async def _first(self, feed: Feed) -> tuple[ApiCandidate | None, _Source | None]:
        """Return the first page, and the API that gave it: the one polls use, else the first that answers."""
        state = feed.state
        everything = api_candidates(feed.url, state.site, state.generator, feed.settings.api_base)
        for candidate in sorted(everything, key=lambda each: f"{each.kind} {each.url}" != state.api):
            if source := await self._page(feed, candidate, 1):
                return candidate, source
        return None, await self._page(feed, None, 1)

    async def _page(self, feed: Feed, candidate: ApiCandidate | None, number: int) -> _Source | None:
        """Return a page, None past the end or when it cannot be read."""
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

    async def _ask(self, candidate: ApiCandidate, number: int) -> tuple[FiledPost, ...]:
        url = archive_url(candidate, page=number, per_page=PER_PAGE)
        answer = await self._fetcher.get(url, accept="application/json")
        refuse_busy(answer)
        if answer.status != HTTPStatus.OK:
            return ()
        posts: tuple[FiledPost, ...] = await self._sandbox.run(READERS[candidate.kind], answer.body)
        return posts

    async def _categories(self, candidate: ApiCandidate) -> tuple[str, ...]:
        """Return the blog's own list of categories, also those without a recent post."""
        try:
            answer = await self._fetcher.get(categories_url(candidate), accept="application/json")
            if answer.status != HTTPStatus.OK:
                return ()
            names: tuple[str, ...] = await self._sandbox.run(_CATEGORIES[candidate.kind], answer.body)
        except BystanderError as error:
            _log.info("The list of categories cannot be read: %s", error)
            return ()
        return names

    async def _store_page(self, feed: Feed, source: _Source, names: tuple[str, ...], now: datetime) -> int:
        entries = source.parsed.entries
        keys = lookup_keys(entries)
        found = await self._store.known_posts(feed.id, keys, keys, lookup_texts(entries))
        rows = rows_by_id(found)
        known = [known_of(row) for row in rows.values()]
        changes = detect_changes(entries, known, baseline_at=None, highest_wordpress_id=0, now=now)
        maker = PostAssembler(_Files(source.filed), self._sandbox)
        vocabulary = await self._store.vocabulary(feed.id)
        made = await maker.make(
            feed, source.parsed, _only_unseen(changes), rows=rows, vocabulary=vocabulary, now=now
        )
        record = PollRecord(feed.id, feed.url, feed.state, feed.next_poll_at)
        silent = tuple(
            replace(row, refile_at=None, silence=Silence.ARCHIVED) for row in (*made.silent, *made.new)
        )
        await self._store.commit_poll(PollCommit(record, silent=silent, vocabulary=names, at=now))
        return len(silent)


def _only_unseen(changes: WindowChanges) -> WindowChanges:
    """Leave known posts alone: an archive page may be older than what a poll has stored since."""
    return replace(changes, changed=(), moved_ids=(), first=False)


def _entry(post: FiledPost) -> Entry:
    """Return a post of the API as the feed would have printed it."""
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
