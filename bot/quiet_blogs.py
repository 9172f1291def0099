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
from bot.rhythm import RHYTHM, last_post, quiet

LOOK = 3600.0  # seconds between two looks
SUSPECT = (
    "suspect:"  # key prefix, before a feed's id; the value is its last good poll when it was found quiet
)
TOLD = "quiet:"  # key prefix, before a feed's id; the value is when its last post came, as admins were told

_log = logging.getLogger(__name__)


class _Store(FeedsReader, RhythmReader, NoticeStore, KeyValueStore, Protocol):
    """The part of a store that is used here."""


class QuietBlogs:
    """Looks about once an hour for blogs that have gone quiet.

    A blog must be quiet at two looks with a good poll between them. So a look just after the machine woke up,
    or while its clock is set wrong, tells nothing. The store holds both looks and what was told, so that
    neither a restart nor several processes tell anything twice.
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
        suspects = await self._store.list_values(SUSPECT)
        for key in told.keys() & silenced | told.keys() - feeds.keys():
            await self._store.set_value(key, "")
        for key in suspects.keys() - {_suspect(feed) for key, feed in feeds.items() if key not in silenced}:
            await self._store.set_value(key, "")
        heard = {key: feed for key, feed in feeds.items() if key not in silenced}
        times = await self._store.post_times([feed.id for feed in heard.values()], now, RHYTHM.last_posts)
        for key, feed in heard.items():
            before, of_feed = _moment(told.get(key, "")), times.get(feed.id, PostTimes())
            if before is None:
                await self._look_at(key, feed, of_feed, now, suspects.get(_suspect(feed), ""))
            else:
                await self._listen_to(key, feed, of_feed, before, now)

    async def _look_at(self, key: str, feed: Feed, times: PostTimes, now: datetime, before: str) -> None:
        """Tell the admins if a blog has gone quiet and was so at the look before its last poll.

        `before`: its last good poll at that look, "" if it was not quiet.
        """
        found, read = quiet(feed, times, now), feed.state.last_success_at
        suspect = before
        if found is None or read is None:
            suspect = ""
        elif not before:
            suspect = read.isoformat()
        elif before != read.isoformat():
            await self._tell(key, found.since.isoformat(), notices.quiet(feed.settings, found), now)
            suspect = ""
        if suspect != before:
            await self._store.set_value(_suspect(feed), suspect)

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


def _suspect(feed: Feed) -> str:
    return f"{SUSPECT}{feed.id}"


def _moment(text: str) -> datetime | None:
    """Return the stored moment; None if there is none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
