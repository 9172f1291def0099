"""The PostgreSQL store, assembled from its parts, and the function that opens it."""

from __future__ import annotations

from datetime import tzinfo

from bot.errors import StoreError
from storage.postgres.address import address_of
from storage.postgres.archive import ArchiveQueries
from storage.postgres.changes import ChangeQueries
from storage.postgres.connection import Database
from storage.postgres.destinations import DestinationQueries
from storage.postgres.feeds import FeedQueries
from storage.postgres.key_value import KeyValueQueries
from storage.postgres.outbox import OutboxQueries
from storage.postgres.posts import PostQueries
from storage.postgres.preferences import PreferenceQueries
from storage.postgres.refold import refold
from storage.postgres.shared_state import SharedQueries
from storage.postgres.subscriptions import SubscriptionQueries
from storage.postgres.terms import TermQueries
from storage.postgres.times import TimeQueries


class PostgresStore(
    FeedQueries,
    PostQueries,
    OutboxQueries,
    TermQueries,
    ArchiveQueries,
    SubscriptionQueries,
    PreferenceQueries,
    DestinationQueries,
    ChangeQueries,
    KeyValueQueries,
    SharedQueries,
    TimeQueries,
):
    """`bot.ports.Store` on a PostgreSQL database."""

    async def backup(self, path: str) -> None:
        raise StoreError(
            "A PostgreSQL database is copied by its own tools; run: "
            f"pg_dump --format=custom --file={path} URL"
        )

    async def aclose(self) -> None:
        await self._database.aclose()
        await self._runner.end()


async def opened(url: str, *, create: bool, zone: tzinfo) -> PostgresStore:
    """Open the store; see `storage.open_store`."""
    database = await Database.open(address_of(url), create=create, zone=zone)
    try:
        await refold(database)
    except BaseException:
        await database.aclose()
        raise
    return PostgresStore(database)
