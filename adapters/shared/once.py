"""Recognises what a platform sends a second time, to this process or to another one."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress

from bot.errors import StoreError
from bot.in_process import InProcessState
from bot.ports import SharedState

KEPT = 900.0  # seconds, longer than any platform goes on resending
PATIENCE = 1.0  # seconds for the store's answer; both platforms wait three for that of a command


class Once:
    """Remembers the ids of payloads, which a platform sends again when it does not know that they arrived.

    `prefix`: of the keys in `SharedState`. While the store does not answer within `patience` seconds, this
    process remembers alone.
    """

    def __init__(self, shared: SharedState, prefix: str, patience: float = PATIENCE) -> None:
        self._shared = shared
        self._prefix = prefix
        self._patience = patience
        self._own = InProcessState()

    async def first(self, name: str) -> bool:
        """Whether a payload comes for the first time. `name`: its id, "" for one that has none."""
        if not name:
            return True
        try:
            async with asyncio.timeout(self._patience):
                return await self._shared.mark(self._key(name), KEPT) is None
        except (StoreError, TimeoutError):
            return await self._own.mark(name, KEPT) is None

    async def forget(self, name: str) -> None:
        """Let a payload count as new when it comes again, because it could not be dealt with."""
        if name:
            with suppress(StoreError, TimeoutError):
                async with asyncio.timeout(self._patience):
                    await self._shared.unmark(self._key(name))

    def _key(self, name: str) -> str:
        """Return a key of bounded length."""
        return f"{self._prefix}{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:32]}"
