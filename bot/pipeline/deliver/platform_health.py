"""Tracks which platforms have shut the bot out.

`PlatformHealth` is the only record of it inside the process and does no I/O. `ShutReport` passes each change
to the store, where `/health` of any process reads it, and to the admins.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.errors import StoreError
from bot.ports import SHUT, OutboxStore

NO_REASON = "it gave no reason."

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Platform:
    """The state of one platform."""

    reason: str = ""  # why it shut the bot out; "" while it is open
    resting_since: datetime | None = None  # time of the last refusal; nothing is sent for a while after it
    left_out: bool = False  # its adapter has ended, and runs again only after the next start


class PlatformHealth:
    """The state of each platform: open or shut, resting or not, left out or not.

    A platform is shut from the first refusal until a message is delivered there. It rests for `pause` seconds
    after each refusal, even if a message that was already in progress opens it meanwhile.
    """

    def __init__(self, names: Iterable[str], pause: float) -> None:
        self._platforms = {name: _Platform() for name in names}
        self._pause = timedelta(seconds=pause)

    @property
    def names(self) -> list[str]:
        """All platforms of this bot."""
        return list(self._platforms)

    @property
    def closed(self) -> frozenset[str]:
        """The platforms that have shut the bot out at present."""
        return frozenset(name for name, each in self._platforms.items() if each.reason)

    @property
    def left_out(self) -> frozenset[str]:
        """The platforms whose adapters have ended and do not run again before the next start."""
        return frozenset(name for name, each in self._platforms.items() if each.left_out)

    def shut(self, name: str, reason: str) -> bool:
        """Record that a platform shut the bot out; return whether it was open before."""
        platform = self._platforms[name]
        is_news = not platform.reason
        platform.reason = platform.reason or reason or NO_REASON
        return is_news

    def open(self, name: str) -> bool:
        """Record that a platform accepted a message; return whether it was shut before."""
        platform = self._platforms[name]
        was_shut, platform.reason = bool(platform.reason), ""
        return was_shut

    def rest(self, name: str, now: datetime) -> bool:
        """Pause a platform from now on; return whether it was not paused before."""
        is_news = not self.rests(name, now)
        self._platforms[name].resting_since = now
        return is_news

    def rests(self, name: str, now: datetime) -> bool:
        """Return whether a platform is paused at present."""
        since = self._platforms[name].resting_since
        return since is not None and timedelta() <= now - since < self._pause

    def leave_out(self, name: str) -> bool:
        """Record that an adapter has ended; return whether another one is left."""
        self._platforms[name].left_out = True
        return not all(each.left_out for each in self._platforms.values())


class ShutReport:
    """Changes the health of platforms, and reports changes to the store and the admins."""

    def __init__(
        self, health: PlatformHealth, store: OutboxStore, clock: Clock, admins: Sequence[str]
    ) -> None:
        self.health = health
        self._store = store
        self._clock = clock
        self._admins = admins
        self._in_doubt: set[str] = set()  # platforms that were shut at the start, as was stored

    async def recall(self) -> None:
        """Read what is stored. It may be from another process that is still shut out, or no longer true."""
        for key in await self._store.list_values(SHUT):
            name = key.removeprefix(SHUT)
            if name in self.health.names:
                self._in_doubt.add(name)
            else:
                await self._store.set_value(key, "")

    async def shut(self, platform: str, reason: str) -> bool:
        """Record that a platform is shut; return whether it was open.

        Admins elsewhere get one notice, also when several processes are shut out for the same reason.
        """
        reason = reason or NO_REASON
        if not self.health.shut(platform, reason):
            return False
        text = f"Nothing goes out on {platform}: {reason} Its alerts wait, and go out once that is mended."
        elsewhere = [each for each in self._admins if not each.startswith(f"{platform}:")]
        try:
            await self._store.tell_once(f"{SHUT}{platform}", reason, elsewhere, text, self._clock.now())
        except StoreError as error:
            _log.error("%s is shut, and nobody could be told: %s", platform, error)
        return True

    async def opened(self, platform: str) -> None:
        """Record that a platform accepted a message, or the bot itself."""
        if not (self.health.open(platform) or platform in self._in_doubt):
            return
        self._in_doubt.discard(platform)
        try:
            await self._store.set_value(f"{SHUT}{platform}", "")
        except StoreError as error:  # the next start finds out that it is open
            _log.error("%s is open again, and /health cannot be told: %s", platform, error)
