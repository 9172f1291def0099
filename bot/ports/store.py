"""A whole store."""

from __future__ import annotations

from typing import Protocol

from bot.ports.chat import CommandStore
from bot.ports.outbox import OutboxStore
from bot.ports.polling import FeedStore


class MemoryStore(Protocol):
    """Short texts that adapters keep over restarts."""

    async def remember(self, key: str, value: str) -> None:
        """Keep a text under a key; "" forgets it."""
        ...

    async def recall(self, key: str) -> str:
        """Return what was kept under a key, "" for nothing."""
        ...


class Store(FeedStore, OutboxStore, CommandStore, MemoryStore, Protocol):
    """A whole store. Opened by `storage.open_store(url)`."""

    async def backup(self, path: str) -> None:
        """Write a consistent copy of the database while it is in use."""
        ...

    async def aclose(self) -> None:
        """Finish what is being written, and close."""
        ...
