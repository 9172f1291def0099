"""Computes how many deliveries each platform can take now. No I/O: the times are passed in."""

from __future__ import annotations

import math
from collections import Counter
from datetime import datetime

from bot.pipeline.deliver.platform_health import PlatformHealth
from bot.pipeline.deliver.settings import DeliverySettings


class PlatformGate:
    """Counts the deliveries in progress on each platform, and computes the room for more.

    A platform has no room while it is paused after it shut the bot out, and while `concurrency` deliveries
    are in progress there.
    """

    def __init__(self, health: PlatformHealth, settings: DeliverySettings) -> None:
        self._health = health
        self._concurrency = settings.concurrency
        self._scan_pause = settings.scan_pause
        self._under_way: Counter[str] = Counter()
        self._scanned_at = -math.inf  # the last scan while some platform was full, in seconds of the loop

    def enter(self, platform: str) -> None:
        """Record the start of a delivery."""
        self._under_way[platform] += 1

    def leave(self, platform: str) -> None:
        """Record the end of a delivery."""
        self._under_way[platform] -= 1

    def reachable(self, now: datetime) -> list[str]:
        """Return the platforms that are not paused, full or not."""
        return [name for name in self._health.names if not self._health.rests(name, now)]

    def room(self, now: datetime) -> dict[str, int]:
        """Return the platforms with room, and how many more deliveries each can take."""
        rooms = {name: self._concurrency - self._under_way[name] for name in self.reachable(now)}
        return {name: room for name, room in rooms.items() if room > 0}

    def is_partly_full(self, now: datetime) -> bool:
        """Return whether any platform that is not paused is full."""
        return len(self.room(now)) < len(self.reachable(now))

    def scan(self, now: datetime, seconds: float) -> dict[str, int]:
        """Return the platforms to claim messages for now, and how many each; empty for none yet.

        A claim for only some platforms has to scan past everything that waits for the others, so it is made
        at most every `scan_pause` seconds. `seconds`: monotonic time.
        """
        room = self.room(now)
        if room and self.is_partly_full(now):
            if seconds < self._scanned_at + self._scan_pause:
                return {}
            self._scanned_at = seconds
        return room

    def scan_at_once(self) -> None:
        """Allow the next scan without a pause, because there may be new messages."""
        self._scanned_at = -math.inf
