"""How fast the bot may call Slack. The counting is pure; `RateLimiter` waits by it.

Slack takes about one message a second in a channel, several hundred a minute in a workspace, and so many
calls of each method a minute in a workspace, by its tier (documentation, rate limits). A 429 is said of one
method in one workspace.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from adapters.shared.token_bucket import TokenBucket, is_urgent
from bot.errors import NotYetError

POST, UPDATE = "chat.postMessage", "chat.update"
PER_MINUTE = 200.0  # messages in one workspace
PER_SECOND = 1.0  # messages in one channel
CHANNEL_BURST = 2.0  # messages that may go at once into a channel after a silence
TIER_3, TIER_4 = 50.0, 100.0  # calls of a method in one workspace a minute
OF_THE_OUTBOX = (POST, UPDATE, "conversations.history")
METHODS = dict.fromkeys(
    (UPDATE, "conversations.history", "conversations.info", "conversations.open"), TIER_3
)  # all others are of the next tier, or not limited by one
PATIENCE = 3.0  # seconds that a message waits at most: what waits for long waits in the outbox
BRIEFLY = 10.0  # seconds that any other call waits at most
MOST_CHANNELS = 10_000  # remembered in memory
BURST_SHARE = 0.05  # of a minute's budget may go at once
_MINUTE = 61.0  # seconds; calls do not arrive as evenly as they leave


def _budget(budget: float) -> TokenBucket:
    """Return a meter that lets no more than so many calls pass in any minute."""
    burst = max(1.0, budget * BURST_SHARE)
    return TokenBucket((budget - burst if budget > burst else budget) / _MINUTE, burst)


class Queue:
    """Those who wait for one meter, in the order they came."""

    def __init__(self, meter: TokenBucket, patience: float = PATIENCE) -> None:
        self.meter = meter
        self.patience = patience  # seconds
        self.turn = asyncio.Lock()
        self.waiting = 0
        self._promised = 0.0

    def expected(self, now: float) -> float:
        """Return the seconds that somebody who comes now will wait."""
        return self.meter.wait(now) + self.waiting / self.meter.rate

    def promise(self, now: float) -> float:
        """Return the seconds after which somebody sent away should come back, each at a time of their own."""
        self._promised = max(self._promised, now + self.expected(now)) + 1.0 / self.meter.rate
        return self._promised - now


class RateLimiter:
    """The gate of every call to the Web API.

    Those who wait go in the order they came; what is `urgent` goes first. `clock` and `sleep` are for tests.
    """

    def __init__(
        self,
        *,
        per_minute: float = PER_MINUTE,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rates = {POST: per_minute, **METHODS}
        self._patience = patience
        self._clock = clock
        self._sleep = sleep
        self._lines: dict[tuple[str, str], Queue] = {}
        self._channels: OrderedDict[tuple[str, str], Queue] = OrderedDict()

    async def turn(self, team: str, method: str, channel: str = "") -> None:
        """Wait until a call may go; `channel`: where a message goes, "" for calls that are none.

        NotYetError with `retry_after` when that would take too long.
        """
        line = self._line(team, method)
        if is_urgent():
            await self._pass(line, line.meter.held)
            return
        if line.expected(self._clock()) > line.patience:
            raise self._busy(line)
        if not channel:
            await self._queue(line)
            return
        room = self._room(team, channel)
        async with room.turn:
            await self._wait(room, room.meter.wait)
            await self._queue(line)
            room.meter.take(self._clock())

    def hold(self, team: str, method: str, seconds: float) -> None:
        """Let no call of a method go to a workspace for so long: Slack answered 429."""
        self._line(team, method).meter.hold(self._clock() + seconds)

    async def _queue(self, line: Queue) -> None:
        line.waiting += 1
        try:
            async with line.turn:
                await self._pass(line, line.meter.wait)
        finally:
            line.waiting -= 1

    async def _pass(self, line: Queue, wait: Callable[[float], float]) -> None:
        await self._wait(line, wait)
        line.meter.take(self._clock())

    async def _wait(self, line: Queue, wait: Callable[[float], float]) -> None:
        while seconds := wait(self._clock()):
            if line.meter.held(self._clock()) > line.patience:
                raise self._busy(line)
            await self._sleep(seconds)

    def _busy(self, line: Queue) -> NotYetError:
        asked = line.promise(self._clock())
        return NotYetError("More waits for Slack than it takes at present.", retry_after=asked)

    def _line(self, team: str, method: str) -> Queue:
        line = self._lines.get((team, method))
        if line is None:
            patience = self._patience if method in OF_THE_OUTBOX else BRIEFLY
            line = Queue(_budget(self._rates.get(method, TIER_4)), patience)
            self._lines[team, method] = line
        return line

    def _room(self, team: str, channel: str) -> Queue:
        room = self._channels.get((team, channel))
        if room is None:
            room = self._channels[team, channel] = Queue(TokenBucket(PER_SECOND, CHANNEL_BURST))
        self._channels.move_to_end((team, channel))
        while len(self._channels) > MOST_CHANNELS:
            self._channels.popitem(last=False)
        return room
