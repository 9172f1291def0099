"""The server drops connections, at any moment: nothing is half stored, and the store goes on by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.errors import StoreBusyError, StoreError
from storage.postgres.address import address_of
from storage.postgres.connection import connected
from storage.postgres.runner import held
from storage.postgres.store import PostgresStore
from tests.contracts.store_samples import ALICE, T0, add_feed, claim, follow, publish, row, states, with_posts
from tests.fakes import postgres


def drop_connections(url: str) -> None:
    """End all connections to a database, as a restart of the server does."""
    name = url.partition("?")[0].rpartition("/")[2]
    postgres.server().run(
        f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"
    )


async def test_a_transaction_whose_connection_is_lost_leaves_nothing(store: PostgresStore, url: str) -> None:
    await store.set_value("x:before", "kept")

    async def interrupted() -> None:
        async with store._database.transaction() as connection:
            await connection.run("INSERT INTO memory VALUES ('x:half', 'lost')")
            drop_connections(url)
            await connection.run("INSERT INTO memory VALUES ('x:rest', 'lost')")

    with pytest.raises(StoreError, match="does not answer"):
        await interrupted()
    assert await store.list_values("x:") == {"x:before": "kept"}


async def test_connections_that_were_dropped_while_idle_are_replaced(store: PostgresStore, url: str) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await asyncio.gather(*(store.feeds() for _ in range(8)))  # as many connections as there may be
    drop_connections(url)
    assert len(await store.feeds()) == 1
    drop_connections(url)

    assert await publish(store, feed, row("p1", "Trade")) == 1
    assert await states(store) == ["pending"]


@asynccontextmanager
async def kept_out(url: str) -> AsyncIterator[None]:
    """Keep all runners out, as a move does."""
    address = address_of(url)
    async with connected(address) as connection, held(connection, address.name):
        yield


async def test_a_runner_stays_one_over_a_lost_connection(store: PostgresStore, url: str) -> None:
    await store.take_over("one")
    drop_connections(url)
    await store.stay()

    with pytest.raises(StoreBusyError, match=r"A bystander runs on .*; stop all that run there first"):
        async with kept_out(url):
            pass


async def test_while_runners_are_kept_out_none_can_start(store: PostgresStore, url: str) -> None:
    async with kept_out(url):
        with pytest.raises(StoreBusyError, match="is being moved to another database"):
            await store.take_over("one")

    await store.take_over("one")


async def test_a_second_runner_leaves_the_leases_of_the_first(
    store: PostgresStore, other: PostgresStore
) -> None:
    await with_posts(store, "p1")
    await store.take_over("one")
    await claim(store, owner="one")
    await other.take_over("two")

    assert await claim(other, owner="two") == []


async def test_a_server_that_dropped_all_runners_gives_nobody_their_leases(
    store: PostgresStore, other: PostgresStore, url: str
) -> None:
    await with_posts(store, "p1")
    await store.take_over("one")
    await claim(store, owner="one")
    drop_connections(url)
    await other.take_over("two")  # while the first one sends, and does not know yet

    assert await claim(other, owner="two") == []


async def test_a_runner_that_ended_lets_others_be_alone(store: PostgresStore, url: str) -> None:
    await store.take_over("one")
    await store.aclose()
    async with kept_out(url):
        pass


async def test_a_cancelled_write_leaves_the_store_usable(store: PostgresStore) -> None:
    feed = await add_feed(store)
    for number in range(20):
        task = asyncio.create_task(publish(store, feed, row(f"p{number}")))
        await asyncio.sleep(0)
        for _ in range(number):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    await publish(store, feed, row("last"))
    assert "last" in {post.id for post in await store.latest(99)}
    assert (await store.queue_health()).waiting == 0
    assert await store.next_delivery_at(["console"]) is None
    assert await store.claim_feeds("one", T0, 60, 9) == []
