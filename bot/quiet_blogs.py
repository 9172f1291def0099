"""Tells admins once when a blog has gone quiet (`bot.rhythm` has the rule), and once when it speaks again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from bot.clock import Clock, steady_seconds
from bot.model import Feed, PostTimes
from bot.pipeline import notices
from bot.ports import FeedsReader, KeyValueStore, NoticeStore, RhythmReader
from bot.rhythm import LAST_POSTS, last_post, quiet

LOOK = 3600.0  # seconds between two looks
TOLD = "quiet:"  # key prefix, before a feed's id; the value is when its last post came, as admins were told

_log = logging.getLogger(__name__)


class _Store(FeedsReader, RhythmReader, NoticeStore, KeyValueStore, Protocol):
    """The part of a store that is used here."""


class QuietBlogs:
    """Looks about once an hour for blogs that have gone quiet.

    A blog must be quiet at two looks with a good poll between them. So a look just after the machine woke up,
    or while its clock is set wrong, tells nothing. The store holds what was told, so that a restart tells
    nothing twice.
    """

    def __init__(
        self,
        store: _Store,
        clock: Clock,
        admins: Sequence[str],
        wake: Callable[[], None],
        seconds: Callable[[], float] = steady_seconds,
    ) -> None:
        self._store = store
        self._clock = clock
        self._admins = admins  # addresses that get the notices
        self._wake = wake  # wakes the outbox, because a notice is due
        self._seconds = seconds
        self._next = seconds()
        # Feed id -> the last good poll of the feed when it was first found quiet.
        self._suspects: dict[int, datetime] = {}

    async def follow(self) -> None:
        """Look if the last look is an hour ago. Raises StoreError; then the next call looks again."""
        if self._seconds() >= self._next:
            await self.look()
            self._next = self._seconds() + LOOK

    async def look(self) -> None:
        """Look at every feed, and tell the admins what is new. Raises StoreError."""
        now = self._clock.now()
        feeds = {f"{TOLD}{feed.id}": feed for feed in await self._store.feeds()}
        told = await self._store.list_values(TOLD)
        silenced = {key for key, feed in feeds.items() if not feed.settings.quiet_notice}
        for key in told.keys() & silenced | told.keys() - feeds.keys():
            await self._store.set_value(key, "")
        heard = {key: feed for key, feed in feeds.items() if key not in silenced}
        times = await self._store.post_times([feed.id for feed in heard.values()], now, LAST_POSTS)
        for key, feed in heard.items():
            before, of_feed = _moment(told.get(key, "")), times.get(feed.id, PostTimes())
            if before is None:
                await self._look_at(key, feed, of_feed, now)
            else:
                await self._listen_to(key, feed, of_feed, before, now)

    async def _look_at(self, key: str, feed: Feed, times: PostTimes, now: datetime) -> None:
        """Tell the admins if a blog has gone quiet and was so at the look before its last poll."""
        found, read = quiet(feed, times, now), feed.state.last_success_at
        if found is None or read is None:
            self._suspects.pop(feed.id, None)
        elif self._suspects.setdefault(feed.id, read) != read:
            text = notices.quiet(feed.settings, found)
            await self._tell(key, found.since.isoformat(), text, now)
            self._suspects.pop(feed.id)

    async def _listen_to(
        self, key: str, feed: Feed, times: PostTimes, before: datetime, now: datetime
    ) -> None:
        """Tell the admins if a blog that was quiet speaks again. `before`: when its last post had come."""
        last = last_post(times)
        if last is not None and last > before:
            await self._tell(key, "", notices.speaks_again(feed.settings.name, last - before), now)

    async def _tell(self, key: str, value: str, text: str, now: datetime) -> None:
        if await self._store.tell_once(key, value, self._admins, text, now):
            _log.warning("%s", text)
            self._wake()


def _moment(text: str) -> datetime | None:
    """Return the stored moment; None if there is none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
