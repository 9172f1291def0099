"""A blog's list of categories: what is missing from it, what was merged, and how often it is asked for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from bot.sample.api import wpcom_categories
from tests.databases import Database
from tests.fakes.blog import body
from tests.pipeline.newsroom import SELF_HOSTED, Newsroom, old_posts, open_newsroom
from tests.pipeline.renaming import fail_list, followed, following_trade, lists, pass_a_day


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    """A newsroom in which alice follows Trade, of which the blog has three posts."""
    async with following_trade(database) as opened:
        yield opened


async def test_a_half_list_makes_nothing_missing(room: Newsroom) -> None:
    pass_a_day(room)
    room.publish(4, "Media")
    await room.poll()  # the whole list is known
    whole = wpcom_categories(room.blog.blog, room.blog.blog.host, {})
    halves = [
        {**whole, "categories": whole["categories"][:4]},
        {"found": 4, "categories": whole["categories"][:3]},
        {"found": 1, "categories": whole["categories"][:1]},  # too much is gone
        {"found": 9, "categories": []},
    ]
    for number, half in enumerate(halves, 5):
        room.blog.heal()
        fail_list(room, body(json.dumps(half).encode(), "application/json"))
        pass_a_day(room)
        room.publish(number, "Media")
        await room.poll()

    feed = await room.feed()
    assert feed.state.api is not None
    known = await room.store.blog_categories(feed.id, feed.state.api.url.partition("?")[0])
    assert (len(known.categories), known.missing) == (8, frozenset())
    assert [text for text in await room.notices() if "no longer has" in text] == []


async def test_a_category_that_is_gone_for_good_is_told_once(room: Newsroom) -> None:
    number = 4
    for _ in range(5):
        pass_a_day(room)
        room.publish(number, "Media")
        await room.poll()
        number += 1
        room.blog.blog.drop("Taiwan")

    told = [text for text in await room.notices() if "no longer has" in text]
    assert len(told) == 1
    assert told[0].startswith("Blog no longer has Taiwan, and its posts do not tell what became of it.")


async def test_a_merged_category_takes_its_followers_along(room: Newsroom) -> None:
    for number in (4, 5):
        room.publish(number, "Trade", "Media")
    pass_a_day(room)
    await room.poll()
    await room.alerts()
    for each in (1, 2, 3):
        room.blog.blog.edit(each, categories=("Economy",))
    for each in (4, 5):
        room.blog.blog.edit(each, categories=("Economy", "Media"))
    room.blog.blog.drop("Trade")
    room.publish(6, "Economy")
    pass_a_day(room)
    await room.poll()

    assert await followed(room) == {"c:economy"}
    assert [text for text in await room.alerts() if not text.startswith(("Blog", "edit"))] == ["Post 6"]


async def test_a_deleted_category_moves_nobody_into_the_default_one(room: Newsroom) -> None:
    pass_a_day(room)
    room.publish(4, "Media")
    await room.poll()
    for each in (1, 2, 3):
        room.blog.blog.edit(each, categories=("Uncategorized",))
    room.blog.blog.drop("Trade")
    room.publish(5, "Uncategorized")
    pass_a_day(room)
    await room.poll()

    assert await followed(room) == {"c:trade"}
    assert await room.alerts() == []


async def test_the_api_of_wordpress_itself_is_followed_too(database: Database) -> None:
    async with open_newsroom(database, old_posts(), generator=SELF_HOSTED, api=False, wp_json=True) as room:
        await room.begin("Trade")
        room.blog.blog.rename("Trade", "Tariffs")
        room.publish(4, "Tariffs")
        await room.poll()

        assert (await room.alerts())[-1] == "Post 4"
        room.publish(5, "Tariffs")
        room.forget_requests()
        pass_a_day(room)
        await room.poll()
        assert lists(room) == 1
        feed = await room.feed()
        assert feed.state.api is not None
        known = await room.store.blog_categories(feed.id, feed.state.api.url.partition("?")[0])
        assert len(known.categories) == 8


async def test_the_list_is_asked_for_once_a_day_and_not_at_the_first_poll(room: Newsroom) -> None:
    asked = []
    for number in range(4, 10):
        room.publish(number, "Media")
        await room.poll()
        asked.append(lists(room))
    pass_a_day(room)
    for number in range(10, 13):
        room.publish(number, "Media")
        await room.poll()
        asked.append(lists(room))

    assert asked == [1] * 6 + [2] * 3
