"""Waiting for the turns of a pace that all processes share, in order of arrival."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from adapters.shared.urgent import is_urgent
from bot.errors import NotYetError, StoreError, TemporaryError
from bot.ports import Rate, SharedState, Turns

AWAY = "The database does not say whether there is room"


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How turns of a shared pace are waited for."""

    rounding: float = 1e-6  # seconds
    spacing: int = 10  # times the interval of the pace, as if so many processes shared it
    lost: int = 1  # turns that one call may lose
    grace: float = 1.0  # seconds beyond the patience of a pace, for what the answers of the database take
    newest: float = 0.2  # weight of the latest gap between two calls in the mean of the gaps
    pause: float = 1.0  # seconds without another question after the database failed to answer


LINE = LineSettings()


@dataclass(frozen=True, slots=True)
class Waiting:
    """How callers wait. `clock`: monotonic seconds. Tests replace both."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Pace:
    """A pace: its key in `SharedState`, how fast it is, and the seconds that a call waits at most for it.

    `busy`: the text of the error for a call that would wait longer. `late`: the seconds after which a turn
    is lost; by default half of what a burst takes, since a call that goes may still be held up on its way,
    and the clocks of two processes are known to a few milliseconds only.
    """

    key: str
    rate: Rate
    patience: float
    busy: str
    late: float | None = None

    @property
    def latest(self) -> float:
        """`late` in seconds."""
        return self.rate.burst * self.rate.interval / 2 if self.late is None else self.late


class Line:
    """The calls of this process that wait for one pace. Urgent ones do not queue; they wait only for a hold.

    It reserves several turns at once, if many calls wait and the store allows it. A turn goes to whoever is
    first in the line. One whose time has passed for too long (`Pace.late`) is lost: several processes that
    made up for lost time would together go faster than the pace. A call that lost a turn is sent at its next
    one, even if late; otherwise a busy machine would never send.

    No call waits for much longer than the patience of the pace, however slow the machine is: its caller would
    give up without knowing that nothing was sent.
    """

    def __init__(self, pace: Pace, state: SharedState, waiting: Waiting) -> None:
        self._pace = pace
        self._state = state
        self._clock, self._sleep = waiting.clock, waiting.sleep
        self._lock = asyncio.Lock()
        self._length = 0  # calls in the line
        self._turns: deque[float] = deque()  # reserved turns, in seconds of the clock
        self._spacing = pace.rate.interval  # seconds for each call, as the last reservation showed
        self._gap = 0.0  # mean of the seconds between two calls that went one after the other
        self._went_at: float | None = None  # when the last call went, if others were waiting
        self._held_until = self._away_until = 0.0
        self._why = ""  # of the hold
        self._promised = 0.0  # the latest time for which a refused call was told to return
        self._untold: str | None = None  # reason of a hold that is not written to the store yet

    async def turn(self) -> None:
        """Wait for a turn and take it.

        NotYetError with `retry_after`: the wait would be too long, or has been, or the store does not answer.
        TemporaryError: the pace is held for a reason that is the bot's own.
        """
        await self._tell_hold()
        if is_urgent():
            await self._go_first()
            return
        self.check()
        end = self._clock() + self._pace.patience + LINE.grace
        self._length += 1
        try:
            async with self._lock:
                await self._take(end)
                self._note_gap()
        finally:
            self._length -= 1

    def check(self) -> None:
        """Raise the error of `turn` if this process knows already that a new call would wait too long."""
        self._check_hold()
        if (wait := self._expected()) > self._pace.patience:
            raise self._refusal(wait)

    def change_rate(self, rate: Rate) -> None:
        """Let calls go at another rate from the next reservation on."""
        if rate != self._pace.rate:
            self._pace = replace(self._pace, rate=rate)
            self._spacing = rate.interval

    async def hold(self, seconds: float, why: str = "") -> None:
        """Let no call of any process go for so many seconds. `why`: see `SharedState.hold`.

        If the store does not answer, it is told with the next call.
        """
        self._note_hold(seconds, why)
        self._untold = why
        await self._tell_hold()

    async def _take(self, end: float) -> None:
        """Wait for the next turn, until `end` at the latest. A hold that begins meanwhile discards it."""
        lost = 0
        while True:
            if self._clock() > end:
                raise self._refusal(0.0)
            at = await self._next()
            if at > end:
                raise self._refusal(at - self._clock())
            if (left := at - self._clock()) > 0:
                await self._sleep(left)
            if self._clock() < self._held_until - LINE.rounding:
                self._turns.clear()
            if self._turns and self._turns[0] == at:
                self._turns.popleft()
                if lost == LINE.lost or self._clock() - at <= self._pace.latest:
                    return
                lost += 1

    def _note_gap(self) -> None:
        """Note that a call goes, and how long after the one before it."""
        now = self._clock()
        if self._went_at is not None:
            self._gap += LINE.newest * (now - self._went_at - self._gap)
        self._went_at = now if self._length > 1 else None

    async def _next(self) -> float:
        """Return the time of the next turn, which is reserved if there is none left."""
        while self._turns and self._clock() - self._turns[0] > self._pace.latest:
            self._turns.popleft()
        if not self._turns:
            turns = await self._reserve(max(self._length, 1))
            now = self._clock()
            self._turns.extend(now + each for each in turns.waits)
            self._spacing = self._spacing_of(turns, now)
        return self._turns[0]

    def _spacing_of(self, turns: Turns, now: float) -> float:
        """Return an estimate of the seconds between this process's turns, as others reserve turns too.

        On a machine so busy that turns are lost, the calls themselves are further apart. The wait at the end
        of a hold is subtracted, as all processes share it. Holds that other processes noted are unknown here,
        so the estimate is bounded.
        """
        interval, hold = self._pace.rate.interval, max(self._held_until - now, 0.0)
        seen = (turns.waits[-1] - hold) / len(turns.waits)
        return min(max(interval, seen, self._gap), LINE.spacing * interval)

    async def _go_first(self) -> None:
        """Take an urgent turn."""
        turns = await self._reserve(1, urgent=True)
        left = max(turns.waits[0], self._held_until - self._clock())
        while left > 0:
            self._check_hold()
            await self._sleep(left)
            left = self._held_until - self._clock()

    async def _reserve(self, most: int, *, urgent: bool = False) -> Turns:
        """Reserve turns; see `turn` for the errors."""
        if (left := self._away_until - self._clock()) > 0:
            raise NotYetError(f"{AWAY}.", retry_after=left)
        self._check_hold()
        try:
            turns = await self._state.reserve(
                self._pace.key, self._pace.rate, most, within=self._pace.patience, urgent=urgent
            )
        except StoreError as error:
            self._away_until = self._clock() + LINE.pause
            raise NotYetError(f"{AWAY}: {error}", retry_after=LINE.pause) from error
        if not turns.waits:
            if turns.why:
                self._note_hold(turns.wait, turns.why)
            raise self._refusal(turns.wait, turns.why)
        return turns

    async def _tell_hold(self) -> None:
        """Tell the store of a hold that it does not know yet, if it answers."""
        if self._untold is None or self._clock() < self._away_until:
            return
        try:
            if (left := self._held_until - self._clock()) > 0:
                await self._state.hold(self._pace.key, left, self._untold)
            self._untold = None
        except StoreError:
            self._away_until = self._clock() + LINE.pause

    def _note_hold(self, seconds: float, why: str) -> None:
        until = self._clock() + seconds
        if until > self._held_until:
            self._held_until, self._why = until, why
        self._went_at = None  # the next gap is the hold's

    def _check_hold(self) -> None:
        """Raise an error if a hold that this process knows of lasts longer than a call may wait."""
        if (left := self._held_until - self._clock()) > self._pace.patience:
            raise self._refusal(left, self._why)

    def _expected(self) -> float:
        """Return the seconds that a new call would wait, as far as this process knows."""
        first = max(self._turns[0] if self._turns else 0.0, self._held_until)
        return max(first - self._clock(), 0.0) + self._length * self._spacing

    def _refusal(self, wait: float, why: str = "") -> TemporaryError:
        """Return the error for a call that would wait so long.

        Without a reason each gets a retry delay of its own, so that they do not all return at once.
        """
        if why:
            return TemporaryError(why, retry_after=wait)
        now = self._clock()
        self._promised = max(self._promised, now + wait) + self._spacing
        return NotYetError(self._pace.busy, retry_after=self._promised - now)
