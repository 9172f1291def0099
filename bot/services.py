"""The services of the bot: what adapters bring goes to the commands or to the store."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from bot.clock import Clock
from bot.commands.dispatch import Dispatcher
from bot.commands.parse import parse
from bot.commands.shown import SHOWN, flat
from bot.commands.spec import COMMANDS
from bot.commands.wording import filter_words, listed, show
from bot.errors import StoreError
from bot.model import Caller, CommandInfo, Reply
from bot.ports import Store

FIRST_PROBE = timedelta(hours=1)  # until a destination that was reported is tried
MOST_NAMED = 10  # destinations of one notice

_log = logging.getLogger(__name__)


class Services:
    """`bot.ports.BotServices` on the dispatcher and the store."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        store: Store,
        clock: Clock,
        *,
        admins: Sequence[str] = (),
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._dispatcher = dispatcher
        self._store = store
        self._clock = clock
        self._admins = admins  # addresses that are told of what an admin has to know
        self._wake = wake  # tells the outbox that something may be due
        self._commands = SHOWN

    @property
    def commands(self) -> tuple[CommandInfo, ...]:
        """Every command of the bot, sub-commands by their whole path."""
        return self._commands

    async def run(self, caller: Caller, line: str) -> Reply:
        """Run one line as typed."""
        reply = await self._dispatcher.run(caller, line)
        self._wake()
        return reply

    def parse(self, line: str) -> tuple[str, dict[str, str]]:
        """Return the path and the values of a line as typed."""
        parsed = parse(line, COMMANDS)
        return parsed.command.path, dict(parsed.values)

    async def execute(self, caller: Caller, path: str, values: Mapping[str, str]) -> Reply:
        """Run the command at a path; a group explains itself, and a path that is not there is answered."""
        command = next((each for each in (*flat(COMMANDS), *COMMANDS) if each.path == path), None)
        if command is None:  # the button of an older version, or a forged one
            return Reply(f"/{show(path, 40)} is no command any more. /help lists all there are.", ok=False)
        reply = await self._dispatcher.execute(caller, command, values)
        if command.changes:
            self._wake()
        return reply

    async def complete(self, caller: Caller, path: str, parameter: str, typed: str) -> list[str]:
        """Return suggestions for a parameter."""
        return await self._dispatcher.complete(caller, path, parameter, typed)

    async def reachable(self, address: str) -> None:
        """End the parking of a destination; while the store refuses, the probe will."""
        try:
            if await self._store.resume(address, self._clock.now()):
                self._wake()
        except StoreError as error:
            _log.warning("%s stays parked for now: %s", address, error)

    async def unreachable(self, addresses: Sequence[str], reason: str) -> None:
        """Park destinations; admins are told of all of them in one notice."""
        now = self._clock.now()
        try:
            parked = await self._store.park(addresses, reason, now, now + FIRST_PROBE)
            if parked:
                text = (
                    f"Alerts for {listed(parked, MOST_NAMED)} wait: {reason} Then they resume by themselves."
                )
                _log.warning("%s", text)
                told = [each for each in self._admins if each not in parked]
                await self._store.notify(told, text, now)
                self._wake()
        except StoreError as error:  # the next alert is refused, and parks the destination
            _log.warning("%s is not on hold yet: %s", listed(addresses, MOST_NAMED), error)

    async def gone(self, addresses: Sequence[str], reason: str) -> None:
        """End what goes to channels that were deleted; admins are told before."""
        for address in addresses:
            try:
                await self._end(address, reason)
            except StoreError as error:  # the next alert is refused, and parks the channel
                _log.warning("%s is gone, but its alerts are not ended: %s", address, error)

    async def moved(self, old: str, new: str) -> None:
        """Give a destination another address; while the store refuses, its next alert parks it."""
        try:
            if await self._store.move(old, new, self._clock.now()):
                _log.info("%s is %s now; its alerts go there.", old, new)
                self._wake()
        except StoreError as error:
            _log.error("%s is %s now, but its alerts could not be moved: %s", old, new, error)

    async def _end(self, address: str, reason: str) -> None:
        subscriptions = await self._store.subscriptions(address, channel=True)
        if not subscriptions:
            return
        lost = listed([filter_words(each.filter) for each in subscriptions])
        text = f"Alerts for {address} ended: {reason} It got {lost}."
        _log.warning("%s", text)
        await self._store.notify([each for each in self._admins if each != address], text, self._clock.now())
        await self._store.unfollow(address, keys=None, channel=True)
        await self._store.give_up(address, reason, self._clock.now())
        self._wake()

    async def addresses(self, prefix: str) -> list[str]:
        """Return known destinations by the beginning of their address; none while the store refuses."""
        try:
            return await self._store.addresses(prefix)
        except StoreError as error:
            _log.warning("The destinations %s* cannot be read: %s", prefix, error)
            return []

    async def set_value(self, key: str, value: str) -> None:
        """Keep a short text; while the store refuses it is lost, and worked out anew."""
        try:
            await self._store.set_value(key, value)
        except StoreError as error:
            _log.warning("%s is not kept: %s", key, error)

    async def get_value(self, key: str) -> str:
        """Return what was kept, "" for nothing."""
        try:
            return await self._store.get_value(key)
        except StoreError as error:
            _log.warning("%s cannot be read: %s", key, error)
            return ""

    async def list_values(self, prefix: str) -> dict[str, str]:
        """Return what was kept under keys that begin alike, nothing while the store refuses."""
        try:
            return await self._store.list_values(prefix)
        except StoreError as error:
            _log.warning("%s* cannot be read: %s", prefix, error)
            return {}
