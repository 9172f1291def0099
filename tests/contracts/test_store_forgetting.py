"""What every store must show of a person who asks to be forgotten: no table has their name any more."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.errors import UsageError
from bot.model import Cadence, Change, Preferences
from bot.ports import Forgotten, Sent, Store
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    T0,
    add_feed,
    claim,
    claim_one,
    follow,
    later,
    publish,
    row,
    seen,
    send_all,
    settings,
    states,
)
from tests.contracts.stores import opened

pytest_plugins = ["tests.contracts.store_fixtures"]

ME, ID, NEWS = "console:team/U77ABCD", "U77ABCD", "console:news"
OTHER = "console:team/U77ABCDE"  # whose id only begins so


def cells(url: str) -> list[str]:
    """Return every text in every table of a database, with the names of its table and column."""
    if url.startswith("sqlite"):
        connection: Any = sqlite3.connect(Path(url.removeprefix("sqlite:///")))
        names = "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c"
    else:
        connection = psycopg.connect(url)
        names = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    try:
        found = []
        for table, column in connection.execute(names).fetchall():
            values = connection.execute(f'SELECT "{column}" FROM "{table}"').fetchall()
            found += [f"{table}.{column}: {value}" for (value,) in values if isinstance(value, str)]
        return found
    finally:
        connection.close()


async def a_life(store: Store) -> None:
    """Let a person do and get all that leaves a trace."""
    feed = await store.add_feed(settings("Blog"), T0, by=ME)
    await follow(store, ME, "Trade", "text:tariffs", "-Taiwan")
    await follow(store, ME, "Media", cadence=Cadence.DAILY)
    await store.set_preferences(ME, Preferences("Asia/Shanghai"), T0)
    await store.follow(
        NEWS,
        feed_id=None,
        include={"c:trade": "Trade"},
        exclude={},
        cadence=Cadence.NOW,
        channel=True,
        mention=f"<@{ID}>",
        by=ME,
        now=T0,
    )
    await store.set_preferences(NEWS, Preferences("UTC", weekly=2), T0, by=ME)
    await store.set_value(f"console:dm:{ID}", "D1")
    await store.set_value(f"console:look:{ME}", "{}")
    await store.set_value("console:errand:0a", f'["0a", "alerts add?mention=%3C%40{ID}%3E"]')
    await publish(store, feed, row("p1", "Trade"))
    await send_all(store)
    await publish(store, feed, row("p2", "Trade"), row("p3", "Media"))
    await store.park([ME], "Their account is gone.", later(1), later(3600))
    await store.notify([ALICE, ME], f"Alerts for {ME} and {OTHER} wait.", later(1))


async def test_no_table_has_the_id_of_a_person_who_was_forgotten(database_url: str) -> None:
    async with opened(database_url) as store:
        await a_life(store)
        await store.set_value(f"console:dm:{ID}E", "D2")
        before = [cell for cell in cells(database_url) if ID in cell.replace(f"{ID}E", "")]
        forgotten = await store.forget(ME, later(2))
        after = [cell for cell in cells(database_url) if ID in cell]

        assert {cell.partition(":")[0] for cell in before} >= {
            "changes.by",
            "changes.what",
            "deliveries.mention",
            "deliveries.notice",
            "destinations.address",
            "filters.mention",
            "memory.key",
            "memory.value",
            "subscriptions.created_by",
        }
        assert sorted(cell.rpartition(": ")[2] for cell in after) == [
            f"Alerts for somebody and {OTHER} wait.".rpartition(": ")[2],
            f"console:dm:{ID}E",
        ]
        assert forgotten == Forgotten(subscriptions=2, messages=4, mentions=1, changes=3)


async def test_what_belongs_to_others_stays_without_them(store: Store) -> None:
    await a_life(store)
    await store.forget(ME, later(2))

    (alerts,) = await store.subscriptions(NEWS)
    assert alerts.filter.include == {"c:trade"}
    assert alerts.mentions == {}
    assert [(each.by, each.what) for each in await store.changes(NEWS, 9)] == [
        ("forgotten", "no longer mentions somebody who asked to be forgotten"),
        ("forgotten", "set the time zone to UTC, weekly digests to Wednesday"),
        ("forgotten", "added Trade, mentioning somebody"),
    ]
    assert [each.by for each in await store.changes("", 9)] == ["forgotten"]
    claims = await claim(store, later(3))
    assert [(to, what) for to, what in seen(claims) if to == NEWS] == [(NEWS, "p2")]
    assert {getattr(each.message, "mention", "") for each in claims} == {""}


async def test_who_follows_again_after_that_is_new(store: Store) -> None:
    await a_life(store)
    await store.forget(ME, later(2))
    (feed,) = await store.feeds()
    await follow(store, ME, "Trade")
    await publish(store, feed, row("p4", "Trade"))

    assert await store.preferences(ME) == Preferences()
    assert await states(store, ME) == ["pending"]
    assert (ME, "p4") in seen(await claim(store, later(3)))


async def test_nobody_is_forgotten_while_a_message_to_them_is_under_way(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await publish(store, feed, row("p1", "Trade"))
    sending = await claim_one(store)

    with pytest.raises(UsageError, match="ask again"):
        await store.forget(ALICE, later(1))
    assert len(await store.subscriptions(ALICE)) == 1
    await store.settle([Sent(sending, "r", later(1))])
    assert (await store.forget(ALICE, later(2))).messages == 1
    await store.settle([Sent(sending, "r", later(3))])  # comes twice: there is no row any more
    assert await states(store, ALICE) == []


async def test_forgetting_a_stranger_changes_nothing(store: Store) -> None:
    await follow(store, ALICE, "Trade")
    await store.pause(NEWS, paused=True, by=BOB, now=T0)

    assert await store.forget(ME, T0) == Forgotten()
    assert len(await store.subscriptions()) == 1


async def test_the_counts_of_what_was_sent_stay(store: Store) -> None:
    await a_life(store)
    before = await store.queue_health()
    await store.forget(ME, later(2))
    after = await store.queue_health()

    assert (after.sent, after.failed) == (before.sent, before.failed)
    assert after.held == 0
    assert [each.address for each in after.parked] == []


def test_the_marker_is_no_address() -> None:
    assert ":" not in Change(T0, "forgotten", "x").by
