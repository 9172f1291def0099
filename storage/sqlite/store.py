"""The SQLite store: its parts put together, and how it is opened."""

from __future__ import annotations

import os
from pathlib import Path

from bot.errors import StoreError
from storage.sqlite.archive import ArchivePart
from storage.sqlite.connection import Database
from storage.sqlite.destinations import ReachPart
from storage.sqlite.feeds import FeedPart
from storage.sqlite.key_value import MemoryPart
from storage.sqlite.moved import MovedPart
from storage.sqlite.outbox import OutboxPart
from storage.sqlite.posts import PostPart
from storage.sqlite.subscriptions import SubscriptionPart
from storage.sqlite.terms import TermPart
from storage.sqlite.times import TimePart


class SqliteStore(
    FeedPart,
    PostPart,
    OutboxPart,
    TermPart,
    ArchivePart,
    SubscriptionPart,
    ReachPart,
    MovedPart,
    MemoryPart,
    TimePart,
):
    """`bot.ports.Store` on one SQLite file."""

    async def backup(self, path: str) -> None:
        """Write a consistent copy of the database while it is in use."""
        await self._database.backup(path)

    async def aclose(self) -> None:
        """Finish what is being written, and close."""
        await self._database.aclose()
        self.end_run()


def path_of(url: str) -> str:
    """Return the file of "sqlite:///relative.db" or "sqlite:////absolute.db"."""
    prefix = "sqlite:///"
    path = url[len(prefix) :]
    if url[: len(prefix)].lower() != prefix or path in ("", ":memory:") or "?" in path or "\0" in path:
        raise StoreError(f'The database URL {url!r} names no file; write "sqlite:///bystander.db".')
    return path


async def open_sqlite(url: str, *, create: bool = True) -> SqliteStore:
    """Open the store; see `storage.open_store`."""
    path = path_of(url)
    if not create and not Path(path).exists():
        folder = Path(path).parent
        if not (folder.is_dir() and os.access(folder, os.W_OK)):
            raise StoreError(f"The database {path} cannot be made; check that its folder may be written.")
        raise StoreError(f"The database {path} does not exist yet; `bystander run` makes it.")
    return SqliteStore(await Database.open(path))
