"""Limits how fast the bot calls Slack.

Slack allows about one message a second in a channel, several hundred messages a minute in a workspace, and
for each method a number of calls a minute and workspace that depends on its tier (documentation, rate
limits). A 429 applies to one method in one workspace. All processes of a bot share these limits.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cachetools import LRUCache

from adapters.shared.line import Line, Pace, Waiting
from adapters.shared.urgent import is_urgent
from bot.in_process import InProcessState
from bot.ports import Rate, SharedState

POST, UPDATE = "chat.postMessage", "chat.update"
BUSY = "More waits for Slack than it takes at present."
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
    burst_share: float = 0.03  # part of a minute's budget that may go at once, and is missing from its pace
    minute: float = 61.0  # with a margin, because calls arrive less evenly than they leave
    patience: float = 3.0  # for a call of the outbox, because longer waits belong in the outbox
    briefly: float = 10.0  # for every other call
    channels: int = 10_000  # in memory


PACE = PaceSettings()


def _budget(budget: float, settings: PaceSettings) -> Rate:
    """Return a rate that allows at most `budget` calls in any minute."""
    burst = max(1.0, budget * settings.burst_share)
    return Rate((budget - burst if budget > burst else budget) / settings.minute, burst)


class RateLimiter:
    """Delays every call to the Web API as the rate limits require.

    Calls of a process go in order of arrival, urgent ones before all others. A message waits first for its
    channel, then for its method. `state`: what the processes share; by default this process shares nothing.
    `clock` and `sleep`: for tests.
    """

    def __init__(
        self,
        settings: PaceSettings = PACE,
        *,
        state: SharedState | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._rates = {POST: settings.per_minute, **dict.fromkeys(OF_TIER_3, settings.tier_3)}
        self._state = state or InProcessState(clock)
        self._waiting = Waiting(clock, sleep)
        self._methods: dict[tuple[str, str], Line] = {}
        self._channels: LRUCache[tuple[str, str], Line] = LRUCache(settings.channels)

    async def turn(self, team: str, method: str, channel: str = "") -> None:
        """Wait until a call may go. `channel`: the channel of a message, "" for other calls.

        NotYetError with `retry_after`: the wait would be too long.
        """
        line = self._method(team, method)
        if channel and not is_urgent():
            line.check()
            await self._channel(team, channel).turn()
        await line.turn()

    async def hold(self, team: str, method: str, seconds: float) -> None:
        """Delay all calls of a method in a workspace, in all processes, because Slack answered 429."""
        await self._method(team, method).hold(seconds)

    def _method(self, team: str, method: str) -> Line:
        line = self._methods.get((team, method))
        if line is None:
            settings = self._settings
            patience = settings.patience if method in OF_THE_OUTBOX else settings.briefly
            rate = _budget(self._rates.get(method, settings.tier_4), settings)
            line = self._methods[team, method] = self._line(f"slack:{team}:{method}", rate, patience)
        return line

    def _channel(self, team: str, channel: str) -> Line:
        line = self._channels.get((team, channel))
        if line is None:
            rate = Rate(self._settings.per_second, self._settings.channel_burst)
            line = self._line(f"slack:{team}/{channel}", rate, self._settings.briefly)
            self._channels[team, channel] = line
        return line

    def _line(self, key: str, rate: Rate, patience: float) -> Line:
        return Line(Pace(key, rate, patience, BUSY), self._state, self._waiting)
