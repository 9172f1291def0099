"""What every store must show of a story that several feeds tell: each place gets it once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import StoreError
from bot.model import Action, Alert, Cadence, Claim, Digest, Feed, Post
from bot.ports import PollCommit, PostRow, Retry, Store
from bot.story import STORY
from tests.contracts.store_samples import (
    ALICE,
    LEASE,
    T0,
    add_feed,
    broken,
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

TITLE = "Harbour board closes the old ferry pier"
DAY = 86_400.0


def copy(post_id: str, *categories: str, story: Sequence[str] | None = ("x:pier",), **rest: Any) -> PostRow:
    """Return a post that tells the story with these keys, at an address of its own."""
    made = row(post_id, *categories, **{"title": TITLE, "text": "Cracks in the pillars. " * 20, **rest})
    link = f"https://{post_id}.example/pier"
    return replace(made, post=replace(made.post, link=link), story=None if story is None else tuple(story))


async def two_feeds(store: Store) -> tuple[Feed, Feed]:
    return await add_feed(store, "One"), await add_feed(store, "Two")


def posts(claims: Sequence[Claim]) -> list[Post]:
    """Return the posts of alerts."""
    return [each.message.post for each in claims if isinstance(each.message, Alert)]


async def test_an_attempt_that_was_lost_keeps_its_key_when_a_copy_comes(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*")
    await publish(store, one, copy("a"))
    lost = await claim_one(store)
    await publish(store, two, copy("b"))
    again = await claim_one(store, later(LEASE))

    assert (again.key, again.uncertain, again.action) == (lost.key, True, Action.SEND)
    await store.settle([Retry(again, later(LEASE), "slow", uncertain=True)])
    assert (await claim_one(store, later(LEASE))).key == lost.key


@pytest.mark.parametrize("off", ["first", "second"])
async def test_a_feed_that_is_off_tells_its_stories_by_itself(store: Store, off: str) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*")
    await publish(store, one, copy("a", story=None if off == "first" else ("x:pier",)))
    await publish(store, two, copy("b", story=None if off == "second" else ("x:pier",)))

    assert [(post.id, post.also) for post in posts(await send_all(store))] == [("a", ()), ("b", ())]


async def test_an_entry_of_two_feeds_is_named_as_well_unless_one_is_off(store: Store) -> None:
    one, two = await two_feeds(store)
    three, four = await add_feed(store, "Three"), await add_feed(store, "Four")
    await follow(store, ALICE, "*")
    for feed in (one, two):
        await publish(store, feed, row("guid:blog.example/1", story=()))
    await publish(store, three, row("guid:blog.example/2", story=()))
    await publish(store, four, row("guid:blog.example/2"))
    await publish(store, four, row("guid:blog.example/3"))
    await publish(store, three, row("guid:blog.example/3", story=()))

    assert [post.also for post in posts(await send_all(store))] == [("Two",), (), ()]


async def test_a_copy_of_a_story_from_before_the_bot_is_news_in_its_own_feed(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*")
    await publish(store, one, copy("a", silent=True))

    assert await publish(store, two, copy("b")) == 1
    assert [post.id for post in posts(await send_all(store))] == ["b"]


async def test_a_digest_has_a_story_once_with_all_its_categories(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*", cadence=Cadence.DAILY)
    await publish(store, one, copy("a", "Trade"))
    await publish(store, two, copy("b", "Ports"))
    message = (await claim_one(store, later(2 * DAY))).message

    assert isinstance(message, Digest)
    assert [(post.id, post.filing.categories, post.also) for post in message.posts] == [
        ("a", ("Trade", "Ports"), ("Two",))
    ]


async def test_a_copy_that_may_come_sooner_is_the_one_that_is_told(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*", feed=one, cadence=Cadence.WEEKLY)
    await follow(store, ALICE, "*", feed=two)
    await publish(store, one, copy("a"))
    assert await publish(store, two, copy("b")) == 0

    assert [(post.id, post.also) for post in posts(await send_all(store))] == [("b", ("One",))]


async def test_what_is_held_is_told_by_the_feed_that_is_still_followed(store: Store) -> None:
    one, two = await two_feeds(store)
    for feed in (one, two):
        await follow(store, ALICE, "*", feed=feed, cadence=Cadence.DAILY)
    await publish(store, one, copy("a"))
    await publish(store, two, copy("b"))
    await store.unfollow(ALICE, keys=None, channel=False, by=ALICE, now=T0, feed_id=one.id)
    message = (await claim_one(store, later(2 * DAY))).message

    assert isinstance(message, Digest)
    assert [(post.id, post.also) for post in message.posts] == [("b", ())]


async def test_a_poll_that_fails_leaves_nothing_of_a_story(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*")
    await publish(store, one, copy("a"))
    await send_all(store)
    with pytest.raises(StoreError):
        await publish(store, two, copy("b"), broken())
    assert await claim(store) == []
    assert [post.also for post in await store.latest(9)] == [()]

    for _ in range(2):  # the second is the poll again, by somebody who did not hear that it was stored
        assert await publish(store, two, copy("b")) == 0
    assert [post.also for post in posts(await send_all(store))] == [("Two",)]


async def test_a_third_feed_joins_the_same_story(store: Store) -> None:
    one, two = await two_feeds(store)
    three = await add_feed(store, "Three")
    await follow(store, ALICE, "*")
    await publish(store, one, copy("a"))
    await publish(store, two, copy("b", story=("x:pier", "l:own")))
    assert await publish(store, three, copy("c", story=("x:pier",))) == 0

    assert [post.also for post in posts(await send_all(store))] == [("Two", "Three")]


async def test_a_second_post_of_a_feed_is_another_story(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*")
    await publish(store, one, copy("a"))
    await publish(store, two, copy("b"))
    assert await publish(store, one, copy("c")) == 1
    assert await publish(store, two, copy("d")) == 1


async def test_a_copy_that_is_much_later_is_another_story(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*")
    await publish(store, one, copy("a"))

    assert await publish(store, two, copy("b", minutes=24 * 60)) == 1


async def test_an_edited_post_is_found_as_it_was_and_as_it_is(store: Store) -> None:
    one, two = await two_feeds(store)
    three = await add_feed(store, "Three")
    await follow(store, ALICE, "*")
    await publish(store, one, copy("a"))
    await change(store, one, copy("a", title="Better", story=("x:better",)))

    assert await publish(store, two, copy("b")) == 0
    assert await publish(store, three, copy("c", story=("x:better",))) == 0


async def test_keys_of_old_stories_are_forgotten(store: Store) -> None:
    one, two = await two_feeds(store)
    await follow(store, ALICE, "*")
    await publish(store, one, copy("a", story=("x:pier", "l:own")))
    late = T0 + 2 * STORY.keep
    await store.commit_poll(
        PollCommit(record(two), new=(copy("other", story=("x:other",), minutes=90 * 24 * 60),), at=late)
    )

    assert await publish(store, two, copy("b", story=("x:pier", "l:own"))) == 1
