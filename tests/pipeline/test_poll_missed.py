"""No post is missed: validators are stored with their posts, and a bad answer changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.errors import StoreError
from bot.model import FeedState
from bot.pipeline.worker import PollSettings
from tests.contracts.store_samples import follow
from tests.databases import Database
from tests.fakes.blog import Fault, Hang, body, cut, drop, html_page, redirect, status
from tests.pipeline.deliver.office import FaultyStore, until
from tests.pipeline.newsroom import ALICE, EVERY, Newsroom, open_newsroom

FULL = StoreError("The database cannot grow because the disk is full.")
EMPTY = b"<rss version='2.0'><channel><title>Blog</title></channel></rss>"
BAD: dict[str, Fault] = {
    "no entries": body(EMPTY),
    "nothing": body(b""),
    "a web page": html_page(),
    "a web page that says it is a feed": body(b"<!DOCTYPE html><html><body>Back soon.</body></html>"),
    "words": body(b"Service unavailable"),
    "an object": body(b'{"error": "gone"}', "application/json"),
    "a cut feed": body(b"<rss version='2.0'><channel><title>Blog</title><item><title>Post 9</title></item>"),
    "a cut answer": cut(),
    "a dropped connection": drop(),
    "a server error": status(500),
    "no permission": status(403),
    "nothing there": status(404),
    "no content": status(204),
    "too much": body(b"<rss>" + b" " * 2_000_001),
    "a redirect to nowhere": redirect(""),
    "a redirect to itself": redirect("/feed/"),
    "a redirect to a private network": redirect("http://10.0.0.1/feed/"),
    "a redirect to a file": redirect("file:///etc/passwd"),
}


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    async with open_newsroom(database) as opened:
        yield opened


def validators(room: Newsroom) -> tuple[str, str]:
    """Return what the last request for the feed carried."""
    last = room.blog.seen("/feed/")[-1]
    return last.header("If-None-Match"), last.header("If-Modified-Since")


def without_health(state: FeedState) -> FeedState:
    """Return what a failed poll may not change."""
    return state._replace(failures=0, failing_since=None, last_error="", reported=False)


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_answer_is_a_failed_poll_that_changes_nothing(room: Newsroom, name: str) -> None:
    await room.begin()
    before = (await room.feed()).state
    room.publish(4)
    room.blog.fail_always(BAD[name])
    await room.poll()
    room.blog.heal()
    after = (await room.feed()).state
    assert after.failures == 1
    assert after.last_error
    assert without_health(after) == before
    assert await room.alerts() == []
    await room.poll()

    assert await room.alerts() == ["Post 4"]
    assert (await room.feed()).state.failures == 0


async def test_a_304_to_a_request_without_validators_is_no_success(room: Newsroom) -> None:
    room.blog.fail_next(status(304))
    await room.watch()
    await room.poll()
    state = (await room.feed()).state
    assert (state.failures, state.baseline_at, state.last_success_at) == (1, None, None)
    await room.poll()

    assert sorted(await room.posts()) == [1, 2, 3]


async def test_after_a_crash_before_the_commit_the_feed_is_fetched_again_as_before(room: Newsroom) -> None:
    await room.begin()
    known = (await room.feed()).state
    room.publish(4)
    faulty = FaultyStore(room.store)
    faulty.fail("commit_poll", *[FULL] * 999)
    room.restart(store=faulty)
    room.clock.forward(2 * EVERY)
    await room.poller.tick()
    await until(lambda: "commit_poll" in faulty.calls)
    for task in room.poller._tasks:  # the process dies here
        task.cancel()
    await asyncio.gather(*room.poller._tasks, return_exceptions=True)
    assert (await room.feed()).state == known
    room.restart()
    room.clock.forward(PollSettings().lease)
    await room.poll()

    assert validators(room) == (known.etag, known.last_modified)
    assert await room.alerts() == ["Post 4"]


async def test_a_crash_in_the_first_poll_leaves_no_validators(room: Newsroom) -> None:
    faulty = FaultyStore(room.store)
    faulty.fail("commit_poll", RuntimeError("power cut"))
    await follow(room.store, ALICE, "*")
    await room.watch()
    room.restart(store=faulty)
    await room.tick()
    assert (await room.feed()).state.baseline_at is None
    await room.poll()

    assert validators(room) == ("", "")
    assert await room.alerts() == []
    assert sorted(await room.posts()) == [1, 2, 3]


async def test_while_the_store_refuses_the_posts_are_kept_and_stored_later(room: Newsroom) -> None:
    await room.begin()
    room.publish(4)
    faulty = FaultyStore(room.store)
    faulty.fail("commit_poll", FULL)
    room.restart(store=faulty)
    await room.poll()

    assert await room.alerts() == ["Post 4"]
    assert faulty.calls.count("commit_poll") == 2
    assert room.asked("/feed/") == 2  # it was not fetched again


@pytest.mark.parametrize("method", ["known_posts", "vocabulary", "commit_poll"])
async def test_a_store_that_refuses_too_long_fails_the_poll_and_nothing_is_lost(
    room: Newsroom, method: str
) -> None:
    await room.begin()
    known = (await room.feed()).state
    room.publish(4)
    faulty = FaultyStore(room.store)
    faulty.fail(method, FULL)
    room.restart(store=faulty, settings=PollSettings(store=0.0))
    await room.poll()
    assert without_health((await room.feed()).state) == known
    assert "disk is full" in (await room.feed()).state.last_error
    await room.poll()

    assert validators(room) == (known.etag, known.last_modified)
    assert await room.alerts() == ["Post 4"]


async def test_an_edit_between_two_polls_is_fetched_though_the_last_poll_failed(room: Newsroom) -> None:
    await room.begin()
    room.publish(4)
    room.blog.fail_next(status(503), status(500))
    for _ in range(2):
        await room.poll()
    room.publish(5)
    await room.poll()

    assert await room.alerts() == ["Post 4", "Post 5"]


async def test_a_poll_that_outlasts_its_lease_is_made_by_another_without_harm(room: Newsroom) -> None:
    await room.begin()
    room.publish(4)
    hang = Hang()
    room.blog.fail_next(hang)
    room.clock.forward(2 * EVERY)
    await room.poller.tick()
    await hang.arrived.wait()
    slow = room.poller
    room.restart()
    room.clock.forward(PollSettings().lease)
    await room.tick()
    assert await room.alerts() == ["Post 4"]
    hang.release()
    await slow.aclose()

    assert await room.alerts() == []
    assert (await room.feed()).state.failures == 0
