"""The first poll of a feed, and the polls of a feed that is well."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.pipeline.fetch.headers import MAX_WAIT
from tests.contracts.store_samples import T0, follow
from tests.databases import Database
from tests.fakes.blog import body
from tests.pipeline.newsroom import ALICE, BOB, EVERY, Newsroom, old_posts, open_newsroom, post

RSS = (
    b"<rss version='2.0'><channel><title>Blog</title>"
    b"<item><guid>1</guid><title>Post 1</title></item></channel></rss>"
)


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    async with open_newsroom(database) as opened:
        yield opened


async def test_the_first_poll_alerts_nobody_and_remembers_all(room: Newsroom) -> None:
    await follow(room.store, ALICE, "*")
    await room.watch()
    await room.poll()

    assert await room.alerts() == []
    assert sorted(await room.posts()) == [1, 2, 3]
    assert (await room.feed()).state.baseline_at == T0
    assert (await room.feed()).state.highest_wordpress_id == 3


@pytest.mark.parametrize(("latest", "announced"), [(1, ["Post 3"]), (2, ["Post 2", "Post 3"]), (9, None)])
async def test_the_newest_of_the_first_poll_are_announced_where_that_is_wanted(
    room: Newsroom, latest: int, announced: list[str] | None
) -> None:
    await follow(room.store, ALICE, "*")
    await room.watch(announce_latest=latest)
    await room.poll()
    room.restart()
    await room.poll()

    assert await room.alerts() == (announced or ["Post 1", "Post 2", "Post 3"])


async def test_the_first_good_poll_is_silent_however_many_failed_before(room: Newsroom) -> None:
    room.blog.fail_next(body(b""), body(b"<html>"))
    await follow(room.store, ALICE, "*")
    await room.watch()
    for _ in range(3):
        await room.poll()

    assert await room.alerts() == []
    assert sorted(await room.posts()) == [1, 2, 3]


async def test_a_new_post_reaches_those_who_follow_it_once(room: Newsroom) -> None:
    await room.begin("Trade")
    await follow(room.store, BOB, "Media")
    room.publish(4, "Trade", tags=["Media"])
    await room.poll()
    await room.poll()

    assert await room.deliver() == [(ALICE, "Post 4")]
    assert (await room.post(4)).summary == "The text of post 4 is short."


async def test_several_new_posts_come_oldest_first(room: Newsroom) -> None:
    await room.begin()
    for number in (6, 4, 5):
        at = room.clock.now() + timedelta(minutes=number)
        room.blog.blog.publish(post(number, at=at))
    room.clock.forward(3600)
    await room.poll()

    assert await room.alerts() == ["Post 4", "Post 5", "Post 6"]


async def test_one_poll_serves_all_followers_with_one_request(room: Newsroom) -> None:
    await room.begin()
    for number in range(50):
        await follow(room.store, f"console:{number}", "Trade")
    room.publish(4)
    room.forget_requests()
    await room.poll()

    assert len(await room.deliver()) == 51
    assert room.asked("/feed/") == 1


async def test_every_poll_but_the_first_is_conditional_also_after_a_restart(room: Newsroom) -> None:
    await room.watch()
    await room.poll()
    answered = (await room.feed()).state
    for _ in range(3):
        room.restart()
        await room.poll()
    first, *others = room.blog.seen("/feed/")

    assert first.header("If-None-Match") == first.header("If-Modified-Since") == ""
    assert answered.etag
    assert {each.header("If-None-Match") for each in others} == {answered.etag}
    assert {each.header("If-Modified-Since") for each in others} == {answered.last_modified}


async def test_a_feed_is_asked_once_an_interval_and_never_early(room: Newsroom) -> None:
    await room.watch()
    await room.tick()
    await room.tick()
    room.clock.forward(EVERY - 1)
    await room.tick()
    assert room.asked("/feed/") == 1
    room.clock.forward(1 + EVERY / 10)
    await room.tick()
    await room.tick()

    assert room.asked("/feed/") == 2


async def test_two_feeds_that_are_due_are_polled_side_by_side(room: Newsroom) -> None:
    await room.watch()
    await room.watch(f"{room.blog.url}/feed/atom/", "Atom")
    await room.tick()

    assert {feed.settings.name: feed.state.failures for feed in await room.store.feeds()} == {
        "Atom": 0,
        "Blog": 0,
    }
    assert sorted(await room.posts()) == [1, 2, 3]


async def test_one_post_in_two_feeds_reaches_a_follower_once(room: Newsroom) -> None:
    await room.begin()
    await room.watch(f"{room.blog.url}/category/trade/feed/", "Category")
    await room.tick()
    room.publish(4)
    room.clock.forward(2 * EVERY)
    await room.tick()

    assert await room.alerts() == ["Post 4"]


async def test_the_wish_of_a_server_for_rare_polls_is_obeyed(room: Newsroom) -> None:
    room.blog.fail_next(body(RSS, headers={"Cache-Control": "max-age=43200"}))
    await room.watch()
    await room.tick()
    wait = ((await room.feed()).next_poll_at - T0).total_seconds()

    assert MAX_WAIT / 2 <= wait <= MAX_WAIT / 2 * 1.1


async def test_a_body_that_did_not_change_is_not_news_without_validators(room: Newsroom) -> None:
    room.blog.fail_always(body(RSS))
    await room.begin()
    await room.poll()
    state = (await room.feed()).state

    assert (state.unchanged_bodies, state.failures) == (1, 0)
    assert await room.alerts() == []


async def test_polling_all_asks_for_every_feed_due_or_not(room: Newsroom) -> None:
    await room.watch()
    await room.watch(f"{room.blog.url}/nowhere/", "Missing")
    assert await room.poller.poll_all() == 1

    assert await room.poller.poll_all() == 1
    assert room.asked("/feed/") == 2


async def test_a_feed_without_wordpress_is_served_too(database: Database) -> None:
    async with open_newsroom(database, old_posts(), generator="Hugo 0.1") as room:
        room.blog.blog.guid_site = "urn:x"
        await room.begin("Media")
        room.publish(4, "Media", tags=["Trade"])
        await room.poll()

        assert await room.alerts() == ["Post 4"]
