"""Limits how fast the bot calls Discord, so that Discord does not ban it.

Discord allows 50 requests a second for the whole bot. It bans an IP address for a while after 10,000 invalid
requests in 10 minutes (documentation, topics/rate-limits). discord.py handles the limits of single routes.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from weakref import WeakValueDictionary

from adapters.shared.queue import Queue, Waiting
from adapters.shared.token_bucket import TokenBucket
from bot.errors import NotYetError, TemporaryError
from bot.text.bounds import seconds

_INVALID = frozenset({401, 403, 404, 429})


@dataclass(frozen=True, slots=True)
class PaceSettings:
    """How fast the bot may call Discord, and which waits it accepts. Times are in seconds."""

    rate: float = 40.0  # requests a second, a fifth below Discord's limit
    burst: float = 4.0  # requests that may be sent at once after a pause
    most_invalid: int = 1_000  # in a window; below Discord's limit, as others may share the IP address
    invalid_window: float = 600.0
    longest_hold: float = 10.0  # of a pause that a request waits for; in a longer one it is refused
    longest_sleep: float = 5.0  # of a rate limit that discord.py may wait for inside a call
    longest_sleep_of_answers: float = 60.0  # the same for answers, whose token lives 15 minutes
    unsaid: float = 60.0  # after a 429 without Retry-After
    longest_wait: float = 3600.0  # whatever Retry-After says


PACE = PaceSettings()


class SlidingWindow:
    """Counts events for each key: at most `limit` in any `window` seconds. Pure."""

    def __init__(self, limit: int, window: float) -> None:
        self._limit = limit
        self._window = window
        self._times: dict[int, deque[float]] = {}

    def wait(self, now: float, key: int = 0) -> float:
        """Return the seconds until the next event is allowed, 0 for now."""
        times = self._times.get(key)
        while times and times[0] <= now - self._window:
            times.popleft()
        if times is not None and not times:
            del self._times[key]
        return times[0] + self._window - now if times and len(times) >= self._limit else 0.0

    def count(self, now: float, key: int = 0) -> None:
        """Count an event; beyond the limit only the newest are remembered."""
        self._times.setdefault(key, deque(maxlen=self._limit)).append(now)


class RateLimiter:
    """The queue in which every request of the process waits, except answers to interactions.

    Requests leave in order of arrival, urgent ones first. `clock` and `sleep` are for tests.
    """

    def __init__(
        self,
        *,
        bucket: TokenBucket | None = None,
        settings: PaceSettings = PACE,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bucket = bucket or TokenBucket(settings.rate, settings.burst)
        self._queue = Queue(self._bucket, Waiting(clock, sleep))
        self._invalid = SlidingWindow(settings.most_invalid, settings.invalid_window)
        self._longest_hold = settings.longest_hold
        self._clock = clock
        self._alone: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def turn(self) -> None:
        """Wait until a request may be sent.

        NotYetError during a pause of more than 10 seconds; TemporaryError after too many invalid requests.
        """
        await self._queue.turn(self._check)

    def _check(self) -> None:
        self._refuse_after_too_many()
        self._refuse_while_held()

    def _refuse_after_too_many(self) -> None:
        if left := self._invalid.wait(self._clock()):
            raise TemporaryError(
                "Discord refused so many requests that the bot pauses, lest it is banned.", retry_after=left
            )

    def _refuse_while_held(self) -> None:
        """Refuse a long wait: the caller would time out without knowing that nothing was sent."""
        if (left := self._bucket.held(self._clock())) > self._longest_hold:
            raise NotYetError("Discord lets nothing through at present.", retry_after=left)

    def hold(self, left: float) -> None:
        """Pause all requests for so many seconds."""
        self._bucket.hold(self._clock() + left)

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Evaluate a response: count invalid requests, and pause all requests after a global 429."""
        scope = headers.get("X-RateLimit-Scope", "")
        if status in _INVALID and scope != "shared":
            self._invalid.count(self._clock())
        if status == HTTPStatus.TOO_MANY_REQUESTS and is_for_all(headers):
            self.hold(retry_after(headers))

    @asynccontextmanager
    async def alone(self, place: int) -> AsyncIterator[None]:
        """Lock one channel or user for the block."""
        lock = self._alone.get(place)
        if lock is None:
            lock = self._alone[place] = asyncio.Lock()
        async with lock:
            yield


def is_for_all(headers: Mapping[str, str]) -> bool:
    """Whether a 429 concerns all requests: the global limit, or Cloudflare, which sets no Via header."""
    told = headers.get("X-RateLimit-Scope") == "global" or "X-RateLimit-Global" in headers
    return told or "Via" not in headers


def retry_after(headers: Mapping[str, str], unsaid: float = PACE.unsaid) -> float:
    """Return the seconds of Retry-After, at most an hour; `unsaid` if the header is missing."""
    return seconds(headers.get("Retry-After"), unsaid, PACE.longest_wait)
