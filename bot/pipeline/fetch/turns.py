"""Limits how many requests run at a time, in all and of each host. First come, first served.

Two semaphores would do the same, and cost as much as the rest of a request that need not wait.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

Waiting = deque[asyncio.Future[None]]


@dataclass(slots=True)
class _Limit:
    """The turns of one host, or of all together."""

    most: int
    running: int = 0
    waiting: Waiting = field(default_factory=deque)

    async def take(self) -> None:
        if self.running < self.most and not self.waiting:
            self.running += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the turn was given just before the cancellation
                self.give_back()
            elif turn in self.waiting:  # else it was passed over already
                self.waiting.remove(turn)
            raise

    def give_back(self) -> None:
        """End a turn; whoever waits for the longest time takes it over."""
        while self.waiting:
            turn = self.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.running -= 1


class Turns:
    """The turns of a fetcher. A host is forgotten when none of its requests runs or waits."""

    def __init__(self, at_once: int, per_host: int) -> None:
        self._per_host = per_host
        self._all = _Limit(at_once)
        self._hosts: dict[str, _Limit] = {}

    async def take(self, host: str) -> None:
        """Wait for a turn of a host, then for one of all."""
        own = self._hosts.get(host)
        if own is None:
            own = self._hosts[host] = _Limit(self._per_host)
        await own.take()
        try:
            await self._all.take()
        except BaseException:
            self._end(host, own)
            raise

    def give_back(self, host: str) -> None:
        """End a turn of a host."""
        self._all.give_back()
        self._end(host, self._hosts[host])

    def _end(self, host: str, own: _Limit) -> None:
        own.give_back()
        if not own.running:
            del self._hosts[host]
