"""The classify stage: queries the blog's API, and fetches the page of each post that the API does not list.

The blog's answers can only add evidence. If everything except the feed is down, the order of the feed's
labels decides, and the post is classified again later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from bot.errors import BystanderError, FetchError
from bot.model import BlogApi, EvidenceRank, FeedState, Filing
from bot.pipeline.calls import CONTENT_TAIL, PAGE, POSTS_OF_API
from bot.pipeline.classification import EVIDENCE, ClassifyRequest, ClassifyResult, EvidenceSettings, ToFile
from bot.pipeline.classify.evidence import LIMITS, FiledPost, PageFiling, find_filed
from bot.pipeline.classify.names import Vocabulary
from bot.pipeline.classify.rules import classify
from bot.pipeline.classify.wordpress import api_candidates
from bot.pipeline.fetch.client import Answer, Fetcher
from bot.sandbox.remote import Runner

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Evidence:
    api: dict[str, FiledPost] = field(default_factory=dict)
    pages: dict[str, PageFiling] = field(default_factory=dict)
    tails: dict[str, PageFiling] = field(default_factory=dict)
    listed: tuple[FiledPost, ...] = ()  # all that the API lists of this blog
    api_used: BlogApi | None = None
    api_silent: bool = False  # a possible API address did not answer
    late: bool = False  # something did not answer in time
    api_missing: bool = False  # all possible addresses answered, and none is an API


class EvidenceCollector:
    """Classifies posts by the best evidence available now."""

    def __init__(self, fetcher: Fetcher, parser: Runner, settings: EvidenceSettings = EVIDENCE) -> None:
        self._fetcher = fetcher
        self._parser = parser
        self._settings = settings

    async def classify(self, job: ClassifyRequest) -> ClassifyResult:
        """Classify the posts; never raises for failures of the blog."""
        evidence = _Evidence()
        if job.posts and job.wordpress:
            await self._gather(evidence, job)
        filings, learned = _classified(job, evidence)
        api, retry_at = _remember(job.feed.state, evidence, job.now)
        slow_until = job.now + self._settings.slow_for if evidence.late else None
        settled = frozenset() if evidence.api_silent else frozenset(evidence.pages)
        return ClassifyResult(
            filings, learned, api, retry_at, slow_until, settled, evidence.api_used, evidence.listed
        )

    async def _gather(self, evidence: _Evidence, job: ClassifyRequest) -> None:
        """Query the API, then the pages of the posts it does not list, each within its share of the time."""
        start, state = asyncio.get_running_loop().time(), job.feed.state
        slow = state.slow_until is not None and job.now < state.slow_until
        seconds = self._settings.seconds
        if slow:
            seconds = min(seconds, self._settings.seconds_when_slow)
        in_time = await _until(start + seconds / 2, self._ask_apis(evidence, job))
        evidence.api_silent |= not in_time
        unlisted = [post for post in job.posts if post.id not in evidence.api]
        paged = [post for post in unlisted if post.ask_page]
        in_time &= await _until(start + seconds, self._ask_pages(evidence, paged))
        evidence.late = not in_time
        if not in_time:
            _log.info("%s: its API and pages are slow; they are asked again later.", job.feed.settings.name)
        await _until(start + seconds * 1.25, self._read_tails(evidence, unlisted))

    async def _ask_apis(self, evidence: _Evidence, job: ClassifyRequest) -> None:
        """Query the possible API addresses one by one, until one lists posts."""
        candidates, answered = _candidates(job), 0
        for candidate in candidates:
            try:
                found = await self._ask_api(candidate)
            except FetchError as error:
                _log.debug("No answer from %s: %s", candidate.url, error)
                evidence.api_silent = True
                continue
            if found:
                evidence.api_used = candidate
                evidence.api = _joined(found, job)
                evidence.listed = _of_this_blog(found, evidence.api, job)
                return
            answered += 1
        evidence.api_missing = 0 < answered == len(candidates)

    async def _ask_api(self, candidate: BlogApi) -> tuple[FiledPost, ...]:
        """Return the posts that an API lists, () if there is no API; raise FetchError if nothing answers."""
        async with self._fetcher.open(candidate.url, accept="application/json") as answer:
            refuse_busy(answer)
            if answer.status != HTTPStatus.OK:
                return ()
            try:
                return await self._parser.run(POSTS_OF_API[candidate.kind], answer.body)
            except BystanderError as error:
                _log.debug("No API at %s: %s", candidate.url, error)
                return ()

    async def _ask_pages(self, evidence: _Evidence, posts: Sequence[ToFile]) -> None:
        """Fetch each post's own page; once one cannot be reached, skip the others."""
        turns = asyncio.Semaphore(self._settings.pages_at_once)
        unreachable = asyncio.Event()

        async def ask(post: ToFile) -> None:
            async with turns:
                if unreachable.is_set():
                    return
                try:
                    evidence.pages[post.id] = await self._page(post)
                except FetchError as error:
                    _log.debug("No page at %s: %s", post.link, error)
                    unreachable.set()
                except BystanderError as error:
                    _log.debug("No evidence on the page %s: %s", post.link, error)

        async with asyncio.TaskGroup() as group:
            for post in [post for post in posts if post.link][-self._settings.most_pages :]:
                group.create_task(ask(post))

    async def _page(self, post: ToFile) -> PageFiling:
        async with self._fetcher.open(post.link, accept="text/html") as answer:
            refuse_busy(answer)
            if answer.status != HTTPStatus.OK:
                return PageFiling()
            return await self._parser.run(
                PAGE, answer.body, answer.content_type, post.link, post.wordpress_id
            )

    async def _read_tails(self, evidence: _Evidence, posts: Sequence[ToFile]) -> None:
        """Parse the "Filed under" lines that old feeds print at the end of a post."""
        for post in posts:
            if "iled under" in post.html[-LIMITS.tail :]:
                try:
                    evidence.tails[post.id] = await self._parser.run(CONTENT_TAIL, post.html)
                except BystanderError as error:
                    _log.debug("%s: %s", post.link, error)


