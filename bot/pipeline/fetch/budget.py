"""Limits the bytes of large bodies in memory at a time, over all fetches."""

from __future__ import annotations

import asyncio
from collections import deque

FREE = 800_000  # bytes per body outside the budget, at most
_ALL_FREE = 200_000_000  # of all bodies together


def free_bytes(bodies: int) -> int:
    """Return the bytes outside the budget that each body has of so many at a time."""
    return min(FREE, _ALL_FREE // bodies)


class ByteBudget:
    """A semaphore that counts bytes; waiting callers are served first come, first served.

    To prevent deadlocks, a caller acquires all it may need at once, and never waits for more of this budget
    while it holds some. A request for more than the total gets the total.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()
        self.held = 0  # bytes

    @property
    def waiting(self) -> int:
        """The number of callers that wait for room."""
        return len(self._waiting)

    async def take(self, size: int) -> int:
        """Wait until there is room for `size` bytes; return how many were acquired, for `give_back`."""
        size = min(size, self._total)
        if not self._waiting and self.held + size <= self._total:
            self.held += size
            return size
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the room was granted just before the cancellation
                self.give_back(size)
            else:
                self._waiting = deque(each for each in self._waiting if each[1] is not turn)
                self._serve()
            raise
        return size

    def give_back(self, size: int) -> None:
        """Release `size` bytes acquired by `take`."""
        self.held -= size
        self._serve()

    def _serve(self) -> None:
        while self._waiting and self.held + self._waiting[0][0] <= self._total:
            size, turn = self._waiting.popleft()
            if not turn.done():  # else its caller has been cancelled, and is about to find out
                self.held += size
                turn.set_result(None)


class BodyRoom:
    """The room of one body: its free bytes, and what it acquired from the budget."""

    def __init__(self, budget: ByteBudget) -> None:
        self._budget = budget
        self._taken = 0

    async def reserve(self, size: int) -> None:
        """Wait for room for a body of at most `size` bytes; call it once."""
        self._taken = await self._budget.take(size)

    def close(self) -> None:
        """Release the room, once the body is no longer needed."""
        taken, self._taken = self._taken, 0
        if taken:
            self._budget.give_back(taken)
