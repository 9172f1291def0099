"""One poll of one feed, stage by stage: the table of contents of the bot.

`poll` calls the stages in order and decides nothing itself. `worker.py` decides which feeds are polled, and
handles polls that fail.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot.clock import Clock
from bot.model import Feed
from bot.pipeline.assemble import assemble, commit_of
from bot.pipeline.blog_categories import CategoryKeeper, RenameStore, filed_above
from bot.pipeline.classification import classify_request
from bot.pipeline.collect_evidence import EvidenceCollector
from bot.pipeline.detection import Detected, PostStore, detect, with_new_names
from bot.pipeline.fetch.client import Fetcher
from bot.pipeline.fetch.feed import FeedFetch, Fetched
from bot.pipeline.fetch.hub import named_hub
from bot.pipeline.fetch.politeness import after_success, after_unchanged
from bot.pipeline.full_text import FullText
from bot.pipeline.notices import record_of
from bot.pipeline.reclassify import RefileStore, reclassify
from bot.pipeline.texts import summarize
from bot.pipeline.windows import ReadFeed, Windows
from bot.ports import PollCommit, PollRecord
from bot.sandbox.remote import Runner


class PollStore(PostStore, RefileStore, RenameStore, Protocol):
    """The store methods by which a poll reads."""


class Results(Protocol):
    """The destination of the outcomes of polls."""

    async def save(self, feed: Feed, result: PollRecord | PollCommit) -> None:
        """Store an outcome; if it has posts, match them with subscriptions and fill the outbox."""
        ...


@dataclass(frozen=True, slots=True)
class PollTools:
    """The tools of a poll. `parser` runs the functions that read hostile input."""

    store: PollStore
    results: Results
    fetcher: Fetcher
    parser: Runner
    collector: EvidenceCollector
    keeper: CategoryKeeper
    full_text: FullText
    clock: Clock
    admins: Sequence[str]
    windows: Windows


async def poll(feed: Feed, tools: PollTools) -> None:
    """Take a feed through all stages; raise BystanderError if one of them fails.

    Validators are stored together with the posts of their answer, so that a failed poll is fetched again.
    """
    if feed.renaming:
        await tools.keeper.finish(feed)
    async with FeedFetch(tools.fetcher, feed, tools.clock.now()) as fetched:
        read = None if fetched.unchanged else await tools.windows.read(tools.parser, feed.id, fetched.answer)
    now = tools.clock.now()
    if read is None:
        await _keep_unchanged(feed, fetched, now, tools)
        return
    read, detected = await _detect(feed, read, now, tools)
    parsed = read.parsed
    vocabulary = await tools.store.vocabulary(feed.id)
    request = classify_request(feed, parsed, detected, vocabulary, now)
    classified = await tools.collector.classify(request)
    kept = await tools.keeper.keep(feed, classified, detected.known, now)
    detected = with_new_names(detected, kept.renames)
    filings = filed_above(feed, classified.filings, kept.categories, detected.known)
    classified = replace(classified, filings=filings, categories_at=kept.listed_at)
    readings = await summarize(tools.parser, detected.to_read)
    readings = await tools.full_text.read(feed, detected, readings, now)
    posts = assemble(request, detected, classified, readings)
    outcome = after_success(
        feed,
        fetched.exchange,
        now,
        _jitter(),
        body_hash=fetched.body_hash,
        ttl=parsed.ttl,
        news=bool(detected.new),
    )
    record = record_of(feed, outcome, tools.admins, detected.warnings)
    hub = named_hub(fetched.answer, parsed)
    await tools.results.save(feed, commit_of(record, parsed, detected, posts, now, hub=hub))
    tools.windows.keep(feed.id, read)


async def _detect(feed: Feed, read: ReadFeed, now: datetime, tools: PollTools) -> tuple[ReadFeed, Detected]:
    """Return the changes in a feed, which is read again if an entry's text is needed that is left out."""
    while True:
        detected = await detect(
            feed, read.parsed, now, store=tools.store, fetcher=tools.fetcher, parser=tools.parser
        )
        if not read.lacks(detected.to_read):
            return read, detected
        read = await tools.windows.read_whole(tools.parser, read)


async def _keep_unchanged(feed: Feed, fetched: Fetched, now: datetime, tools: PollTools) -> None:
    """Store that nothing is new, and reclassify the posts that are due for it."""
    outcome = after_unchanged(feed, fetched.exchange, now, _jitter())
    record = record_of(feed, outcome, tools.admins)
    result = await reclassify(
        feed, record, now, store=tools.store, collector=tools.collector, keeper=tools.keeper
    )
    await tools.results.save(feed, result)


def _jitter() -> float:
    return random.random()  # noqa: S311 -- spreads polls, not for security
