"""The store on PostgreSQL, for `database = "postgresql://HOST/NAME"`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from bot.errors import StoreError

if TYPE_CHECKING:
    from bot.ports import MoveSource, MoveTarget
    from storage.postgres.store import PostgresStore


@contextmanager
def _driver() -> Iterator[None]:
    """Say what to install where the driver, an extra, is missing. What needs it is imported inside."""
    try:
        yield
    except ImportError as error:
        raise StoreError(
            f"A postgresql:// database needs its driver ({error}); run: pip install 'bystander[postgres]'."
        ) from error


async def open_postgres(
    url: str, *, create: bool = True, upgrade: bool = True, zone: tzinfo = UTC
) -> PostgresStore:
    """Open the store; see `storage.open_store`."""
    with _driver():
        from storage.postgres.store import opened  # noqa: PLC0415
    return await opened(url, create=create, upgrade=upgrade, zone=zone)


def open_source(url: str) -> AbstractAsyncContextManager[MoveSource]:
    """Read the database for a move; see `storage.open_source`."""
    with _driver():
        from storage.postgres.move_source import open_source as opened  # noqa: PLC0415
    return opened(url)


def open_target(url: str) -> AbstractAsyncContextManager[MoveTarget]:
    """Fill the database in a move; see `storage.open_target`."""
    with _driver():
        from storage.postgres.move_target import open_target as opened  # noqa: PLC0415
    return opened(url)
