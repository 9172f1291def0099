from __future__ import annotations

from typing import Any

import psycopg
import pytest

from bot.clock import SystemClock
from storage import open_store
from tests.contracts.store_samples import add_feed, follow
from tests.fakes.postgres import server
from tests.fakes.spares import content, spare


def state(connection: psycopg.Connection[Any]) -> tuple[bytes, list[tuple[Any, ...]]]:
    """Return the rows of all tables, and where the sequences stand."""
    sequences = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
    return content(connection), connection.execute(sequences).fetchall()


async def fill(url: str) -> None:
    store = await open_store(url)
    await add_feed(store)
    await follow(store, "console:alice", "Trade")
    await store.notify(["console:alice"], "A word.", SystemClock().now())
    await store.aclose()


async def test_whoever_comes_next_finds_what_is_in_a_new_database() -> None:
    async with server().database() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            new = state(connection)
    async with spare() as first:
        assert state(first.connection) == new
        await fill(first.url)
        full = state(first.connection)
    async with spare() as second:
        assert second.url == first.url
        assert state(second.connection) == new
        await fill(second.url)
        assert state(second.connection)[1] == full[1] != new[1]


async def test_nobody_stays_behind_with_a_connection() -> None:
    async with spare() as lent:
        left = psycopg.connect(lent.url, autocommit=True)
    with left, pytest.raises(psycopg.OperationalError):
        left.execute("SELECT 1")


async def test_a_database_that_was_changed_otherwise_is_taken_away() -> None:
    async with spare() as first:
        first.spoilt = True
    async with spare() as second:
        assert second.url != first.url
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(first.url)