async def _until(deadline: float, work: Coroutine[Any, Any, None]) -> bool:
    """Do work until a deadline by the loop's clock, then cancel it; return whether it finished in time."""
    try:
        async with asyncio.timeout_at(deadline):
            await work
    except TimeoutError:
        return False
    return True


def refuse_busy(answer: Answer) -> None:
    """Raise FetchError for a status that is only temporary: 429, and 500 or above."""
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise FetchError(f"the server answered {answer.status}", status=answer.status)


def _candidates(job: ClassifyRequest) -> Sequence[BlogApi]:
    """Return the addresses to query: the known API, else all candidates, but none if all failed recently.

    A base URL set by the operator is always queried.
    """
    feed, base = job.feed, job.feed.settings.api_base
    everything = api_candidates(feed.url, job.site, job.generator, base)
    waiting = feed.state.api_retry_at is not None and job.now < feed.state.api_retry_at
    known = [each for each in everything if each == feed.state.api]
    if known and (waiting or feed.state.api_retry_at is None):
        return known
    return () if waiting and base == "auto" else everything


def _joined(listed: Sequence[FiledPost], job: ClassifyRequest) -> dict[str, FiledPost]:
    """Return the API's data by post id; an API set by the operator is trusted to be this blog's."""
    found: dict[str, FiledPost] = {}
    for post in job.posts:
        filed = find_filed(
            listed,
            link=post.link,
            guid=post.guid,
            wordpress_id=post.wordpress_id,
            title=post.title,
            trusted=job.feed.settings.api_base != "auto",
        )
        if filed and (filed.categories or filed.tags):
            found[post.id] = filed
    return found


def _of_this_blog(
    listed: Sequence[FiledPost], joined: Mapping[str, FiledPost], job: ClassifyRequest
) -> tuple[FiledPost, ...]:
    """Return the API's posts if one of the feed's is among them under the same host, else ().

    Numbers of categories mean nothing on another blog, and an operator may have set the wrong `api_base`.
    """
    hosts = {post.id: _host(post.link) for post in job.posts}
    own = {hosts[post_id] for post_id, filed in joined.items() if _host(filed.link) == hosts[post_id]} - {""}
    return tuple(post for post in listed if _host(post.link) in own)


def _host(link: str) -> str:
    try:
        return (urlsplit(link).netloc or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def _classified(job: ClassifyRequest, evidence: _Evidence) -> tuple[dict[str, Filing], tuple[str, ...]]:
    """Classify all posts, then again with the names learned from the clear ones if some are ambiguous."""
    sidebar = [name for page in evidence.pages.values() for name in page.sidebar]
    known, settings = [*job.vocabulary.categories, *sidebar], job.feed.settings

    def classified(learned: Iterable[str], *, tagless: bool = False) -> dict[str, Filing]:
        vocabulary = Vocabulary.of(settings.categories, [*known, *learned])
        return {
            post.id: classify(
                post.labels,
                wordpress=job.wordpress,
                vocabulary=vocabulary,
                aliases=settings.aliases,
                tagless=tagless,
                api=evidence.api.get(post.id),
                page=evidence.pages.get(post.id),
                tail=evidence.tails.get(post.id),
                said=job.said_of(post),
            )
            for post in job.posts
        }

    first = classified(())
    clear = [filing for filing in first.values() if filing.rank <= EvidenceRank.ORDER]
    learned = [name for filing in clear for name in filing.categories]
    tagless = not (job.vocabulary.tagged or any(filing.tags for filing in clear))
    unclear = any(filing.ambiguous for filing in first.values())
    again = classified(learned, tagless=tagless) if unclear else first
    return again, tuple(dict.fromkeys([*sidebar, *learned]))


def _remember(state: FeedState, evidence: _Evidence, now: datetime) -> tuple[BlogApi | None, datetime | None]:
    """Return the API to query next time, and when to try all candidates again if none was found."""
    if evidence.api_used:
        return evidence.api_used, None
    waiting = state.api_retry_at is not None and now < state.api_retry_at
    if evidence.api_missing and not waiting:
        return state.api, now + EVIDENCE.retry_api
    return state.api, state.api_retry_at
