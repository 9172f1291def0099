"""The SQLite store, assembled from its parts, and the function that opens it."""

from __future__ import annotations

import os
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from bot.errors import NoDatabaseError, StoreError
from bot.in_process import InProcessState
from bot.ports import EngineSettings
from storage.shared.doors import OpenDoors
from storage.sqlite.archive import ArchiveQueries
from storage.sqlite.categories import CategoryQueries
from storage.sqlite.changes import ChangeQueries
from storage.sqlite.connection import Database
from storage.sqlite.destinations import DestinationQueries
from storage.sqlite.feeds import FeedQueries
from storage.sqlite.hubs import HubQueries
from storage.sqlite.key_value import KeyValueQueries
from storage.sqlite.outbox import OutboxQueries
from storage.sqlite.overview import OverviewQueries
from storage.sqlite.people import PeopleQueries
from storage.sqlite.posts import PostQueries
from storage.sqlite.preferences import PreferenceQueries
from storage.sqlite.refold import refold
from storage.sqlite.subscriptions import SubscriptionQueries
from storage.sqlite.terms import TermQueries
from storage.sqlite.times import TimeQueries


class SqliteStore(
    FeedQueries,
    PostQueries,
    CategoryQueries,
    OutboxQueries,
    TermQueries,
    ArchiveQueries,
    SubscriptionQueries,
    PreferenceQueries,
    PeopleQueries,
    DestinationQueries,
    ChangeQueries,
    KeyValueQueries,
    TimeQueries,
    OpenDoors,
    OverviewQueries,
    HubQueries,
    InProcessState,
):
    """`bot.ports.Store` on one SQLite file. One process has it, so its limits are kept in memory."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        InProcessState.__init__(self)

    def engine(self, settings: EngineSettings) -> None:  # noqa: ARG002 -- one process needs none
        return None

    async def fleet(self, now: datetime) -> None:  # noqa: ARG002 -- nor has it anything to tell of a fleet
        return None

    def together(self) -> AbstractAsyncContextManager[None]:
        return self._database.together()

    async def backup(self, path: str) -> None:
        await self._database.backup(path)

    async def aclose(self) -> None:
        await self._database.aclose()
        self.end_run()


def path_of(url: str) -> str:
    """Return the path in "sqlite:///relative.db" or "sqlite:////absolute.db"; StoreError for others."""
    prefix = "sqlite:///"
    path = url[len(prefix) :]
    if url[: len(prefix)].lower() != prefix or path in ("", ":memory:") or "?" in path or "\0" in path:
        raise StoreError(f'The database URL {url!r} names no file; write "sqlite:///bystander.db".')
    return path


async def open_sqlite(
    url: str, *, create: bool = True, upgrade: bool = True, zone: tzinfo = UTC
) -> SqliteStore:
    """Open the store; see `storage.open_store`."""
    path = path_of(url)
    if not create and not Path(path).exists():
        folder = Path(path).parent
        if not (folder.is_dir() and os.access(folder, os.W_OK)):
            raise StoreError(f"The database {path} cannot be made; check that its folder may be written.")
        raise NoDatabaseError(f"The database {path} does not exist yet; `bystander run` makes it.")
    database = await Database.open(path, create=create, upgrade=upgrade, zone=zone)
    try:
        if upgrade:
            await refold(database)
    except BaseException:
        await database.aclose()
        raise
    return SqliteStore(database)
