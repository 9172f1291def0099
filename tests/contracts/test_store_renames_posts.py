"""What becomes of posts, names and numbers when a blog gives its categories other names."""

from __future__ import annotations

from bot.model import BlogCategory, Cadence, Kind, Rename
from bot.ports import CategoryChange, KnownCategories, PollCommit, Store
from tests.contracts.renaming import API, NEW, ROOM, TRADE, follows, is_news, known, names, renamed
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    T0,
    add_feed,
    change,
    follow,
    later,
    publish,
    record,
    row,
    seen,
    send_all,
)

pytest_plugins = ["tests.contracts.store_fixtures"]


async def test_categories_are_known_by_the_numbers_of_one_source(store: Store) -> None:
    feed, other = await add_feed(store), await add_feed(store, "Other")
    child = BlogCategory(2, "Steel", 1)
    await known(store, feed, TRADE, child, BlogCategory(3, "Media"))

    assert await store.blog_categories(feed.id, API) == KnownCategories(
        (TRADE, child, BlogCategory(3, "Media"))
    )
    assert await store.blog_categories(feed.id, "https://elsewhere.example/") == KnownCategories()
    assert await store.blog_categories(other.id, API) == KnownCategories()


async def test_the_numbers_of_another_source_replace_all(store: Store) -> None:
    feed = await add_feed(store)
    await known(store, feed, TRADE, BlogCategory(2, "Media"))
    await store.change_categories(CategoryChange(feed.id, "https://new.example/", T0, store=(TRADE,)))

    assert await store.blog_categories(feed.id, API) == KnownCategories()
    assert await store.blog_categories(feed.id, "https://new.example/") == KnownCategories((TRADE,))


async def test_a_missing_category_is_marked_until_it_is_there_again_or_given_up(store: Store) -> None:
    feed, media = await add_feed(store), BlogCategory(2, "Media")
    await known(store, feed, TRADE, media)
    marks = []
    for values in (
        {"missing": frozenset({1, 2})},
        {"missing": frozenset({2}), "store": (TRADE,)},
        {"forgotten": frozenset({2})},
    ):
        await renamed(store, feed, **values)
        found = await store.blog_categories(feed.id, API)
        marks.append((found.missing, len(found.categories)))

    assert marks == [(frozenset({1, 2}), 2), (frozenset({2}), 2), (frozenset(), 1)]


async def test_stored_posts_and_names_have_the_new_name_and_alert_nobody(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Tariffs", feed=feed)
    posts = [row(f"p{each}", "Trade", "Media", minutes=each, tags=["Trade"]) for each in range(3)]
    await publish(store, feed, *posts)
    await renamed(store, feed, NEW)

    assert await names(store) == {"Tariffs": 3, "Media": 3}
    assert [each.name for each in await store.terms(kind=Kind.TAG)] == ["Trade"]  # the tag is another thing
    found = await store.latest(10, "c:tariffs")
    assert [(post.filing.categories, post.filing.tags) for post in found] == [
        (("Tariffs", "Media"), ("Trade",))
    ] * 3
    assert found[0].filing.evidence == "The API says so. Trade is called Tariffs now."
    assert await store.latest(10, "c:trade") == []
    assert len((await store.find("tariffs", 10)).posts) == 3
    assert await send_all(store, later(120)) == []


async def test_more_posts_than_are_read_at_a_time_get_the_new_name(store: Store) -> None:
    feed = await add_feed(store)
    posts = [row(f"p{each}", *(("Trade", "Media")[each % 2 :]), minutes=each) for each in range(1100)]
    await publish(store, feed, *posts)
    await renamed(store, feed, NEW, Rename("Media", "Trade"))

    assert await names(store) == {"Tariffs": 550, "Trade": 1100}


async def test_a_change_that_shows_the_new_name_later_alerts_nobody_anew(store: Store) -> None:
    feed = await add_feed(store)
    await publish(store, feed, row("p1", "Trade"))
    await follow(store, ALICE, "Trade", feed=feed)  # after the post
    await renamed(store, feed, NEW)
    made = await change(store, feed, row("p1", "Tariffs", title="Mended"), at=later(90))

    assert made == 0


async def test_what_is_held_and_what_waits_comes_once(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", cadence=Cadence.DAILY, feed=feed)
    await follow(store, BOB, "Trade", feed=feed)
    await publish(store, feed, row("p1", "Trade"))
    await renamed(store, feed, NEW)
    day = later(2 * 86400)

    assert sorted(seen([each for each in await send_all(store, day) if is_news(each)])) == [
        (ALICE, ["p1"]),
        (BOB, "p1"),
    ]
    assert await send_all(store, later(3 * 86400)) == []


async def test_swapped_names_swap_followers_posts_and_counts(store: Store) -> None:
    feed = await add_feed(store)
    await publish(
        store, feed, row("p1", "Trade"), row("p2", "Trade", minutes=1), row("p3", "Media", minutes=2)
    )
    await follow(store, ALICE, "Trade", feed=feed)
    await follow(store, BOB, "Media", feed=feed)
    swap = (Rename("Trade", "Media"), Rename("Media", "Trade"))
    await known(store, feed, TRADE, BlogCategory(2, "Media", 0))
    expected = {1: "Trade", 2: "Media"}
    after = (BlogCategory(1, "Media", 0), BlogCategory(2, "Trade", 0))

    assert await renamed(store, feed, *swap, expected=expected, store=after)
    assert not await renamed(store, feed, *swap, expected=expected, store=after)  # by another process
    assert await names(store) == {"Media": 2, "Trade": 1}
    assert [name for _, _, name, _, _ in await follows(store, ALICE)] == ["Media"]
    assert [name for _, _, name, _, _ in await follows(store, BOB)] == ["Trade"]
    assert await store.former_names(["c:trade", "c:media"]) == {}


async def test_an_old_name_leads_to_the_newest_one(store: Store) -> None:
    feed = await add_feed(store)
    await renamed(store, feed, NEW)
    await renamed(store, feed, Rename("Tariffs", "Levies"))

    assert await store.former_names(["c:trade", "c:tariffs", "c:levies", "c:other"], feed.id) == {
        "c:trade": Rename("Trade", "Levies"),
        "c:tariffs": Rename("Tariffs", "Levies"),
    }
    await renamed(store, feed, Rename("Levies", "Trade"))
    assert set(await store.former_names(["c:trade", "c:tariffs", "c:levies"])) == {"c:tariffs", "c:levies"}


async def test_why_tells_the_old_name_of_what_was_sent_under_it(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade", feed=feed)
    await publish(store, feed, row("p1", "Trade"))
    await send_all(store)
    await renamed(store, feed, NEW)

    (info,) = await store.deliveries_of("p1", ALICE)
    assert info.matched == "Trade"


async def test_a_paused_channel_stays_paused_and_keeps_itsis_news(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ROOM, "Trade", channel=True, feed=feed)
    await store.pause(ROOM, paused=True, by=BOB, now=T0)
    await publish(store, feed, row("p1", "Trade"))
    await renamed(store, feed, NEW)
    await store.commit_poll(PollCommit(record(feed), new=(row("p2", "Tariffs", minutes=1),), at=later(90)))

    (held,) = await store.held(ROOM)
    assert held.posts == 2
