"""The stores that are held to `bot.ports`. Another store is one more line in STORES."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from bot.ports import Store
from storage import open_store
from tests.databases import SqliteFile, made_file
from tests.fakes.spares import spare


@asynccontextmanager
async def _sqlite(folder: Path) -> AsyncIterator[str]:
    file = folder / "store.db"
    file.write_bytes(await made_file())
    yield SqliteFile(file).url


@asynccontextmanager
async def _postgres(_: Path) -> AsyncIterator[str]:
    async with spare() as lent:
        yield lent.url


# Name -> what makes an empty database for one test, in a folder for its files, and gives its URL.
STORES: dict[str, Callable[[Path], AbstractAsyncContextManager[str]]] = {
    "sqlite": _sqlite,
    "postgres": _postgres,
}


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    """Open a store and close it at the end."""
    store = await open_store(url)
    try:
        yield store
    finally:
        await store.aclose()
