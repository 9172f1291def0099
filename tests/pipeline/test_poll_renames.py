"""A blog gives its categories other names: whoever follows them goes on getting their posts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.model import Kind, Rename
from bot.ports import CategoryChange
from bot.sample.api import wpcom_posts
from bot.sample.blog import term_id
from tests.contracts.store_samples import follow
from tests.databases import Database
from tests.fakes.blog import body, status
from tests.pipeline.newsroom import ALICE, BOB, Newsroom, open_newsroom, post
from tests.pipeline.renaming import fail_list, followed, following_trade, lists, names, pass_a_day


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    """A newsroom in which alice follows Trade, of which the blog has three posts."""
    async with following_trade(database) as opened:
        yield opened


async def test_the_first_post_under_the_new_name_reaches_those_who_follow_the_old_one(room: Newsroom) -> None:
    room.publish(4, "Media")
    await room.poll()
    room.forget_requests()
    room.blog.blog.rename("Trade", "Tariffs")
    room.publish(14, "Tariffs")
    await room.poll()

    said, alert = await room.alerts()
    assert said == "Blog files under Tariffs now what it filed under Trade.\nYou follow Tariffs now."
    assert alert == "Post 14"
    assert await names(room) == {"Tariffs", "Media"}
    assert await followed(room) == {"c:tariffs"}
    assert lists(room) == 0  # the answer about the posts was enough
    assert [text for text in await room.notices() if "files under other names" in text]
    for number in range(15, 18):
        room.publish(number, "Tariffs")
        await room.poll()
        assert await room.alerts() == [f"Post {number}"]


async def test_nobody_gets_an_old_post_again_and_no_message_is_edited(room: Newsroom) -> None:
    room.publish(4, "Trade")
    await room.poll()
    await follow(room.store, BOB, "Trade")  # after all of these posts
    room.blog.blog.rename("Trade", "Tariffs")
    room.publish(5, "Media")
    await room.poll()

    assert await room.alerts() == [
        "Post 4",
        *[text for to, text in room.sent if to == ALICE and "Blog" in text],
    ]
    assert not [text for _, text in room.sent if text.startswith("edit") or text == "Post 5"]
    assert [text for to, text in room.sent if to == BOB and text.startswith("Post")] == []


async def test_a_crash_between_the_rename_and_the_posts_loses_nothing_and_tells_once(room: Newsroom) -> None:
    room.blog.blog.rename("Trade", "Tariffs")
    room.publish(4, "Tariffs")

    class Crashing:
        def __getattr__(self, name: str) -> Any:
            return getattr(room.store, name)

        async def commit_poll(self, _: Any) -> int:
            raise RuntimeError("killed")

    room.restart(store=Crashing())
    await room.poll()
    assert await followed(room) == {"c:tariffs"}
    room.restart()
    await room.poll()

    told = await room.alerts()
    assert len(told) == 2
    assert told[1] == "Post 4"


async def test_a_rename_that_a_crash_has_left_half_done_is_finished_before_a_post_is_matched(
    room: Newsroom,
) -> None:
    (feed,) = await room.store.feeds()
    change = CategoryChange(feed.id, "api", room.clock.now(), renames=(Rename("Trade", "Tariffs"),))
    await room.store.change_categories(change)
    await room.store.move_on(feed.id)
    room.restart()
    room.blog.blog.rename("Trade", "Tariffs")
    room.publish(4, "Tariffs")
    await room.poll()

    assert await followed(room) == {"c:tariffs"}
    assert sorted(await room.alerts()) == [
        "Blog files under Tariffs now what it filed under Trade.\nYou follow Tariffs now.",
        "Post 4",
    ]


async def test_a_rename_that_a_crash_has_left_is_finished_while_the_blog_is_away(room: Newsroom) -> None:
    (feed,) = await room.store.feeds()
    change = CategoryChange(feed.id, "api", room.clock.now(), renames=(Rename("Trade", "Tariffs"),))
    await room.store.change_categories(change)
    room.blog.fail_always(status(503))
    await room.poll()

    assert await followed(room) == {"c:tariffs"}
    assert not (await room.store.feeds())[0].renaming


async def test_a_known_post_that_the_api_no_longer_lists_does_not_bring_the_old_name_back(
    room: Newsroom,
) -> None:
    room.blog.blog.rename("Trade", "Tariffs")
    room.publish(4, "Tariffs")
    newest = wpcom_posts(room.blog.blog, room.blog.blog.host, {"number": "1"})
    room.blog.fail_always(body(json.dumps(newest).encode(), "application/json"), path="/rest/")
    await room.poll()

    assert await names(room) == {"Tariffs"}
    assert (await room.post(3)).filing.categories == ("Tariffs",)


async def test_a_rename_while_the_api_is_away_is_followed_once_it_is_back(room: Newsroom) -> None:
    room.blog.fail_always(status(503), path="/rest/")
    room.blog.blog.rename("Trade", "Tariffs")
    await room.poll()
    room.blog.heal()
    room.publish(4, "Tariffs")
    await room.poll()

    assert (await room.alerts())[-1] == "Post 4"


async def test_swapped_names_are_told_apart_by_the_list(room: Newsroom) -> None:
    room.publish(4, "Media")
    await room.poll()
    await follow(room.store, BOB, "Media")
    blog = room.blog.blog
    blog.rename("Trade", "Between")
    blog.rename("Media", "Trade")
    blog.rename("Between", "Media")
    room.publish(5, "Media")
    room.forget_requests()
    pass_a_day(room)
    await room.poll()

    assert lists(room) == 1
    assert await followed(room) == {"c:media"}
    assert await followed(room, BOB) == {"c:trade"}
    assert (await room.alerts())[-1] == "Post 5"


@pytest.mark.parametrize("fault", [status(500), status(404), body(b"{", "application/json"), body(b"[]")])
async def test_swapped_names_without_a_list_move_nobody(room: Newsroom, fault: Any) -> None:
    blog = room.blog.blog
    room.publish(4, "Media")
    await room.poll()
    blog.rename("Trade", "Between")
    blog.rename("Media", "Trade")
    blog.rename("Between", "Media")
    fail_list(room, fault)
    room.publish(5, "Media")
    pass_a_day(room)
    await room.poll()
    assert await followed(room) == {"c:trade"}

    room.blog.heal()
    room.publish(6, "Media")
    pass_a_day(room)
    await room.poll()
    assert await followed(room) == {"c:media"}


async def test_a_new_name_that_is_a_tag_is_a_category_of_its_own(room: Newsroom) -> None:
    room.publish(4, "Media", tags=["TikTok"])
    await room.poll()
    await follow(room.store, BOB, "#TikTok")
    room.blog.blog.rename("Trade", "TikTok")
    room.publish(5, "TikTok")
    await room.poll()
    await room.deliver()

    assert await followed(room) == {"c:tiktok"}
    assert await followed(room, BOB) == {"t:tiktok"}
    assert [to for to, text in room.sent if text == "Post 5"] == [ALICE]


async def test_an_api_of_another_blog_renames_nothing(room: Newsroom) -> None:
    whole = {
        "found": 1,
        "posts": [
            {
                "ID": 4,
                "URL": "https://elsewhere.example/4/",
                "guid": "https://elsewhere.example/?p=4",
                "title": "Post 4",
                "categories": {"Spam": {"ID": term_id(Kind.CATEGORY, "Trade"), "name": "Spam", "parent": 0}},
                "tags": {},
            }
        ],
    }
    room.blog.fail_always(body(json.dumps(whole).encode(), "application/json"), path="/rest/")
    room.publish(4, "Trade")
    pass_a_day(room)
    await room.poll()

    assert await followed(room) == {"c:trade"}


async def test_a_blog_that_goes_to_and_fro_is_followed_six_times_a_day(room: Newsroom) -> None:
    pairs = [("Trade", "Tariffs"), ("Tariffs", "Trade")] * 5
    for number, (old, new) in enumerate(pairs, 4):
        room.blog.blog.rename(old, new)
        room.publish(number, new)
        await room.poll()

    assert sum("files under" in text for text in await room.alerts()) == 6


async def test_a_thousand_new_names_at_once_move_nobody_and_are_told_once(database: Database) -> None:
    many = [post(number, *(f"Name {number * 10 + each}" for each in range(10))) for number in range(1, 21)]
    async with open_newsroom(database, many) as room:
        await room.begin("Name 11")
        for number in range(10, 210):
            if f"Name {number}" in room.blog.blog.names(Kind.CATEGORY):
                room.blog.blog.rename(f"Name {number}", f"Other {number}")
        for number in (31, 32):
            room.publish(number, "Media")
            pass_a_day(room)
            await room.poll()

        told = [text for text in await room.notices() if "it is not certain" in text]
        assert await followed(room) == {"c:name11"}
        assert len(told) == 1
        assert len(told[0]) < 1000
