"""Runs polls concurrently: claims due feeds, and records failed polls."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from bot.clock import Clock
from bot.errors import BystanderError, FetchError, StoreError
from bot.model import Feed
from bot.pipeline.blog_categories import CategoryKeeper, RenameStore
from bot.pipeline.classification import EVIDENCE
from bot.pipeline.collect_evidence import EvidenceCollector
from bot.pipeline.fetch.client import Fetcher
from bot.pipeline.fetch.politeness import Exchange, after_failure
from bot.pipeline.full_text import FullText, FullTextSettings
from bot.pipeline.notices import record_of
from bot.pipeline.poll import PollTools, poll
from bot.pipeline.poll_log import PollLog
from bot.pipeline.poll_turns import TURNS, PollTurns, TurnSettings
from bot.pipeline.results import PollResults
from bot.pipeline.windows import Windows
from bot.ports import NO_METER, FeedStore, Meter
from bot.sandbox.remote import Runner

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PollSettings:
    """Limits of polling; times are in seconds."""

    grace: float = 10.0  # for polls in progress when the bot stops
    evidence: float = EVIDENCE.seconds  # for requests to a blog about the categories of its posts
    store: float = 60.0  # for retries while the store refuses posts; then they are fetched again
    lease: float = 300.0  # of a claimed feed; after that another worker may poll it
    turns: TurnSettings = TURNS
    jobs_at_once: int = 100  # polls in progress where an engine gives them out
    recording: float = 2.0  # after the grace period, for outcomes that are not stored yet
    full_text: FullTextSettings = FullTextSettings()  # noqa: RUF009 -- frozen


class PollingStore(FeedStore, RenameStore, Protocol):
    """The part of a store that polls use."""


class Poller:
    """Polls due feeds, each in its own task, so that a slow or hostile one delays no other."""

    def __init__(
        self,
        store: PollingStore,
        fetcher: Fetcher,
        parser: Runner,
        clock: Clock,
        *,
        owner: str,
        admins: Sequence[str],
        on_news: Callable[[], None],
        settings: PollSettings | None = None,
        meter: Meter = NO_METER,
        windows: Windows | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._owner = owner
        self._settings = settings or PollSettings()
        self._results = PollResults(store, clock, on_news, seconds=self._settings.store, meter=meter)
        evidence = replace(EVIDENCE, seconds=self._settings.evidence)
        collector = EvidenceCollector(fetcher, parser, evidence)
        keeper = CategoryKeeper(store, fetcher, parser, admins)
        pages = FullText(fetcher, parser, self._settings.full_text)
        kept, results = windows or Windows(), self._results
        self._tools = PollTools(
            store, results, fetcher, parser, collector, keeper, pages, clock, admins, kept
        )
        self._poll_log = PollLog(partial(_log.warning, "%s"))
        self._turns = PollTurns(self._settings.turns)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._fault: BaseException | None = None
        self._closing = False
        self._waiting = False  # while the store gives out no feeds; logged once
        self._claiming = asyncio.Lock()
        self._more = False  # whether more may be due than was begun: polls that end let others begin

    async def tick(self) -> None:
        """Start the due polls; called by the scheduler, and for a push.

        While more is due than may run at a time, polls that end let others begin, without waiting for the
        next call. Raises the error that killed an earlier poll task.
        """
        if self._fault:
            raise self._fault
        async with self._claiming:  # what a push wants may be missing in a claim that is under way
            await self._fill()

    async def _fill(self, *, surely: bool = False) -> None:
        """Start due polls, as many as may run now; call it with the lock held.

        `surely`: skip the check for due feeds, because the last claim was full.
        """
        room = self._turns.room()
        self._more = not self._turns.much_room
        if self._closing or self._more:
            return
        feeds = await self._due_feeds(room, surely=surely)
        self._more = feeds is not None and len(feeds) == room
        self._begin(feeds or ())

    async def _fill_again(self) -> None:
        """Start due polls after others have ended."""
        async with self._claiming:
            await self._fill(surely=True)

    def _begin(self, feeds: Sequence[Feed]) -> None:
        """Poll claimed feeds that have a turn; none when the poller was closed during the claim."""
        for feed in feeds:
            if not self._closing and self._turns.take(feed):
                self._start_turn(feed)

    async def _due_feeds(self, limit: int, *, surely: bool) -> list[Feed] | None:
        """Claim due feeds; None while the store refuses (disk full, locked): the next tick tries again."""
        try:
            feeds = await self._claim(limit, surely=surely)
        except StoreError as error:
            if not self._waiting:
                _log.error("Polls wait: %s", error)
            self._waiting = True
            return None
        self._waiting = False
        return feeds

    async def _claim(self, limit: int, *, surely: bool) -> list[Feed]:
        """Claim due feeds. Where most likely none is due, a read finds out, as each claim is a write."""
        now = self._clock.now()
        if not surely:
            due = await self._store.next_poll_at()
            if due is None or due > now:
                return []
        return await self._store.claim_feeds(self._owner, now, self._settings.lease, limit)

    @property
    def refused(self) -> bool:
        """Whether the store refuses to give out feeds or to record the outcomes of polls."""
        return self._waiting or self._results.refused

    async def poll(self, feed: Feed) -> None:
        """Poll a feed that was claimed elsewhere, and store the outcome."""
        await self._start(feed)

    async def poll_all(self) -> int:
        """Poll every feed that is not stopped now, due or not; return how many polls failed."""
        feeds = [feed for feed in await self._store.feeds() if not feed.state.stopped]
        worked = await asyncio.gather(*(self._start(feed) for feed in feeds))
        return worked.count(False)

    async def aclose(self) -> None:
        """Start no more polls, let running ones finish within the grace period, and store their outcomes."""
        self._closing = True
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._settings.grace
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self._settings.grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._results.aclose(max(0.0, deadline - loop.time()) + self._settings.recording)

    def _start(self, feed: Feed) -> asyncio.Task[bool]:
        task = asyncio.create_task(self._poll(feed))
        self._watch(task)
        return task

    def _start_turn(self, feed: Feed) -> None:
        """Poll a feed that has a turn; when it ends, others get theirs."""
        self._start(feed).add_done_callback(partial(self._end_turn, feed))

    def _end_turn(self, feed: Feed, _: asyncio.Task[bool]) -> None:
        following = self._turns.give_back(feed)
        if self._closing:
            return
        if following:
            self._start_turn(following)
        if self._more and not self._claiming.locked() and self._turns.much_room:
            self._more = False  # until this claim has ended
            self._watch(asyncio.create_task(self._fill_again()))

    def _watch(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("Polling died.", exc_info=error)
            self._fault = error

    async def _poll(self, feed: Feed) -> bool:
        """Poll one feed and store the outcome; return whether the poll succeeded."""
        try:
            failure = await self._attempt(feed)
            if failure is None:
                self._poll_log.worked()
                return True
            await self._record_failure(feed, *failure)
        except Exception as error:  # noqa: BLE001 -- one feed's fault must not stop the others
            _log.error("%s: the outcome cannot be recorded.", feed.settings.name, exc_info=error)
        return False

    async def _attempt(self, feed: Feed) -> tuple[Exchange, str] | None:
        """Poll one feed; return None on success, else the server's answer and the reason of the failure."""
        try:
            await poll(feed, self._tools)
        except FetchError as error:
            return Exchange(status=error.status, retry_after=error.retry_after), str(error)
        except BystanderError as error:
            return Exchange(), str(error)
        except Exception as error:  # noqa: BLE001 -- one feed's fault must not stop the others
            _log.exception("%s: a fault of Bystander's.", feed.settings.name)
            return Exchange(), f"Bystander has a fault ({type(error).__name__}), which its log shows"
        return None

    async def _record_failure(self, feed: Feed, exchange: Exchange, error: str) -> None:
        """Store that a poll failed; nothing else changes."""
        self._poll_log.failed(feed.settings.name, error)
        jitter = random.random()  # noqa: S311 -- spreads polls, not for security
        outcome = after_failure(feed, exchange, self._clock.now(), jitter, error=error)
        await self._results.save(feed, record_of(feed, outcome, self._tools.admins))
