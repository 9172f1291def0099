"""The log lines of temporary delivery failures, for single destinations or the whole platform."""

from __future__ import annotations

import time
from collections.abc import Callable

from cachetools import TTLCache

from bot.logs.outage import OutageLog

FEW = 5  # destinations that the log names within REMEMBERED seconds
REMEMBERED = 3600.0  # seconds; longer than any back-off of the outbox


class DeliveryLog:
    """Returns the lines to be logged about one platform. `clock`: monotonic seconds.

    A destination that fails while others work is logged by name. Once a second destination fails without a
    success in between, the whole platform counts as failing: one outage, however many messages wait for it.
    The same applies if more than FEW destinations have failed recently, so that the log stays short.
    """

    def __init__(self, platform: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._platform = OutageLog(f"Delivery on {platform}", clock=clock)
        self._destinations: TTLCache[str, OutageLog] = TTLCache(FEW, REMEMBERED, timer=clock)
        self._failed: set[str] = set()  # destinations that failed since a message went out on the platform

    @property
    def failing(self) -> bool:
        """Whether no message has been delivered since one failed temporarily."""
        return bool(self._failed)

    def failed(self, address: str, reason: str) -> list[str]:
        """Record that a message to a destination failed temporarily; return the lines to log."""
        self._failed.add(address)
        own = self._destination(address) if self._failed == {address} else None
        if own is not None and not self._platform.lasts:
            line = own.failed(reason)
        else:
            self._end_those_of_destinations()
            line = self._platform.failed(f"{address}: {reason}")
        return [line] if line else []

    def works(self, address: str) -> list[str]:
        """Record that a message to a destination was delivered; return the lines to log."""
        self._failed.clear()
        own = self._destinations.get(address)
        lines = [self._platform.works(), own.works() if own else None]
        return [line for line in lines if line]

    def _end_those_of_destinations(self) -> None:
        """End the outages of single destinations, which the platform's outage replaces."""
        for address in self._failed:
            if (own := self._destinations.get(address)) is not None:
                own.works()

    def _destination(self, address: str) -> OutageLog | None:
        """Return the outage log of one destination; None if FEW others were named recently."""
        log = self._destinations.get(address)
        if log is None and len(self._destinations) >= FEW:
            return None
        log = log or OutageLog(f"Delivery to {address}", clock=self._clock)
        self._destinations[address] = log  # remembered from now on
        return log
