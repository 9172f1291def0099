"""Corrects stored times when somebody sets the machine's clock."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.clock import SteadyClock
from bot.errors import StoreError
from bot.ports import KeyValueStore, TimeStore

_log = logging.getLogger(__name__)

DRIFT = 0.1  # seconds by which the bot's clock may differ from that of the database's server
JUMP = 5.0  # seconds; for a smaller difference only the bot's clock is adjusted, without a log line
LAST_SEEN = "clock:last"  # the key of the last time that was stored


class _Store(TimeStore, KeyValueStore, Protocol):
    """The part of a store that is used here."""

    def together(self) -> AbstractAsyncContextManager[None]:
        """Make one transaction of what is written inside the block; see `bot.ports.Store`."""
        ...


class Timekeeper:
    """Follows jumps of the machine's clock, and shifts all stored due times and leases by the same amount.

    A poll that was due in ten minutes therefore stays due in ten minutes, a lease keeps its length, and
    nothing is sent twice or left out.

    Processes that share a database go by the clock of its server instead: it is the same for all of them,
    whatever their machines' clocks say, and stored times are never shifted.
    """

    def __init__(self, clock: SteadyClock, store: _Store) -> None:
        self._clock = clock
        self._store = store
        self._refused = False  # whether the store refused the last shift; logged once
        self._begun = False  # whether the clock of the database's server was read
        self._one_at_a_time = asyncio.Lock()  # stored times and the clock disagree during a shift

    async def begin(self) -> None:
        """Shift the stored times if the clock was set back since the last run."""
        if await self._follow_server():
            return
        now = self._clock.now()
        behind = (now - _moment(await self._store.get_value(LAST_SEEN), now)).total_seconds()
        if behind < -JUMP:
            await self._shift(behind, now)
            self._log_jump(behind)
        await self.note()

    async def follow(self) -> None:
        """Follow the machine's clock. Call this about once a second."""
        async with self._one_at_a_time:
            await self._follow()

    async def note(self) -> None:
        """Store the current time for the next start, and make due what would wait longer than is allowed."""
        async with self._one_at_a_time:
            now = self._clock.now()
            await self._store.set_value(LAST_SEEN, now.isoformat())
            if mended := await self._store.bound_times(now):
                _log.warning("%d stored times lay too far ahead; what waited for them is due now.", mended)

    async def _follow_server(self) -> bool:
        """Go by the clock of the database's server; return False if the machine's clock is the one."""
        before = self._clock.now()
        there = await self._store.server_time()
        if there is None:
            return False
        after = self._clock.now()
        ahead = (there - before - (after - before) / 2).total_seconds()  # half of the way there and back
        if abs(ahead) > max(DRIFT, (after - before).total_seconds()):
            self._clock.move(ahead)
        if abs(ahead) >= JUMP and self._begun:
            _log.warning("The clock of the database's server differs by %.0f s; the bot goes by it.", ahead)
        self._begun = True
        return True

    async def _follow(self) -> None:
        try:
            if await self._follow_server():
                return
        except StoreError:  # its outage is logged by those who need more of it than the time
            return
        jump = self._clock.ahead()
        if abs(jump) >= JUMP:
            try:
                await self._shift(jump, self._clock.now() + timedelta(seconds=jump))
            except StoreError as error:  # the bot's clock stays as it is until the store works
                if not self._refused:
                    _log.error("The machine's clock was set, and the bot cannot follow yet: %s", error)
                self._refused = True
                return
            self._refused = False
            self._log_jump(jump)
        self._clock.move(jump)

    async def _shift(self, seconds: float, now: datetime) -> None:
        """Shift the stored times. `now`: by the clock that they go by from then on.

        It is stored with them, so that a restart does not find the old time and shift them once more.
        """
        async with self._store.together():
            await self._store.shift_times(timedelta(seconds=seconds))
            await self._store.set_value(LAST_SEEN, now.isoformat())

    def _log_jump(self, jump: float) -> None:
        _log.warning(
            "The machine's clock was set %s by %s (hours:minutes:seconds). All that waits was moved with it.",
            *("forward" if jump > 0 else "back", timedelta(seconds=round(abs(jump)))),
        )


def _moment(text: str, otherwise: datetime) -> datetime:
    """Return the stored moment; `otherwise` if there is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return otherwise
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
