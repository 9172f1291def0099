"""Reads the pages of posts that a feed cuts short, for their summaries alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from cachetools import TLRUCache

from bot.errors import BystanderError, FetchError
from bot.model import Feed
from bot.pipeline.calls import MAY_FETCH, PAGE_SUMMARY
from bot.pipeline.collect_evidence import refuse_busy
from bot.pipeline.detect.changes import Candidate
from bot.pipeline.detection import Detected
from bot.pipeline.fetch.client import Fetcher
from bot.pipeline.parse.robots import MOST_BYTES
from bot.pipeline.summarize.extract import Reading, Source
from bot.sandbox.remote import Runner
from bot.text.cuts import is_cut

_log = logging.getLogger(__name__)

AGENT = "Bystander"  # by which robots.txt names this program


@dataclass(frozen=True, slots=True)
class FullTextSettings:
    """Which pages are read, and how long an alert may wait for them."""

    enabled: bool = False  # for feeds that do not say
    pages: int = 5  # in a poll, of the newest posts
    seconds: float = 5.0  # for all of them
    age: timedelta = timedelta(days=1)  # of a post
    excerpt: int = 500  # characters; a longer text without a mark of a cut is taken for the whole one
    robots: int = 1000  # hosts whose robots.txt is remembered
    robots_for: float = 86_400.0  # seconds
    closed_for: float = 3600.0  # seconds, where robots.txt could not be had


@dataclass(frozen=True, slots=True)
class _Robots:
    """A host's robots.txt. `closed`: it cannot be fetched now, so no page of the host is requested."""

    body: bytes
    closed: bool = False


class FullText:
    """Makes the summaries of posts that their feed cuts short from their pages.

    Nothing of a page is kept but the summary, and any failure leaves the summary of the feed's text.
    """

    def __init__(self, fetcher: Fetcher, parser: Runner, settings: FullTextSettings) -> None:
        self._fetcher = fetcher
        self._parser = parser
        self._settings = settings
        self._robots: TLRUCache[str, _Robots] = TLRUCache(settings.robots, self._until)
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def read(
        self, feed: Feed, detected: Detected, readings: Mapping[str, Reading], now: datetime
    ) -> Mapping[str, Reading]:
        """Return the readings, with better summaries where pages have them; no page's fault is raised."""
        switch = feed.settings.full_text
        if switch == "off" or (switch == "auto" and not self._settings.enabled):
            return readings
        better = dict(_with_stored_summaries(detected, readings))
        cut = self._wanted(detected, readings, now)[-self._settings.pages :]
        for post_id, summary in (await self._summaries(cut)).items():
            better[post_id] = replace(better[post_id], summary=summary)
        return better

    async def _summaries(self, cut: Sequence[Candidate]) -> dict[str, str]:
        """Return the summaries by post id that can be had in time."""
        tasks = {found.post_id: asyncio.create_task(self._summary(found)) for found in cut}
        try:
            if tasks:
                await asyncio.wait(tasks.values(), timeout=self._settings.seconds)
        finally:
            late = [task for task in tasks.values() if task.cancel()]
            await asyncio.gather(*late, return_exceptions=True)
        done = {post_id: task.result() for post_id, task in tasks.items() if not task.cancelled()}
        return {post_id: summary for post_id, summary in done.items() if summary}

    def _wanted(self, detected: Detected, readings: Mapping[str, Reading], now: datetime) -> list[Candidate]:
        """Return the new and the edited posts of the last day that the feed cuts short, the oldest first."""
        edited = [
            found
            for found in detected.changes.changed
            if detected.known[found.post_id].text != readings[found.post_id].text
        ]
        young = [each for each in (*edited, *detected.new) if now - each.published <= self._settings.age]
        cut = [each for each in young if each.entry.link and self._is_cut(each, readings[each.post_id])]
        return sorted(cut, key=lambda each: each.published)

    def _is_cut(self, found: Candidate, reading: Reading) -> bool:
        """Whether the feed prints a part of the post: its text says so, or is as short as an excerpt."""
        text = reading.text or found.entry.excerpt
        return bool(text) and (len(text) <= self._settings.excerpt or is_cut(text))

    async def _summary(self, found: Candidate) -> str:
        """Return the summary of a page; "" if there is none."""
        entry = found.entry
        try:
            if not await self._allowed(entry.link):
                _log.debug("robots.txt keeps programs away from %s.", entry.link)
                return ""
            async with self._fetcher.open(entry.link, accept="text/html") as answer:
                if answer.status != HTTPStatus.OK:
                    return ""
                source = Source(entry.html, entry.title, entry.excerpt)
                return await self._parser.run(PAGE_SUMMARY, answer.body, answer.content_type, source)
        except BystanderError as error:
            _log.debug("No text of %s: %s", entry.link, error)
        except Exception as error:  # noqa: BLE001 -- a page must never cost the alert
            _log.warning("The page %s cannot be read.", entry.link, exc_info=error)
        return ""

    async def _allowed(self, link: str) -> bool:
        """Return whether the host's robots.txt lets the bot read a page. Raises BystanderError."""
        try:
            parts = urlsplit(link)
        except ValueError:
            return False
        host = f"{parts.scheme}://{parts.netloc}"
        async with self._asking.setdefault(host, asyncio.Lock()):
            robots = self._robots.get(host)
            if robots is None:
                robots = self._robots[host] = await self._ask_robots(host)
        if robots.closed or not robots.body:
            return not robots.closed
        return await self._parser.run(MAY_FETCH, robots.body, AGENT, link)

    async def _ask_robots(self, host: str) -> _Robots:
        """Ask a host for its robots.txt. As RFC 9309 has it, none (4xx) allows all, a fault (5xx) nothing."""
        try:
            async with self._fetcher.open(f"{host}/robots.txt", accept="text/plain") as answer:
                refuse_busy(answer)
                return _Robots(answer.body[:MOST_BYTES])
        except FetchError as error:
            _log.debug("No robots.txt of %s: %s", host, error)
            return _Robots(b"", closed=True)

    def _until(self, _: str, robots: _Robots, now: float) -> float:
        """Return until when an answer is believed."""
        return now + (self._settings.closed_for if robots.closed else self._settings.robots_for)


def _with_stored_summaries(detected: Detected, readings: Mapping[str, Reading]) -> Mapping[str, Reading]:
    """Return the readings, with the stored summary of each known post whose text is the same as before.

    Else a new label of a post would replace the summary of its page by that of the excerpt.
    """
    same = {
        found.post_id: detected.known[found.post_id].post.summary
        for found in detected.changes.changed
        if detected.known[found.post_id].text == readings[found.post_id].text
    }
    return {
        post_id: replace(reading, summary=same.get(post_id) or reading.summary)
        for post_id, reading in readings.items()
    }
