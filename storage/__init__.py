"""One folder for each database, behind `bot.ports.Store`."""

from __future__ import annotations

from datetime import UTC, tzinfo
from importlib import import_module
from typing import TYPE_CHECKING, cast

from bot.errors import StoreError

if TYPE_CHECKING:
    from bot.ports import Store

# URL scheme -> "module:function"; the function takes the URL and returns an open Store.
STORES = {
    "sqlite": "storage.sqlite.store:open_sqlite",
    "postgresql": "storage.postgres:open_postgres",
}


async def open_store(url: str, *, create: bool = True, zone: tzinfo = UTC) -> Store:
    """Open the store of a database URL and bring its schema up to date.

    `zone`: in which the digests and quiet hours of destinations are that have set no zone.

    Raises StoreError, which says what to do, for a database that is locked, read-only, another program's,
    newer or damaged, and with `create=False` for a missing one. Nothing is overwritten.
    """
    scheme = url.partition(":")[0].lower()
    if scheme not in STORES:
        known = ", ".join(f'"{name}://"' for name in STORES)
        raise StoreError(f"The database URL begins with {scheme!r}; this version of Bystander knows {known}.")
    module, _, function = STORES[scheme].partition(":")
    return cast("Store", await getattr(import_module(module), function)(url, create=create, zone=zone))
