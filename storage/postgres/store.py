"""The PostgreSQL store, assembled from its parts, and the function that opens it."""

from __future__ import annotations

import logging
from contextlib import AbstractAsyncContextManager
from datetime import datetime, tzinfo

from bot.errors import StoreError
from bot.ports import Engine, EngineSettings, FleetState
from storage.postgres.address import address_of
from storage.postgres.archive import ArchiveQueries
from storage.postgres.categories import CategoryQueries
from storage.postgres.changes import ChangeQueries
from storage.postgres.connection import Database
from storage.postgres.destinations import DestinationQueries
from storage.postgres.doors import DoorQueries
from storage.postgres.feeds import FeedQueries
from storage.postgres.hubs import HubQueries
from storage.postgres.jobs.fleet import state_of
from storage.postgres.key_value import KeyValueQueries
from storage.postgres.outbox import OutboxQueries
from storage.postgres.overview import OverviewQueries
from storage.postgres.people import PeopleQueries
from storage.postgres.posts import PostQueries
from storage.postgres.preferences import PreferenceQueries
from storage.postgres.refold import refold
from storage.postgres.shared_state import SharedQueries
from storage.postgres.subscriptions import SubscriptionQueries
from storage.postgres.terms import TermQueries
from storage.postgres.times import TimeQueries

_log = logging.getLogger(__name__)


class PostgresStore(
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
    SharedQueries,
    TimeQueries,
    DoorQueries,
    OverviewQueries,
    HubQueries,
):
    """`bot.ports.Store` on a PostgreSQL database."""

    def engine(self, settings: EngineSettings) -> Engine:
        from storage.postgres.jobs.engine import JobEngine  # noqa: PLC0415 -- heavy; most calls need no engine

        return JobEngine(self._database, self, settings)

    async def fleet(self, now: datetime) -> FleetState:
        return await state_of(self._database, now)

    def together(self) -> AbstractAsyncContextManager[None]:
        return self._database.together()

    async def backup(self, path: str) -> None:
        raise StoreError(
            "A PostgreSQL database is copied by its own tools; run: "
            f"pg_dump --format=custom --file={path} URL"
        )

    async def aclose(self) -> None:
        await self._database.aclose()
        await self._runner.end()


async def opened(url: str, *, create: bool, upgrade: bool, zone: tzinfo) -> PostgresStore:
    """Open the store; see `storage.open_store`."""
    database = await Database.open(address_of(url), create=create, upgrade=upgrade, zone=zone)
    if database.newer:  # to bring it up to date is up to that version
        _log.warning(
            "%s is already used by a newer Bystander; this one works beside it.", database.address.name
        )
        return PostgresStore(database)
    try:
        if upgrade:
            await refold(database)
    except BaseException:
        await database.aclose()
        raise
    return PostgresStore(database)
