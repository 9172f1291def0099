"""Names whose keys follow older rules are found again after the first opening by a newer version."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.sqlite.store import open_sqlite
from tests.contracts.store_samples import ALICE, BOB, add_feed, follow, later, publish, row, terms

# A Hangul filler, tag characters, a soft hyphen: older rules kept what nobody sees.
NAMES = ["Tra\u3164de", "Trade\U000e0067\U000e0062", "Tra\u00adde"]
OLD = "c:as of old"
COUNTS = "SELECT term, name, posts FROM terms ORDER BY term"


def as_of_old(path: Path, name: str, *, more: str = "") -> None:
    """Give what is stored of a name the key that an older version gave it."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM memory WHERE key = 'store:folding'")
        (key,) = terms(name)
        for table in ("filters", "terms", "post_terms"):
            connection.execute(f"UPDATE {table} SET term = ? WHERE term = ?", [OLD, key])
        connection.executescript(more)


@pytest.mark.parametrize("name", NAMES)
async def test_a_filter_of_old_matches_again_and_its_posts_are_counted(tmp_path: Path, name: str) -> None:
    path = tmp_path / "old.db"
    store = await open_sqlite(f"sqlite:///{path}")
    feed = await add_feed(store)
    await follow(store, ALICE, name)
    await publish(store, feed, row("p1", name, tags=("Steel",)))
    await store.aclose()
    as_of_old(path, name)

    store = await open_sqlite(f"sqlite:///{path}")
    (found,) = await store.subscriptions(ALICE)
    made = await publish(store, feed, row("p2", "Trade"), at=later(9))
    newest = await store.latest(5, "c:trade")
    await store.aclose()

    assert found.filter.include == {"c:trade"}
    assert made == 1
    assert {post.id for post in newest} == {"p1", "p2"}
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(COUNTS).fetchall() == [("c:trade", "Trade", 2), ("t:steel", "Steel", 1)]


async def test_words_of_old_are_found_in_posts_again(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    store = await open_sqlite(f"sqlite:///{path}")
    feed = await add_feed(store)
    await follow(store, ALICE, "text:export controls", "author:Ann")
    await store.aclose()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM memory WHERE key = 'store:folding'")
        connection.execute("UPDATE filters SET term = 'w:of old' WHERE term LIKE 'w:%'")
        connection.execute("UPDATE filters SET term = 'a:of old' WHERE term LIKE 'a:%'")

    store = await open_sqlite(f"sqlite:///{path}")
    (found,) = await store.subscriptions(ALICE)
    made = await publish(store, feed, row("p1", text="Export controls.", author=""))
    await store.aclose()

    assert found.filter.include == {"w:export controls", "a:ann"}
    assert made == 1
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM phrases").fetchall() == [("export", "w:export controls")]


async def test_a_name_followed_under_both_keys_is_followed_once(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    store = await open_sqlite(f"sqlite:///{path}")
    await add_feed(store)
    await follow(store, ALICE, NAMES[0])
    await follow(store, BOB, "*")
    await store.aclose()
    as_of_old(
        path,
        NAMES[0],
        more="INSERT INTO filters (subscription_id, excluded, term, name) "
        "SELECT subscription_id, 0, 'c:trade', 'Trade' FROM filters WHERE term = 'c:as of old'",
    )

    store = await open_sqlite(f"sqlite:///{path}")
    (alice,), (bob,) = await store.subscriptions(ALICE), await store.subscriptions(BOB)
    await store.aclose()

    assert alice.filter.include == {"c:trade"}
    assert bob.filter.include == {"*"}


async def test_a_database_is_gone_through_once(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    store = await open_sqlite(f"sqlite:///{path}")
    await follow(store, ALICE, "Trade")
    await store.aclose()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE filters SET term = ?", [OLD])

    store = await open_sqlite(f"sqlite:///{path}")
    (found,) = await store.subscriptions(ALICE)
    await store.aclose()

    assert found.filter.include == {OLD}
