"""Waiting for a token bucket in order of arrival."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adapters.shared.token_bucket import TokenBucket, is_urgent

Check = Callable[[], None]  # may raise an error to end a wait


@dataclass(frozen=True, slots=True)
class Waiting:
    """How callers wait. `clock`: monotonic seconds. Tests replace both."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def until_free(self, wait: Callable[[float], float], check: Check) -> None:
        """Sleep until `wait`, given the current time, returns 0. `check` is called before each sleep."""
        while True:
            check()
            if not (seconds := wait(self.clock())):
                return
            await self.sleep(seconds)


class Queue:
    """The callers that wait for one token bucket. Urgent ones do not queue; they wait only for a hold."""

    def __init__(self, bucket: TokenBucket, waiting: Waiting) -> None:
        self.bucket = bucket
        self.length = 0  # waiting callers
        self._waiting = waiting
        self._line = asyncio.Lock()

    async def turn(self, check: Check) -> None:
        """Wait for a token and take it. `check` may raise at any time before that."""
        if is_urgent():
            await self._take(self.bucket.held, check)
            return
        self.length += 1
        try:
            async with self._line:
                await self._take(self.bucket.wait, check)
        finally:
            self.length -= 1

    async def _take(self, wait: Callable[[float], float], check: Check) -> None:
        await self._waiting.until_free(wait, check)
        self.bucket.take(self._waiting.clock())
