"""What every store must show of the archive: newest posts, search, links, what became of a post."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import EVERYTHING, DeliveryState
from bot.ports import AdminNotice, Failed, Parked, PollCommit, Retry, Sent, Store
from tests.contracts.store_samples import (
    ALICE,
    BOB,
    T0,
    add_feed,
    change,
    claim,
    claim_one,
    follow,
    later,
    publish,
    record,
    row,
    send_all,
)

pytest_plugins = ["tests.contracts.store_fixtures"]


async def found(store: Store, words: str, limit: int = 9) -> list[str]:
    return [post.id for post in (await store.find(words, limit)).posts]


async def test_the_latest_posts_come_newest_first(store: Store) -> None:
    feed, other = await add_feed(store), await add_feed(store, "Other")
    await publish(store, feed, row("old", "Trade", minutes=1), row("new", "Arts", minutes=3))
    await publish(store, other, row("mid", "Trade", minutes=2), row("new", "Arts", minutes=3))

    async def latest(limit: int = 9, key: str | None = None, feed_id: int | None = None) -> list[str]:
        return [post.id for post in await store.latest(limit, key, feed_id)]

    assert await latest() == ["new", "mid", "old"]
    assert await latest(1) == ["new"]
    assert await latest(key=EVERYTHING) == ["new", "mid", "old"]
    assert await latest(key="c:trade") == ["mid", "old"]
    assert await latest(key="t:trade") == []
    assert await latest(feed_id=other.id) == ["new", "mid"]
    assert await latest(key="c:trade", feed_id=feed.id) == ["old"]
    assert [post.feed for post in await store.latest(9)] == ["Blog", "Other", "Blog"]


# --- search -------------------------------------------------------------------------------------------------


async def test_a_search_finds_posts_with_all_the_words(store: Store) -> None:
    feed = await add_feed(store)
    await publish(
        store,
        feed,
        row("tariffs", "Trade", title="Tariffs on steel", text="Steel and aluminium."),
        row("chips", "Technology", title="Chips", text="A word about steel."),
        row("cafe", "Arts", title="Café Größe", text="naïve"),
    )

    assert await found(store, "steel tariffs") == ["tariffs"]
    assert await found(store, "STEEL") == ["tariffs", "chips"]  # a word in the title counts for more
    assert await found(store, "technology") == ["chips"]
    assert await found(store, "cafe grosse naive") == []
    assert await found(store, "cafe") == ["cafe"]
    assert await found(store, "cafe\u0301 Größe") == ["cafe"]
    assert await found(store, "alumin") == ["tariffs"]  # the last word may be a beginning
    assert await found(store, "alumin steel") == []
    assert await found(store, "steel", limit=1) == ["tariffs"]


async def test_a_search_sees_a_post_as_it_is_now(store: Store) -> None:
    feed = await add_feed(store)
    await publish(store, feed, row("p1", "Trade", text="The first wording."))
    await change(store, feed, row("p1", "Trade", text="The second version."))

    assert (await found(store, "wording"), await found(store, "version")) == ([], ["p1"])


async def test_of_very_many_posts_with_a_word_the_newest_are_found(store: Store) -> None:
    feed, many = await add_feed(store), 600
    archive = [row(f"p{number}", text="Steel.", minutes=-number, silent=True) for number in range(many)]
    rare = row("rare", text="Steel, and a rare word.", minutes=-2 * many, silent=True)
    # As the archive of a blog is read: the oldest posts come last.
    await store.commit_poll(PollCommit(record(feed), new=(*archive, rare), at=T0))
    common, best = await store.find("steel", 3), await store.find("rare steel", 3)

    assert ([post.id for post in common.posts], common.best_first) == (["p0", "p1", "p2"], False)
    assert ([post.id for post in best.posts], best.best_first) == (["rare"], True)


async def test_a_word_common_in_old_posts_alone_is_found(store: Store) -> None:
    feed = await add_feed(store)
    old = [row(f"o{number}", text="Steel.", minutes=-9000 - number, silent=True) for number in range(600)]
    new = [row(f"n{number}", text="Other.", minutes=-number, silent=True) for number in range(2001)]
    await store.commit_poll(PollCommit(record(feed), new=(*old, *new), at=T0))

    assert await found(store, "steel", 2) == ["o0", "o1"]


async def test_a_post_of_two_feeds_is_found_once(store: Store) -> None:
    for name in ("One", "Two"):
        await publish(store, await add_feed(store, name), row("p1", text="Steel."))

    assert await found(store, "steel") == ["p1"]


@pytest.mark.parametrize(
    "words",
    [
        '" OR 1',
        'steel" OR "x',
        "NEAR(",
        "NEAR(steel, 2)",
        "*",
        "title: steel",
        "{title} : x",
        "steel AND",
        "NOT steel",
        "^steel",
        "-steel",
        "😀",
        "\0",
        "\ud800",
        "_",
        "",
        "   ",
        "'; DROP TABLE posts; --",
        "steel " * 2000,
        "x" * 10_000,
        "(" * 10_000,
    ],
)
async def test_hostile_words_are_only_words(store: Store, words: str) -> None:
    feed = await add_feed(store)
    await publish(store, feed, row("p1", text="Steel."), row("p2", text="Other."))

    assert await found(store, words) in ([], ["p1"])
    assert await found(store, "steel") == ["p1"]


# --- links --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "https://blog.example/2026/03/p1/",
        "http://blog.example/2026/03/p1",
        "https://www.blog.example/2026/03/p1/?utm_source=x&y=z",
        "https://BLOG.example/2026/03/p1/#comments",
        "blog.example/2026/03/p1",
        "www.Blog.example/2026/03/p1/",
        "  https://blog.example/2026/03/p1/ \n",
    ],
)
async def test_a_post_is_found_by_its_link_however_typed(store: Store, typed: str) -> None:
    feed = await add_feed(store)
    await publish(store, feed, row("p1"), row("p10"))
    post = await store.post_by_link(typed)

    assert post is not None
    assert post.id == "p1"


@pytest.mark.parametrize(
    "typed", ["", "p1", "https://other.example/2026/03/p1/", "http://[", "\ud800", "%", "/2026/03/p1/"]
)
async def test_no_post_is_found_by_anything_else(store: Store, typed: str) -> None:
    feed = await add_feed(store)
    await publish(store, feed, row("p1"))

    assert await store.post_by_link(typed) is None


async def test_a_post_with_a_link_that_is_none_is_stored(store: Store) -> None:
    feed = await add_feed(store)
    plain = row("p1")
    await publish(store, feed, replace(plain, post=replace(plain.post, link="http://[")))

    assert [post.link for post in await store.latest(9)] == ["http://["]


async def test_the_texts_of_posts_are_found_by_their_ids(store: Store) -> None:
    feed, other = await add_feed(store), await add_feed(store, "Other")
    await publish(store, feed, row("p1", text="One."), row("p2", text="Two."), row("p3", text="Three."))
    await publish(store, other, row("p1", text="Another copy."))

    assert await store.texts(["p2", "p1", "unknown", "p2"]) == {"p1": "One.", "p2": "Two."}
    assert await store.texts([]) == {}


# --- what became of a post ----------------------------------------------------------------------------------


async def test_it_is_told_what_became_of_a_post_for_a_destination(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await publish(store, feed, row("p1", "Trade"), at=later(1))
    (waiting,) = await store.deliveries_of("p1", ALICE)
    await store.settle([Retry(await claim_one(store, later(2)), later(3), "no answer")])
    (failing,) = await store.deliveries_of("p1", ALICE)
    await store.settle([Sent(await claim_one(store, later(3)), "r", later(4))])
    (sent,) = await store.deliveries_of("p1", ALICE)

    assert (waiting.state, waiting.at, waiting.matched) == (DeliveryState.PENDING, later(1), "Trade")
    assert (failing.state, failing.error, failing.attempts) == ("pending", "no answer", 1)
    assert (sent.state, sent.at, sent.error, sent.attempts) == ("sent", later(4), "", 2)
    assert sent.post is not None
    assert (sent.post.id, sent.destination.address) == ("p1", ALICE)
    assert await store.deliveries_of("p1", BOB) == []
    assert await store.deliveries_of("p2", ALICE) == []


@pytest.mark.parametrize(
    ("followed", "matched"),
    [
        (("*", "#Steel", "Trade", "Arts"), "Arts"),
        (("*", "#Steel"), "#Steel"),
        (("*", "author:Ann", "text:title of", "#Steel"), "#Steel"),
        (("*", "author:Ann", "text:Title of"), 'text:"Title of"'),
        (("*", "author:Ann"), "author:Ann"),
        (("*",), "everything"),
    ],
)
async def test_the_most_telling_name_says_why_it_matched(
    store: Store, followed: tuple[str, ...], matched: str
) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, *followed)
    await publish(store, feed, row("p1", "Trade", "Arts", tags=["Steel", "Iron"]))
    (info,) = await store.deliveries_of("p1", ALICE)

    assert info.matched == matched


async def test_the_log_is_of_one_destination_or_of_all_newest_first(store: Store) -> None:
    feed = await add_feed(store)
    await follow(store, ALICE, "Trade")
    await publish(store, feed, row("p1", "Trade"))
    await store.notify([BOB], "Hello.", T0)
    await publish(store, feed, row("p2", "Trade"))

    async def log(address: str | None, limit: int = 9) -> list[str]:
        return [info.post.id if info.post else "" for info in await store.delivery_log(address, limit)]

    assert await log(None) == ["p2", "", "p1"]
    assert await log(None, 1) == ["p2"]
    assert await log(ALICE) == ["p2", "p1"]
    assert await log(ALICE, 1) == ["p2"]
    assert await log("console:unknown") == []


async def test_the_health_of_the_queue_is_counted(store: Store) -> None:
    feed = await add_feed(store)
    empty = await store.queue_health()
    addresses = [f"console:{number}" for number in range(5)]
    for address in addresses:
        await follow(store, address, "Trade")
    await publish(store, feed, row("p1", "Trade"), at=later(1))
    claims = await claim(store, later(1), limit=4)
    shut = Parked(claims[2], "gone", later(2), later(60), (AdminNotice(BOB, "Parked."),))
    await store.settle([Sent(claims[0], "r", later(2)), Failed(claims[1], "no", later(2)), shut])
    health = await store.queue_health()

    assert (empty.waiting, empty.oldest_waiting, empty.parked, empty.sent, empty.failed) == (
        0,
        None,
        (),
        0,
        0,
    )
    assert (health.waiting, health.sent, health.failed) == (3, 1, 1)  # one under way, one due, one notice
    assert health.oldest_waiting == later(1)
    assert [(each.address, each.parked, each.parked_reason) for each in health.parked] == [
        (claims[2].destination.address, True, "gone")
    ]
    await send_all(store, later(9999))
    assert (await store.queue_health()).oldest_waiting is None
