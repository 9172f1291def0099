"""A blog's list of categories: what is missing from it, what was merged, and how often it is asked for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.ports import KnownCategories
from bot.sample.api import wpcom_categories
from tests.contracts.store_samples import follow
from tests.databases import Database
from tests.fakes.blog import Fault, body
from tests.pipeline.newsroom import BOB, SELF_HOSTED, Newsroom, old_posts, open_newsroom
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

    known = await known_categories(room)
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
        assert len((await known_categories(room)).categories) == 8


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


def long_list(categories: Sequence[dict[str, Any]]) -> Fault:
    """Answer with a page of a list, as WordPress.com does."""

    async def fault(request: web.Request, _: Handler) -> web.StreamResponse:
        number, page = int(request.query["number"]), int(request.query["page"])
        shown = categories[(page - 1) * number : page * number]
        return web.json_response({"found": len(categories), "categories": shown})

    return fault


def topics(count: int, room: Newsroom) -> list[dict[str, Any]]:
    """Return the blog's own categories, and as many others."""
    own: list[dict[str, Any]] = wpcom_categories(room.blog.blog, room.blog.blog.host, {})["categories"]
    return own + [{"ID": 10_000 + each, "name": f"Topic {each}", "parent": 0} for each in range(count)]


async def known_categories(room: Newsroom) -> KnownCategories:
    feed = await room.feed()
    assert feed.state.api is not None
    return await room.store.blog_categories(feed.id, feed.state.api.url.partition("?")[0])


async def test_a_list_of_many_pages_is_read_whole(room: Newsroom) -> None:
    for number in (4, 5, 6, 7):
        room.blog.heal()
        listed = topics(1200, room)
        if number > 4:
            del listed[1000]
        fail_list(room, long_list(listed))
        pass_a_day(room)
        room.publish(number, "Media")
        room.forget_requests()
        await room.poll()
        assert lists(room) == 13

    told = [text for text in await room.notices() if "no longer has" in text]
    assert [text.partition(",")[0] for text in told] == ["Blog no longer has Topic 992"]


async def test_a_name_that_only_a_late_page_shows_takes_its_followers_along(room: Newsroom) -> None:
    await follow(room.store, BOB, "Topic 1100")
    for number, name in ((4, "Topic 1100"), (5, "Levies")):
        room.blog.heal()
        listed = topics(1200, room)
        listed[-100]["name"] = name
        fail_list(room, long_list(listed))
        pass_a_day(room)
        room.publish(number, "Media")
        await room.poll()

    assert await followed(room, BOB) == {"c:levies"}


async def test_of_a_list_without_end_a_bounded_part_is_read_and_nothing_is_missing(room: Newsroom) -> None:
    for number in (4, 5, 6):
        room.blog.heal()
        listed = topics(2100, room)
        if number > 4:
            del listed[300]
        fail_list(room, long_list(listed))
        pass_a_day(room)
        room.publish(number, "Media")
        room.forget_requests()
        await room.poll()
        assert lists(room) == 5

    known = await known_categories(room)
    assert (len(known.categories), known.missing) == (501, frozenset())
