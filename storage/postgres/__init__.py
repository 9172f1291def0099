"""The store on PostgreSQL, for `database = "postgresql://HOST/NAME"`."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from bot.errors import StoreError

if TYPE_CHECKING:
    from storage.postgres.store import PostgresStore


async def open_postgres(url: str, *, create: bool = True, zone: tzinfo = UTC) -> PostgresStore:
    """Open the store; see `storage.open_store`."""
    try:
        from storage.postgres.store import opened  # noqa: PLC0415 -- the driver is an extra that may be missing
    except ImportError as error:
        raise StoreError(
            f"A postgresql:// database needs its driver ({error}); run: pip install 'bystander[postgres]'."
        ) from error
    return await opened(url, create=create, zone=zone)
