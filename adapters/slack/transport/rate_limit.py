"""Limits how fast the bot calls Slack. The counting is pure; only `RateLimiter` waits.

Slack allows about one message a second in a channel, several hundred messages a minute in a workspace, and
for each method a number of calls a minute and workspace that depends on its tier (documentation, rate
limits). A 429 applies to one method in one workspace.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cachetools import LRUCache

from adapters.shared.queue import Queue, Waiting
from adapters.shared.token_bucket import TokenBucket, is_urgent
from bot.errors import NotYetError

POST, UPDATE = "chat.postMessage", "chat.update"
OF_THE_OUTBOX = (POST, UPDATE, "conversations.history")
# All other methods are of tier 4, or have no limit by tier.
OF_TIER_3 = (UPDATE, "conversations.history", "conversations.info", "conversations.open")


@dataclass(frozen=True, slots=True)
class PaceSettings:
    """How fast the bot may call Slack, and how long a call waits for its turn. Times are in seconds."""

    per_minute: float = 200.0  # messages a minute in one workspace
    per_second: float = 1.0  # messages a second in one channel
    channel_burst: float = 2.0  # messages to an idle channel that may go at once
    tier_3: float = 50.0  # calls of one method a minute in one workspace
    tier_4: float = 100.0
    burst_share: float = 0.05  # part of a minute's budget that may go at once
    minute: float = 61.0  # with a margin, because calls arrive less evenly than they leave
    patience: float = 3.0  # for a call of the outbox, because longer waits belong in the outbox
    briefly: float = 10.0  # for every other call
    channels: int = 10_000  # in memory


PACE = PaceSettings()


def _budget(budget: float, settings: PaceSettings) -> TokenBucket:
    """Return a token bucket that allows at most `budget` calls in any minute."""
    burst = max(1.0, budget * settings.burst_share)
    return TokenBucket((budget - burst if budget > burst else budget) / settings.minute, burst)


class _Method:
    """The calls of one method in one workspace. `patience`: the seconds that a call waits at most."""

    def __init__(self, bucket: TokenBucket, patience: float, waiting: Waiting) -> None:
        self.queue = Queue(bucket, waiting)
        self._bucket = bucket
        self._patience = patience
        self._clock = waiting.clock
        self._promised = 0.0

    def hold(self, seconds: float) -> None:
        """Delay all calls by this time."""
        self._bucket.hold(self._clock() + seconds)

    def check_length(self) -> None:
        """Raise NotYetError if a new call would wait too long, unless it is urgent."""
        if not is_urgent() and self._expected() > self._patience:
            raise self._busy()

    def check_hold(self) -> None:
        """Raise NotYetError if a hold lasts longer than a call may wait."""
        if self._bucket.held(self._clock()) > self._patience:
            raise self._busy()

    def _expected(self) -> float:
        """Return the seconds that a new call would wait."""
        return self._bucket.wait(self._clock()) + self.queue.length / self._bucket.rate

    def _busy(self) -> NotYetError:
        """Return an error with a distinct retry delay, so that rejected callers do not all return at once."""
        now = self._clock()
        self._promised = max(self._promised, now + self._expected()) + 1.0 / self._bucket.rate
        asked = self._promised - now
        return NotYetError("More waits for Slack than it takes at present.", retry_after=asked)


class _Channel:
    """The messages to one channel. One at a time waits first for the channel, then for the method."""

    def __init__(self, settings: PaceSettings) -> None:
        self.bucket = TokenBucket(settings.per_second, settings.channel_burst)
        self.line = asyncio.Lock()


class RateLimiter:
    """Delays every call to the Web API as the rate limits require.

    Calls go in order of arrival, urgent ones before all others. `clock` and `sleep`: for tests.
    """

    def __init__(
        self,
        settings: PaceSettings = PACE,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._rates = {POST: settings.per_minute, **dict.fromkeys(OF_TIER_3, settings.tier_3)}
        self._waiting = Waiting(clock, sleep)
        self._methods: dict[tuple[str, str], _Method] = {}
        self._channels: LRUCache[tuple[str, str], _Channel] = LRUCache(settings.channels)

    async def turn(self, team: str, method: str, channel: str = "") -> None:
        """Wait until a call may go. `channel`: the channel of a message, "" for other calls.

        NotYetError with `retry_after`: the wait would be too long.
        """
        limited = self._method(team, method)
        limited.check_length()
        if not channel or is_urgent():
            await limited.queue.turn(limited.check_hold)
            return
        place = self._channel(team, channel)
        async with place.line:
            await self._waiting.until_free(place.bucket.wait, limited.check_hold)
            await limited.queue.turn(limited.check_hold)
            place.bucket.take(self._waiting.clock())

    def hold(self, team: str, method: str, seconds: float) -> None:
        """Delay all calls of a method in a workspace, because Slack answered 429."""
        self._method(team, method).hold(seconds)

    def _method(self, team: str, method: str) -> _Method:
        limited = self._methods.get((team, method))
        if limited is None:
            settings = self._settings
            patience = settings.patience if method in OF_THE_OUTBOX else settings.briefly
            budget = _budget(self._rates.get(method, settings.tier_4), settings)
            limited = self._methods[team, method] = _Method(budget, patience, self._waiting)
        return limited

    def _channel(self, team: str, channel: str) -> _Channel:
        place = self._channels.get((team, channel))
        if place is None:
            place = self._channels[team, channel] = _Channel(self._settings)
        return place
