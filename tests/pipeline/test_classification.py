"""What posts are filed under, by the best evidence that can be had, and what that costs the blog."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial
from typing import Protocol

import pytest

from bot.model import EvidenceRank
from bot.pipeline.classification import EVIDENCE
from tests.contracts.store_samples import T0
from tests.databases import Database
from tests.fakes.blog import Fault, body, drop, status
from tests.pipeline.newsroom import (
    API,
    PAGES,
    SELF_HOSTED,
    Newsroom,
    api_used,
    old_posts,
    open_newsroom,
    post,
)

EARLIER = T0 - timedelta(days=3)

WP_JSON = "/wp-json/"


class Open(Protocol):
    def __call__(self, *, generator: str = "", **parts: bool) -> AbstractAsyncContextManager[Newsroom]: ...


@pytest.fixture
def newsroom(database: Database) -> Open:
    return partial(open_newsroom, database, None)


@pytest.fixture
async def room(newsroom: Open) -> AsyncIterator[Newsroom]:
    """A newsroom whose blog has an API, which the first poll has found."""
    async with newsroom() as opened:
        await opened.begin("Media")
        opened.forget_requests()
        yield opened


async def rank(room: Newsroom, number: int) -> EvidenceRank:
    return (await room.post(number)).filing.rank


# --- the API ------------------------------------------------------------------------------------------------


async def test_a_tag_of_the_same_name_never_fires(room: Newsroom) -> None:
    room.publish(4, "Trade", tags=["Media"])
    room.publish(5, "Media", tags=["Trade"])
    await room.poll()
    filing = (await room.post(4)).filing

    assert await room.alerts() == ["Post 5"]
    assert (filing.categories, filing.tags, filing.rank) == (("Trade",), ("Media",), EvidenceRank.API)
    assert filing.evidence == "The blog's API lists it under Trade."


async def test_an_api_is_asked_once_a_poll_that_found_something_new(room: Newsroom) -> None:
    for number in (4, 5, 6):
        room.publish(number)
    for _ in range(3):
        await room.poll()

    assert (room.asked(API), room.asked(PAGES), room.asked(WP_JSON)) == (1, 0, 0)
    assert (room.asked("/feed/"), room.listed()) == (3, 1), "the list is asked for once a day"


async def test_the_whole_baseline_costs_one_request(newsroom: Open) -> None:
    async with newsroom() as room:
        await room.begin()

        assert (room.asked(API), room.asked(PAGES), room.asked("/feed/")) == (1, 0, 1)
        assert {each.filing.rank for each in (await room.posts()).values()} == {EvidenceRank.API}


async def test_a_post_that_the_api_does_not_list_yet_is_looked_up_on_its_page(room: Newsroom) -> None:
    room.publish(4, "Trade", tags=["Media"])
    room.blog.fail_next(body(api_of(3), "application/json"), path=API)
    await room.poll()

    assert await rank(room, 4) is EvidenceRank.PAGE
    assert (room.asked(API), room.asked(PAGES)) == (1, 1)


@pytest.mark.parametrize("generator", ["http://wordpress.com/", SELF_HOSTED])
async def test_the_api_of_core_is_found_at_the_blogs_own_address(newsroom: Open, generator: str) -> None:
    async with newsroom(api=False, wp_json=True, generator=generator) as room:
        await room.begin("Media")
        assert (await api_used(room)).startswith(f"wpjson {room.blog.url}/wp-json/")
        room.forget_requests()
        room.publish(4, "Trade", tags=["Media"])
        room.publish(5, "Media")
        await room.poll()

        assert await room.alerts() == ["Post 5"]
        assert await rank(room, 4) is EvidenceRank.API
        assert (room.asked(WP_JSON), room.asked(API), room.asked(PAGES)) == (1, 0, 0)


@pytest.mark.parametrize("below", ["", "/rest/v1.1", "/rest/v1.1/", "/rest/v1.1/sites/127.0.0.1"])
async def test_an_operator_may_name_the_base_of_an_api(newsroom: Open, below: str) -> None:
    async with newsroom(generator="Hidden") as room:
        await room.begin(api_base=room.blog.url + below)

        assert await rank(room, 1) is EvidenceRank.API
        assert (await api_used(room)).startswith(f"wpcom {room.blog.api_base}/sites/127.0.0.1/posts/")


async def test_an_operator_may_name_the_base_of_cores_api(newsroom: Open) -> None:
    async with newsroom(api=False, wp_json=True, generator="Hidden") as room:
        await room.begin(api_base=f"{room.blog.url}/wp-json/wp/v2")

        assert await rank(room, 1) is EvidenceRank.API


async def test_where_an_operator_wants_no_api_none_is_asked(newsroom: Open) -> None:
    async with newsroom(wp_json=True) as room:
        await room.begin(api_base="off")

        assert (room.asked(API), room.asked(WP_JSON), room.asked("/?rest_route")) == (0, 0, 0)
        assert await rank(room, 1) is EvidenceRank.PAGE


# --- the pages ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["classic", "block"])
async def test_without_an_api_each_new_post_costs_one_request(newsroom: Open, theme: str) -> None:
    async with newsroom(api=False) as room:
        room.blog.blog.theme = theme
        await room.begin("Media")
        assert room.asked(PAGES) == 3
        room.forget_requests()
        room.publish(4, "Trade", tags=["Media"])
        room.publish(5, "Media", tags=["Trade"])
        for _ in range(3):
            await room.poll()

        assert await room.alerts() == ["Post 5"]
        assert await rank(room, 4) is EvidenceRank.PAGE
        assert sorted(request.path[-8:] for request in room.blog.seen(PAGES)) == ["/post-4/", "/post-5/"]
        assert (room.asked(API), room.asked(WP_JSON), room.asked("/?rest_route")) == (0, 0, 0)


async def test_an_api_that_is_not_there_is_looked_for_again_after_a_day(newsroom: Open) -> None:
    async with newsroom(api=False) as room:
        await room.begin()
        room.forget_requests()
        room.blog.parts.api = True
        room.publish(4)
        await room.poll()
        assert room.asked(API) == 0
        room.clock.forward(EVIDENCE.retry_api.total_seconds())
        room.publish(5)
        await room.poll()

        assert room.asked(API) == 1
        assert (await rank(room, 4), await rank(room, 5)) == (EvidenceRank.PAGE, EvidenceRank.API)


async def test_an_api_that_has_moved_is_found_after_a_day(room: Newsroom) -> None:
    room.blog.parts.api, room.blog.parts.wp_json = False, True
    room.publish(4)
    await room.poll()
    assert await rank(room, 4) is EvidenceRank.PAGE
    room.clock.forward(EVIDENCE.retry_api.total_seconds())
    room.publish(5)
    await room.poll()

    assert await rank(room, 5) is EvidenceRank.API
    assert (await api_used(room)).startswith("wpjson ")


async def test_no_more_pages_are_asked_for_than_is_polite(newsroom: Open) -> None:
    async with newsroom(api=False) as room:
        await room.begin(every=0.01)
        room.forget_requests()
        for number in range(4, 34):
            room.clock.forward(60)
            room.publish(number)
        await room.poll()

        assert room.asked(PAGES) == EVIDENCE.most_pages
        assert await rank(room, 33) is EvidenceRank.PAGE  # the newest come first
        assert len(await room.posts()) == 33


@pytest.mark.parametrize("fault", [drop(), status(503), status(429)])
async def test_when_a_page_cannot_be_reached_the_others_are_left_alone(newsroom: Open, fault: Fault) -> None:
    async with newsroom(api=False) as room:
        await room.begin("Media")
        room.forget_requests()
        room.blog.fail_always(fault, path=PAGES)
        for number in range(4, 10):
            room.publish(number, "Media", tags=["Apps"])
        await room.poll()

        assert 1 <= room.asked(PAGES) <= 4  # two at once, each perhaps once more on a broken connection
        assert await rank(room, 4) is EvidenceRank.ORDER


# --- whose post it is ---------------------------------------------------------------------------------------


def api_of(*numbers: int, title: str = "Post {}", site: str = "https://elsewhere.example") -> bytes:
    """Return an answer of the API of a blog that has another address than its feed."""
    return json.dumps(
        {
            "posts": [
                {
                    "ID": number,
                    "URL": f"{site}/other/{number}/",
                    "guid": f"{site}/?p={number}",
                    "title": title.format(number),
                    "categories": {"Media": {"name": "Media"}},
                    "tags": {"Trade": {"name": "Trade"}},
                }
                for number in numbers
            ]
        }
    ).encode()


@pytest.mark.parametrize(
    ("named", "title", "joined"),
    [
        (False, "Post {}", True),
        (False, "POST&#160;{}", True),
        (False, "Another {}", False),
        (True, "Another {}", True),
    ],
)
async def test_an_api_under_another_address_is_joined_by_number(
    newsroom: Open,
    named: bool,  # noqa: FBT001 -- a case
    title: str,
    joined: bool,  # noqa: FBT001 -- a case
) -> None:
    async with newsroom(pages=False) as room:
        room.blog.fail_always(body(api_of(1, 2, 3, 4, title=title), "application/json"), path=API)
        await room.begin("Media", api_base=room.blog.api_base if named else "auto")
        room.publish(4, "Media", tags=["Trade"])
        await room.poll()

        assert await room.alerts() == (["Post 4"] if joined else [])
        assert (await rank(room, 4) is EvidenceRank.API) is joined


async def test_old_posts_of_another_home_are_not_mistaken_for_new_ones(newsroom: Open) -> None:
    async with newsroom() as room:
        room.blog.blog.guid_site = "http://old-home.example"
        await room.begin()

        assert {number: each.filing.categories for number, each in (await room.posts()).items()} == {
            each.number: each.categories for each in old_posts()
        }


async def test_a_blog_without_tags_is_filed_by_what_its_posts_taught(database: Database) -> None:
    old = [post(number, name, at=EARLIER) for number, name in enumerate(("Arts", "Media"), 1)]
    async with open_newsroom(database, old, api=False, pages=False) as room:
        await room.begin("Media")
        room.publish(4, "Arts", "Media")
        await room.poll()

        assert await room.alerts() == ["Post 4"]
        assert (await room.post(4)).filing.evidence.startswith("No post of this blog ever showed a tag")


async def test_a_blog_that_showed_one_tag_is_doubted_where_it_shows_no_break(database: Database) -> None:
    old = [post(1, "Arts", at=EARLIER), post(2, "Media", tags=["Boats"], at=EARLIER)]
    async with open_newsroom(database, old, api=False, pages=False) as room:
        await room.begin("Media")
        room.publish(4, "Arts", tags=["Media"])
        await room.poll()

        assert await room.alerts() == []
        assert (await room.post(4)).filing.categories == ("Arts",)
