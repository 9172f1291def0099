"""Limits how fast the bot calls Discord, so that Discord does not ban it.

Discord allows 50 requests a second for the whole bot. It bans an IP address for a while after 10,000 invalid
requests in 10 minutes (documentation, topics/rate-limits). discord.py handles the limits of single routes.
All processes of a bot share these limits.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from weakref import WeakValueDictionary

from adapters.discord.gateway.learned_rate import LearnedRate
from adapters.shared.line import Line, Pace, Waiting
from bot.errors import StoreError
from bot.in_process import InProcessState
from bot.ports import Quota, Rate, SharedState
from bot.text.bounds import seconds

_INVALID = frozenset({401, 403, 404, 429})
_REQUESTS, _REFUSED, _PUBLISHED = "discord:requests", "discord:refused", "discord:published:"
BUSY = "Discord lets nothing through at present."
TOO_MANY = "Discord refused so many requests that the bot pauses, lest it is banned."


@dataclass(frozen=True, slots=True)
class PaceSettings:
    """How fast the bot may call Discord, and which waits it accepts. Times are in seconds."""

    # Requests a second, and those sent at once after a pause: together below the 50 that Discord allows, as
    # requests do not arrive as evenly as they leave. A global 429 lowers the rate for a while.
    rate: float = 47.5
    burst: float = 2.0
    most_invalid: int = 1_000  # in a window; below Discord's limit, as others may share the IP address
    invalid_window: float = 600.0
    published: int = 10  # messages that an announcement channel may publish in a window
    published_window: float = 3600.0
    patience: float = 10.0  # of a request; one that would wait longer is refused
    longest_sleep: float = 5.0  # of a rate limit that discord.py may wait for inside a call
    longest_sleep_of_answers: float = 60.0  # the same for answers, whose token lives 15 minutes
    unsaid: float = 60.0  # after a 429 without Retry-After
    longest_wait: float = 3600.0  # whatever Retry-After says


PACE = PaceSettings()


class RateLimiter:
    """The line in which every request waits, except answers to interactions.

    Requests of a process leave in order of arrival, urgent ones first. `state`: what the processes share; by
    default this process shares nothing. `clock` and `sleep` are for tests.
    """

    def __init__(
        self,
        *,
        state: SharedState | None = None,
        settings: PaceSettings = PACE,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._state = state or InProcessState(clock)
        self._invalid = Quota(settings.most_invalid, settings.invalid_window)
        self._publishing = Quota(settings.published, settings.published_window)
        self._learned = LearnedRate(settings.rate, clock=clock)
        self._burst = settings.burst
        pace = Pace(_REQUESTS, self._rate(), settings.patience, BUSY)
        self._line = Line(pace, self._state, Waiting(clock, sleep))
        self._alone: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def turn(self) -> None:
        """Wait until a request may be sent.

        NotYetError: the wait would be more than 10 seconds, so that the caller would time out without knowing
        that nothing was sent. TemporaryError: there were too many invalid requests.
        """
        self._line.change_rate(self._rate())
        await self._line.turn()

    def _rate(self) -> Rate:
        return Rate(self._learned.value, self._burst)

    async def hold(self, left: float) -> None:
        """Pause all requests of all processes for so many seconds."""
        await self._line.hold(left)

    async def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Evaluate a response: count invalid requests; after a global 429, pause all, and slow down."""
        if status in _INVALID and headers.get("X-RateLimit-Scope", "") != "shared":
            await self._count_invalid()
        if status == HTTPStatus.TOO_MANY_REQUESTS and is_for_all(headers):
            if is_global(headers):
                self._learned.refused()
            await self.hold(retry_after(headers))

    async def _count_invalid(self) -> None:
        """Count an invalid request; after too many, pause until the first of them is old.

        Without the database it is not counted, but then the next request is not sent either.
        """
        with suppress(StoreError):
            if left := await self._state.count(_REFUSED, self._invalid):
                await self._line.hold(left, TOO_MANY)

    async def may_publish(self, channel_id: int) -> bool:
        """Count a message that an announcement channel publishes, if it may publish one more this hour."""
        try:
            return await self._state.spend(f"{_PUBLISHED}{channel_id}", self._publishing)
        except StoreError:
            return False  # it only stays where it is

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
    return is_global(headers) or "Via" not in headers


def is_global(headers: Mapping[str, str]) -> bool:
    """Whether a 429 says that the bot's requests together were too many in a second."""
    return headers.get("X-RateLimit-Scope") == "global" or "X-RateLimit-Global" in headers


def retry_after(headers: Mapping[str, str], unsaid: float = PACE.unsaid) -> float:
    """Return the seconds of Retry-After, at most an hour; `unsaid` if the header is missing."""
    return seconds(headers.get("Retry-After"), unsaid, PACE.longest_wait)
