"""How many bytes of large bodies may be in memory at a time, over all fetches."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

FREE = 2_000_000  # bytes of a body that need no room: with 100 fetches at a time, 200 MB at the most
TOTAL = 100_000_000  # bytes of larger bodies, all together


class ByteBudget:
    """A semaphore that counts bytes. Who waits is served in the order of coming.

    A caller takes all it may need in one step and waits for nothing else of this budget while it holds it,
    so that callers cannot block each other for ever. One that wants more than there is gets all of it.
    """

    def __init__(self, total: int = TOTAL) -> None:
        self._total = total
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()
        self.held = 0  # bytes

    @property
    def waiting(self) -> int:
        """How many callers wait for room."""
        return len(self._waiting)

    async def take(self, size: int) -> int:
        """Wait until there is room for `size` bytes; return how many were taken, to be given back."""
        size = min(size, self._total)
        if not self._waiting and self.held + size <= self._total:
            self.held += size
            return size
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the room was given in the same moment
                self.give_back(size)
            else:
                self._waiting.remove((size, turn))
                self._serve()
            raise
        return size

    def give_back(self, size: int) -> None:
        """Return room that `take` gave."""
        self.held -= size
        self._serve()

    def _serve(self) -> None:
        while self._waiting and self.held + self._waiting[0][0] <= self._total:
            size, turn = self._waiting.popleft()
            self.held += size
            turn.set_result(None)


class BodyRoom:
    """The room that one body has: the free bytes, and what it took of the budget."""

    def __init__(self, budget: ByteBudget) -> None:
        self._budget = budget
        self._taken = 0

    async def reserve(self, size: int) -> None:
        """Wait for the room that a body of at most `size` bytes needs; called once."""
        self._taken = await self._budget.take(size)

    def close(self) -> None:
        """Give the room back: the body is not kept any longer."""
        taken, self._taken = self._taken, 0
        if taken:
            self._budget.give_back(taken)


@asynccontextmanager
async def room_in(budget: ByteBudget) -> AsyncIterator[BodyRoom]:
    """Open room for one body; it is given back at the end."""
    room = BodyRoom(budget)
    try:
        yield room
    finally:
        room.close()
