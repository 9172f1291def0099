"""The way of the data, in order: fetch, parse, sift, classify, summarize, match and outbox.

This file is the table of contents of the bot. It knows all stages and decides nothing itself.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from http import HTTPStatus

from bot.clock import Clock
from bot.errors import BystanderError, FetchError, StoreError, UnstorableError
from bot.model import Entry, Feed, ParsedFeed
from bot.pipeline import notices
from bot.pipeline.assemble import PostAssembler, state_after
from bot.pipeline.batcher import RETRY, Batcher
from bot.pipeline.collect_evidence import SECONDS, EvidenceCollector
from bot.pipeline.detect.changes import WindowChanges, detect_changes, lookup_keys, lookup_texts
from bot.pipeline.detect.remembered import known_of, rows_by_id
from bot.pipeline.feed_answer import read_answer, refuse_status
from bot.pipeline.fetch.client import Answer, Fetcher
from bot.pipeline.fetch.politeness import (
    Exchange,
    Outcome,
    after_failure,
    after_success,
    after_unchanged,
    validators,
)
from bot.pipeline.older_pages import page_back, was_away
from bot.pipeline.poll_log import PollLog
from bot.pipeline.reclassify import Reclassifier
from bot.ports import FeedStore, PollCommit, PollRecord, PostRow
from bot.sandbox.sandbox import Sandbox

_log = logging.getLogger(__name__)

LEASE = 300.0  # seconds that a poll may take before another worker may try
AT_ONCE = 100  # polls under way
NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # the next poll of a feed that said it is gone
_TO_RECORD = 2.0  # seconds beyond the grace for what is to be recorded


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds that polling waits for others."""

    grace: float = 10.0  # for polls under way when the bot stops
    evidence: float = SECONDS  # for what a blog says its posts are filed under
    store: float = 60.0  # for a store that refuses posts; they are fetched again after that


