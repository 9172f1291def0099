"""One folder for each database, behind `bot.ports.Store`."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractAsyncContextManager
from datetime import UTC, tzinfo
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from bot.errors import StoreError
from storage.shared.moving import MOVED, refuse_moved

if TYPE_CHECKING:
    from bot.ports import MoveSource, MoveTarget, Store


# URL scheme -> "module:function"; the function takes the URL and returns an open Store.
STORES = {
    "sqlite": "storage.sqlite.store:open_sqlite",
    "postgresql": "storage.postgres:open_postgres",
}
# URL scheme -> what opens a database to be moved, and what opens one to be filled; each takes the URL.
MOVERS = {
    "sqlite": ("storage.sqlite.move_source:open_source", "storage.sqlite.move_target:open_target"),
    "postgresql": ("storage.postgres:open_source", "storage.postgres:open_target"),
}


async def open_store(url: str, *, create: bool = True, upgrade: bool = True, zone: tzinfo = UTC) -> Store:
    """Open the store of a database URL and bring its schema up to date.

    `zone`: in which the digests and quiet hours of destinations are that have set no zone.

    Raises StoreError, which says what to do, for a database that is locked, read-only, another program's,
    newer, damaged or moved, with `create=False` for one that is missing or empty, and with `upgrade=False`
    for an older one. Nothing is overwritten.
    """
    store = await _open(url, create=create, upgrade=upgrade, zone=zone)
    try:
        refuse_moved(await store.get_value(MOVED))
    except BaseException:
        await store.aclose()
        raise
    return store


async def unmark_moved(url: str) -> bool:
    """Take the mark from a database that was moved, so that it can be used again; return whether it had one.

    Raises StoreError as `open_store` does, also for a missing database.
    """
    store = await _open(url, create=False, upgrade=True, zone=UTC)
    try:
        marked = await store.get_value(MOVED)
        await store.set_value(MOVED, "")
    finally:
        await store.aclose()
    return bool(marked)


async def _open(url: str, *, create: bool, upgrade: bool, zone: tzinfo) -> Store:
    opened = _function(STORES[_known(url, STORES)])
    return cast("Store", await opened(url, create=create, upgrade=upgrade, zone=zone))


def open_source(url: str) -> AbstractAsyncContextManager[MoveSource]:
    """Open a database that is to be moved; StoreError, as of `open_store`, if it cannot be."""
    return cast("AbstractAsyncContextManager[MoveSource]", _function(MOVERS[_known(url, MOVERS)][0])(url))


def open_target(url: str) -> AbstractAsyncContextManager[MoveTarget]:
    """Open a database that a move is to fill; StoreError if it cannot be, or has content."""
    return cast("AbstractAsyncContextManager[MoveTarget]", _function(MOVERS[_known(url, MOVERS)][1])(url))


def _known(url: str, schemes: Collection[str]) -> str:
    """Return the scheme of a URL; StoreError if it is none of these."""
    scheme = url.partition(":")[0].lower()
    if scheme not in schemes:
        known = ", ".join(f'"{name}://"' for name in schemes)
        raise StoreError(f"The database URL begins with {scheme!r}; this version of Bystander knows {known}.")
    return scheme


def _function(place: str) -> Any:
    module, _, function = place.partition(":")
    return getattr(import_module(module), function)
