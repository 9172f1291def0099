"""What becomes of followers, posts and names when a blog gives its categories other names."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.model import BYSTANDER, Cadence, Rename
from bot.ports import AdminNotice, Store
from tests.contracts.renaming import NEW, ROOM, follows, is_news, notices, renamed
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    CAROL,
    T0,
    about,
    add_feed,
    follow,
    later,
    publish,
    row,
    seen,
    send_all,
)

pytest_plugins = ["tests.contracts.store_fixtures"]


async def test_people_and_channels_follow_the_new_name_and_are_told_once(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", "Media", feed=feed, cadence=Cadence.DAILY)
    await follow(store, BOB, "*", "-Trade")
    await follow(store, ROOM, "Trade", channel=True, mention="@here")
    await follow(store, CAROL, "Media")
    await renamed(store, feed, NEW, notices=(AdminNotice("console:admin", "Renamed."),))

    assert await follows(store, ALICE) == [
        ("daily", "Blog", "Media", False, ""),
        ("daily", "Blog", "Tariffs", False, ""),
    ]
    assert await follows(store, BOB) == [
        ("now", "", "Tariffs", True, ""),
        ("now", "", "everything", False, ""),
    ]
    assert await follows(store, ROOM) == [("now", "", "Tariffs", False, "@here")]
    (change,) = await store.changes(ROOM, 10, without="added Trade, mentioning @here")
    assert (change.by, change.what) == (BYSTANDER, "moved Trade to Tariffs, as the blog did")
    said = "Blog files under Tariffs now what it filed under Trade.\n"
    claims = await send_all(store, later(120))
    assert sorted(seen(claims)) == [
        ("console:admin", "Renamed."),
        (ALICE, f"{said}You follow Tariffs now."),
        (BOB, f"{said}Tariffs is left out now."),
        (ROOM, f"{said}This channel gets Tariffs now."),
    ]
    await renamed(store, feed, NEW)
    assert await send_all(store, later(240)) == []


async def test_who_follows_both_names_gets_each_post_once_and_as_soon_as_either(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ROOM, "Tariffs", feed=feed, cadence=Cadence.WEEKLY, channel=True, mention="@b @c")
    await follow(store, ROOM, "Trade", feed=feed, channel=True, mention="@a @b")
    await follow(store, ROOM, "Tariffs", channel=True)  # of every feed: an order of its own
    await renamed(store, feed, NEW)
    await publish(store, feed, row("p1", "Tariffs"), at=later(90))

    assert await follows(store, ROOM) == [
        ("now", "", "Tariffs", False, ""),
        ("now", "Blog", "Tariffs", False, "@a @b @c"),
    ]
    claims = await send_all(store, later(120))
    assert [about(each) for each in claims if is_news(each)] == ["p1"]


@pytest.mark.parametrize("typed", [("Tariffs", "-Trade"), ("Trade", "-Tariffs")])
async def test_what_is_followed_under_either_name_is_no_longer_left_out(
    store: Store, typed: Sequence[str]
) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, *typed, feed=feed)
    await renamed(store, feed, NEW)
    await publish(store, feed, row("p1", "Tariffs"), at=later(90))

    assert await follows(store, ALICE) == [("now", "Blog", "Tariffs", False, "")]
    assert "p1" in [about(each) for each in await send_all(store, later(120))]


async def test_a_moved_exclusion_still_leaves_out(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Media", "-Trade", feed=feed)
    await renamed(store, feed, NEW)
    await publish(store, feed, row("p1", "Media", "Tariffs"), at=later(90))

    assert [about(each) for each in await send_all(store, later(120)) if is_news(each)] == []


async def test_of_every_feed_the_old_name_stays_where_another_feed_has_it(store: Store) -> None:
    feed, other = await add_feed(store), await add_feed(store, "Other")
    await publish(store, other, row("o1", "Trade"))
    await follow(store, ALICE, "Trade")
    await follow(store, BOB, "Trade", feed=other)
    await follow(store, CAROL, "*", "-Trade")
    await renamed(store, feed, NEW)

    assert await follows(store, ALICE) == [("now", "", "Tariffs", False, ""), ("now", "", "Trade", False, "")]
    assert await follows(store, BOB) == [("now", "Other", "Trade", False, "")]
    assert [(name, out) for _, _, name, out, _ in await follows(store, CAROL)] == [
        ("Tariffs", True),
        ("Trade", True),
        ("everything", False),
    ]
    (said,) = await notices(store, ALICE)
    assert said.endswith("\nYou follow Tariffs now, beside Trade, which other blogs have too.")
    assert await notices(store, BOB) == []


async def test_no_post_of_another_feed_is_left_out_by_a_rename(store: Store) -> None:
    feed, other = await add_feed(store), await add_feed(store, "Other")
    await publish(store, other, row("o1", "Tariffs"))
    await follow(store, ALICE, "*", "-Trade")
    await renamed(store, feed, NEW)
    await publish(store, other, row("o2", "Tariffs"), at=later(90))

    told = [about(each) for each in await send_all(store, later(120))]
    assert "o2" in told
    assert any("Trade stays left out, but Tariffs does not become so" in str(each) for each in told)


async def test_a_feed_that_is_no_longer_used_keeps_no_name(store: Store) -> None:
    feed, other = await add_feed(store), await add_feed(store, "Other")
    await publish(store, other, row("o1", "Trade"))
    await store.retire_feed(other.id, T0, by=BOB)
    await follow(store, ALICE, "Trade")
    await renamed(store, feed, NEW)

    assert [name for _, _, name, _, _ in await follows(store, ALICE)] == ["Tariffs"]


async def test_the_number_of_followed_names_stays_and_the_limit_counts_a_merged_name_once(
    store: Store,
) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", "Tariffs", feed=feed)
    await renamed(store, feed, NEW)
    await store.follow(
        ALICE,
        feed_id=feed.id,
        include={"c:media": "Media"},
        exclude={},
        cadence=Cadence.NOW,
        channel=False,
        mention=None,
        by=ALICE,
        now=T0,
        limit=2,
    )

    assert [name for _, _, name, _, _ in await follows(store, ALICE)] == ["Media", "Tariffs"]


async def test_names_that_a_notice_repeats_are_made_visible(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", feed=feed)
    await renamed(store, feed, Rename("Trade", "all"))

    assert await notices(store, ALICE) == [
        "Blog files under \u201call\u201d now what it filed under Trade.\nYou follow \u201call\u201d now."
    ]