class Poller:
    """Polls feeds that are due, each by itself: a slow or hostile one holds up no other."""

    def __init__(
        self,
        store: FeedStore,
        fetcher: Fetcher,
        sandbox: Sandbox,
        clock: Clock,
        *,
        owner: str,
        admins: Sequence[str],
        on_news: Callable[[], None],
        patience: Timeouts | None = None,
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._sandbox = sandbox
        self._clock = clock
        self._owner = owner
        self._admins = tuple(admins)
        self._on_news = on_news
        self._patience = patience or Timeouts()
        collector = EvidenceCollector(fetcher, sandbox, seconds=self._patience.evidence)
        self._posts = PostAssembler(collector, sandbox)
        self._reclassifier = Reclassifier(store, collector)
        self._records = Batcher[PollRecord](self._write)
        self._told = PollLog(partial(_log.warning, "%s"))
        self._tasks: set[asyncio.Task[bool]] = set()
        self._fault: BaseException | None = None
        self._closing = False
        self._waiting = False  # for a store that refuses; said once

    async def tick(self) -> None:
        """Start the polls that are due; called by the scheduler. Raises what a poll died of."""
        if self._fault:
            raise self._fault
        room = AT_ONCE - len(self._tasks)
        if self._closing or room <= 0:
            return
        try:
            now = self._clock.now()
            due = await self._store.next_poll_at()
            feeds = []
            if due is not None and due <= now:
                feeds = await self._store.claim_feeds(self._owner, now, LEASE, room)
        except StoreError as error:  # disk full, locked: the next tick tries again
            if not self._waiting:
                _log.error("Polls wait: %s", error)
            self._waiting = True
            return
        self._waiting = False
        for feed in feeds:
            self._start(feed)

    @property
    def refused(self) -> bool:
        """Whether the store refuses to give out feeds, or to record what polls brought."""
        return self._waiting or self._records.refused

    async def poll_all(self) -> int:
        """Poll every feed now, due or not; return how many polls failed."""
        feeds = [feed for feed in await self._store.feeds() if not feed.state.stopped]
        well = await asyncio.gather(*(self._start(feed) for feed in feeds))
        return well.count(False)

    async def aclose(self) -> None:
        """Start no more polls, let those under way end within the grace, store what they brought."""
        self._closing = True
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience.grace
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self._patience.grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._records.aclose(max(0.0, deadline - loop.time()) + _TO_RECORD)

    def _start(self, feed: Feed) -> asyncio.Task[bool]:
        task = asyncio.create_task(self._poll(feed))
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[bool]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("Polling died.", exc_info=error)
            self._fault = error

    async def _poll(self, feed: Feed) -> bool:
        """Poll one feed and store what came of it; return whether it went well. It alone may fail of it."""
        try:
            worked = await self._outcome(feed)
        except Exception as error:  # noqa: BLE001 -- as below
            _log.error("%s: the outcome cannot be recorded.", feed.settings.name, exc_info=error)
            return False
        if worked:
            self._told.worked()
        return worked

    async def _outcome(self, feed: Feed) -> bool:
        """Take a feed through the stages, or store why that failed.

        Validators are stored with the posts they vouch for, so that the next poll asks for all of it again.
        """
        try:
            return await self._stages(feed)
        except FetchError as error:
            exchange = Exchange(status=error.status, retry_after=error.retry_after)
            return await self._failed(feed, exchange, str(error))
        except BystanderError as error:
            return await self._failed(feed, Exchange(), str(error))
        except Exception as error:  # noqa: BLE001 -- a fault that one feed brings out must not stop the others
            _log.exception("%s: a fault of Bystander's.", feed.settings.name)
            text = f"Bystander has a fault ({type(error).__name__}), which its log shows"
            return await self._failed(feed, Exchange(), text)

    async def _stages(self, feed: Feed) -> bool:
        """Fetch, and take what comes through the other stages."""
        etag, last_modified = validators(feed.state, self._clock.now())
        answer = await self._fetcher.get(feed.url, etag=etag, last_modified=last_modified)
        exchange = _exchange_of(answer)
        if answer.status == HTTPStatus.NOT_MODIFIED and (etag or last_modified):
            return await self._unchanged(feed, exchange)
        refuse_status(answer)
        body_hash = blake2b(answer.body, digest_size=16).hexdigest()
        if body_hash == feed.state.body_hash:
            return await self._unchanged(feed, exchange)
        parsed = await read_answer(self._sandbox, answer)
        success = partial(after_success, body_hash=body_hash, ttl=parsed.ttl)
        return await self._take(feed, parsed, success(feed, exchange, self._clock.now(), _jitter()))

    async def _unchanged(self, feed: Feed, exchange: Exchange) -> bool:
        """Store that nothing is new; look for better evidence where that is due."""
        now = self._clock.now()
        record = self._record(feed, after_unchanged(feed, exchange, now, _jitter()))
        if feed.state.refile_at is not None and feed.state.refile_at <= now:
            commit = await self._reclassifier.refile(feed, record, now)
            self._tell(feed, commit, await self._commit(commit))
        else:
            await self._note(record)
        return True

    async def _failed(self, feed: Feed, exchange: Exchange, error: str) -> bool:
        """Store the failure; nothing else changes."""
        self._told.failed(feed.settings.name, error)
        outcome = after_failure(feed, exchange, self._clock.now(), _jitter(), error=error)
        await self._note(self._record(feed, outcome))
        return False

    async def _note(self, record: PollRecord) -> None:
        """Store an outcome without posts; what it has to tell goes out at once."""
        await self._records.add(record)
        if record.notices:
            self._on_news()

    async def _take(self, feed: Feed, parsed: ParsedFeed, outcome: Outcome) -> bool:
        """From a parsed feed to posts and deliveries, in one transaction."""
        now, name = self._clock.now(), feed.settings.name
        changes, rows = await self._sift(feed, parsed.entries, now)
        warnings = notices.renamed(name, changes.warning, feed.state.renamed_at, now)
        if changes.gap:
            older = await page_back(
                self._fetcher, self._sandbox, feed, parsed, lambda page: self._look(feed, page, now)
            )
            warnings += [notices.gap_left(name)] if not older.closed and was_away(feed, now) else []
            changes, rows = await self._sift(feed, (*parsed.entries, *older.entries), now)
        vocabulary = await self._store.vocabulary(feed.id)
        made = await self._posts.make(feed, parsed, changes, rows=rows, vocabulary=vocabulary, now=now)
        record = self._record(feed, outcome, *warnings)
        commit = PollCommit(
            replace(record, state=state_after(record.state, parsed, made, now, changes)),
            new=made.new,
            silent=made.silent,
            changed=made.changed,
            quiet_changed=made.quiet_changed,
            vocabulary=made.filed.vocabulary,
            at=now,
        )
        self._tell(feed, commit, await self._commit(commit))
        return True

    async def _look(self, feed: Feed, entries: Sequence[Entry], now: datetime) -> WindowChanges:
        return (await self._sift(feed, entries, now))[0]

    async def _sift(
        self, feed: Feed, entries: Sequence[Entry], now: datetime
    ) -> tuple[WindowChanges, dict[str, PostRow]]:
        """Tell what is new by what the store knows of the window; return that too, by id."""
        keys = lookup_keys(entries)
        rows = await self._store.known_posts(feed.id, keys, keys, lookup_texts(entries))
        changes = detect_changes(
            entries,
            [known_of(row) for row in rows],
            baseline_at=feed.state.baseline_at,
            highest_wordpress_id=feed.state.highest_wordpress_id,
            now=now,
            looked_at=feed.state.last_success_at,
        )
        return changes, rows_by_id(rows)

    async def _commit(self, commit: PollCommit) -> int:
        """Store a poll; while the store refuses (disk full), try again for a while."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience.store
        while True:
            try:
                return await self._store.commit_poll(commit)
            except StoreError as error:
                if isinstance(error, UnstorableError) or loop.time() >= deadline:
                    raise
                _log.error("Posts wait to be stored: %s", error)
                await asyncio.sleep(RETRY)

    async def _write(self, records: Sequence[PollRecord]) -> None:
        await self._store.record_polls(records, self._clock.now())

    def _record(self, feed: Feed, outcome: Outcome, *warnings: str) -> PollRecord:
        texts = [*notices.of_outcome(feed.settings.name, outcome), *warnings]
        for text in texts:
            _log.warning("%s", text)
        told = notices.to_admins(self._admins, texts)
        due = NEVER if outcome.state.stopped else outcome.next_poll_at
        return PollRecord(feed.id, outcome.url, outcome.state, due, told)

    def _tell(self, feed: Feed, commit: PollCommit, deliveries: int) -> None:
        counts = (len(commit.new), len(commit.silent), len(commit.changed), deliveries)
        _log.info("%s: %d new, %d silent, %d changed, %d deliveries", feed.settings.name, *counts)
        self._on_news()


def _jitter() -> float:
    return random.random()  # noqa: S311 -- spreads polls, guards nothing


def _exchange_of(answer: Answer) -> Exchange:
    return Exchange(
        status=answer.status,
        etag=answer.etag,
        last_modified=answer.last_modified,
        max_age=answer.cache_max_age,
        retry_after=answer.retry_after,
        moved_to=answer.moved_to,
    )
