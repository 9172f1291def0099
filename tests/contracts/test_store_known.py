"""Posts that come again under other ids: every store finds them by text, and by earlier links."""

from __future__ import annotations

from dataclasses import replace

from bot.ports import PollCommit, Store
from tests.contracts.store_samples import add_feed, later, publish, record, row

pytest_plugins = ["tests.contracts.store_fixtures"]


async def test_stored_posts_are_found_by_their_text_in_their_own_feed(store: Store) -> None:
    feed, other = await add_feed(store), await add_feed(store, "Other")
    await publish(store, feed, row("p1"), row("p2", text_hash="stock"), row("p3", text_hash="stock"))
    await publish(store, other, row("p4", text_hash="stock"))
    found = await store.known_posts(feed.id, [], [], ["stock", "unknown"])
    both = await store.known_posts(feed.id, ["p1", "p2"], [], ["stock"])

    assert {each.post.id for each in found} == {"p2", "p3"}
    assert sorted(each.post.id for each in both) == ["p1", "p2", "p3"]


async def test_of_thousands_of_posts_with_one_text_the_newest_are_found(store: Store) -> None:
    feed = await add_feed(store)
    await publish(store, feed, *(row(f"p{number}", text_hash="stock") for number in range(300)))
    found = {each.post.id for each in await store.known_posts(feed.id, [], [], ["stock"])}

    assert found >= {f"p{number}" for number in range(250, 300)}
    assert len(found) < 300


async def test_when_a_post_moved_is_kept(store: Store) -> None:
    feed = await add_feed(store)
    await publish(store, feed, row("p1"))
    assert await store.post_moved_at("p1") is None
    moved = row("p1", moved_at=later(60))
    await store.commit_poll(PollCommit(record(feed), quiet_changed=(moved,), at=later(60)))

    assert await store.post_moved_at("p1") == later(60)
    assert await store.post_moved_at("unknown") is None
    (found,) = await store.known_posts(feed.id, ["p1"], [])
    assert found.moved_at == later(60)


async def test_a_post_is_found_by_the_link_it_had_before_it_moved(store: Store) -> None:
    feed = await add_feed(store)
    await publish(store, feed, row("p1", aliases=("/2026/03/p1",)), row("p2", aliases=("/2026/03/p2",)))
    moved = row("p1", moved_at=later(60))
    moved = replace(moved, post=replace(moved.post, link="https://blog.example/moved/"))
    await store.commit_poll(PollCommit(record(feed), quiet_changed=(moved,), at=later(60)))

    for typed in (
        "https://blog.example/moved/",
        "https://blog.example/2026/03/p1/",
        "blog.example/2026/03/p1",
    ):
        post = await store.post_by_link(typed)
        assert post is not None
        assert post.id == "p1"
    for typed in ("https://blog.example/", "https://other.example/2026/03/p2/"):
        assert await store.post_by_link(typed) is None
