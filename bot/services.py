"""Services for adapters: passes commands to the dispatcher and reports on destinations to the store."""

from __future__ import annotations

import logging
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock
from bot.commands.dispatch import Dispatcher
from bot.commands.wording import filter_words, listed
from bot.errors import StoreError
from bot.model import BYSTANDER
from bot.ports import Door, Doorkeeper, SharedState, Store


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """How notices of adapters about destinations are dealt with."""

    first_probe: timedelta = timedelta(hours=1)  # until a destination reported as unreachable is tried again
    one_event: float = 10.0  # seconds in which several processes may hear that a channel was deleted
    named: int = 10  # most destinations that a notice lists by name


SERVICES = ServiceSettings()

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
        self._store = store
        self._clock = clock
        self._admins = admins  # addresses that get the notices for admins
        self._wake = wake  # wakes the outbox, because a message may be due
        self.commands = dispatcher.commands
        self.run = dispatcher.run
        self.parse = dispatcher.parse
        self.execute = dispatcher.execute
        self.complete = dispatcher.complete
        self.shared: SharedState = store

    async def reachable(self, address: str) -> None:
        """End the parking of a destination. If the store fails, the next probe ends it."""
        try:
            if await self._store.resume(address, self._clock.now()):
                self._wake()
        except StoreError as error:
            _log.warning("%s stays parked for now: %s", address, error)

    async def unreachable(self, addresses: Sequence[str], reason: str) -> None:
        """Park destinations, and send the admins one notice about all of them."""
        now = self._clock.now()
        try:
            parked = await self._store.park(addresses, reason, now, now + SERVICES.first_probe)
            if parked:
                named = listed(parked, SERVICES.named)
                text = f"Alerts for {named} wait: {reason} Then they resume by themselves."
                _log.warning("%s", text)
                told = [each for each in self._admins if each not in parked]
                await self._store.notify(told, text, now)
                self._wake()
        except StoreError as error:  # the platform refuses the next alert, which parks the destination
            _log.warning("%s is not on hold yet: %s", listed(addresses, SERVICES.named), error)

    async def gone(self, addresses: Sequence[str], reason: str) -> None:
        """Notify the admins, then end the subscriptions and the queues of deleted channels."""
        for address in addresses:
            try:
                await self._end(address, reason)
            except StoreError as error:  # the platform refuses the next alert, which parks the channel
                _log.warning("%s is gone, but its alerts are not ended: %s", address, error)

    async def moved(self, old: str, new: str) -> None:
        """Change the address of a destination. If the store fails, the next alert to it parks it."""
        try:
            if await self._store.move(old, new, self._clock.now()):
                _log.info("%s is %s now; its alerts go there.", old, new)
                self._wake()
        except StoreError as error:
            _log.error("%s is %s now, but its alerts could not be moved: %s", old, new, error)

    async def _end(self, address: str, reason: str) -> None:
        subscriptions = await self._store.subscriptions(address, channel=True)
        if not subscriptions or await self._store.mark(f"gone:{address}", SERVICES.one_event) is not None:
            return
        lost = listed([filter_words(each.filter) for each in subscriptions])
        text = f"Alerts for {address} ended: {reason} It got {lost}."
        _log.warning("%s", text)
        now = self._clock.now()
        await self._store.notify([each for each in self._admins if each != address], text, now)
        await self._store.unfollow(address, keys=None, channel=True, by=BYSTANDER, now=now)
        await self._store.give_up(address, reason, now)
        self._wake()

    async def addresses(self, prefix: str) -> list[str]:
        """Return the known destinations whose address begins with `prefix`; none if the store fails."""
        try:
            return await self._store.addresses(prefix)
        except StoreError as error:
            _log.warning("The destinations %s* cannot be read: %s", prefix, error)
            return []

    async def set_value(self, key: str, value: str) -> None:
        """Store a short text. If the store fails it is lost, and the adapter must find it out again."""
        try:
            await self._store.set_value(key, value)
        except StoreError as error:
            _log.warning("%s is not kept: %s", key, error)

    async def get_value(self, key: str) -> str:
        """Return a stored text; "" if there is none or the store fails."""
        try:
            return await self._store.get_value(key)
        except StoreError as error:
            _log.warning("%s cannot be read: %s", key, error)
            return ""

    async def list_values(self, prefix: str) -> dict[str, str]:
        """Return the stored texts whose keys begin with `prefix`; none if the store fails."""
        try:
            return await self._store.list_values(prefix)
        except StoreError as error:
            _log.warning("%s* cannot be read: %s", prefix, error)
            return {}

    async def door(self, door: Door) -> Doorkeeper:
        """Ask for a door in the name of this machine."""
        return await self._store.door(door, platform.node())
