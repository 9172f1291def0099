"""Reading a blog's older posts into the archive, silently."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Protocol

import pytest

from bot.model import EvidenceRank
from bot.pipeline.backfill import Backfiller
from tests.contracts.store_samples import follow
from tests.databases import Database
from tests.fakes.blog import body, html_page, status
from tests.pipeline.newsroom import ALICE, API, SELF_HOSTED, Newsroom, old_posts, open_newsroom
from tests.pipeline.parse.test_window import XML, item, rss

QUICK = 0.01  # seconds: the pause between pages is no longer than the interval
COUNT = 123  # posts of the blog: two pages of an API, thirteen of a feed


class Open(Protocol):
    def __call__(self, *, generator: str = "", **parts: bool) -> AbstractAsyncContextManager[Newsroom]: ...


@pytest.fixture
def newsroom(database: Database) -> Open:
    return partial(open_newsroom, database, old_posts(COUNT))


@pytest.fixture
async def room(newsroom: Open) -> AsyncIterator[Newsroom]:
    async with newsroom() as opened:
        await opened.begin(every=QUICK)
        opened.forget_requests()
        yield opened


async def backfill(room: Newsroom, pages: int = 99) -> list[tuple[int, int, int]]:
    """Read pages back; return number, posts and new ones of each."""
    archivist = Backfiller(room.store, room.fetcher, room.sandbox)
    feed = await room.feed()
    return [
        (page.number, page.posts, page.stored) async for page in archivist.read(feed, pages, room.clock.now())
    ]


async def test_an_api_is_read_a_hundred_posts_a_page(room: Newsroom) -> None:
    assert await backfill(room) == [(1, 100, 90), (2, 23, 23)]
    assert sorted(await room.posts()) == list(range(1, COUNT + 1))
    assert (room.asked(API), room.listed(), room.asked("/feed/")) == (3, 1, 0)
    assert await room.alerts() == []


async def test_where_there_is_no_api_the_pages_of_the_feed_are_read(newsroom: Open) -> None:
    async with newsroom(api=False, pages=False) as room:
        await room.begin(every=QUICK)
        room.forget_requests()
        pages = await backfill(room)

        assert pages == [(1, 10, 0), *((number, 10, 10) for number in range(2, 13)), (13, 3, 3)]
        assert sorted(await room.posts()) == list(range(1, COUNT + 1))
        assert room.asked("/feed/") == 14
        assert await room.alerts() == []


async def test_a_server_that_ignores_the_page_is_asked_twice(newsroom: Open) -> None:
    document = body(rss(item(2, "Two"), item(1, "One")), XML)
    async with newsroom(api=False, pages=False) as room:
        await room.begin(every=QUICK)
        room.forget_requests()
        room.blog.fail_next(*[document] * 9)

        assert [number for number, _, _ in await backfill(room)] == [1]
        assert room.asked("/feed/") == 2


async def test_only_so_many_pages_are_read_as_were_asked_for(room: Newsroom) -> None:
    assert await backfill(room, 1) == [(1, 100, 90)]
    assert (room.asked(API), room.listed()) == (1, 1)


async def test_reading_again_stores_nothing_and_changes_nothing(room: Newsroom) -> None:
    await backfill(room)
    room.blog.blog.edit(50, title="Post 50 corrected")
    before = await room.posts()

    assert await backfill(room) == [(1, 100, 0), (2, 23, 0)]
    assert await room.posts() == before


async def test_it_can_be_found_and_knows_its_categories(room: Newsroom) -> None:
    room.blog.blog.edit(7, categories=("Media",), tags=("Trade",), title="Post 7 on soybeans")
    await backfill(room)
    (found,) = (await room.store.find("soybeans", 5)).posts

    assert (found.filing.categories, found.filing.tags) == (("Media",), ("Trade",))
    assert found.filing.rank is EvidenceRank.API
    assert found.summary == "The text of post 7 is short."


@pytest.mark.parametrize(("api", "generator"), [(True, ""), (False, SELF_HOSTED), (False, "")])
async def test_a_post_read_back_is_the_same_post_when_the_feed_shows_it_again(
    newsroom: Open,
    api: bool,  # noqa: FBT001 -- a case
    generator: str,
) -> None:
    async with newsroom(api=api, wp_json=bool(generator), generator=generator) as room:
        room.blog.blog.guid_site = room.blog.url  # http in the feed; the API says https
        await room.begin(every=QUICK)
        await backfill(room)
        for number in range(100, COUNT + 1):
            room.blog.blog.delete(number)
        room.blog.blog.edit(1)
        room.publish(200)
        await room.poll()

        assert await room.alerts() == ["Post 200"]
        assert sorted(await room.posts()) == [*range(1, COUNT + 1), 200]
        assert await room.notices() == []


async def test_polling_is_left_as_it_was(room: Newsroom) -> None:
    before = await room.feed()
    await backfill(room)

    assert await room.feed() == before


async def test_what_was_read_before_the_first_poll_is_known_to_it(newsroom: Open) -> None:
    async with newsroom() as room:
        await room.watch(api_base=room.blog.api_base, every=QUICK)
        await backfill(room)
        await follow(room.store, ALICE, "*")
        await room.poll()
        room.publish(200)
        await room.poll()

        assert await room.alerts() == ["Post 200"]


@pytest.mark.parametrize("fault", [status(503), html_page()])
async def test_what_was_read_before_a_failure_is_kept(room: Newsroom, fault: object) -> None:
    archivist = Backfiller(room.store, room.fetcher, room.sandbox)
    read = []
    async for page in archivist.read(await room.feed(), 99, room.clock.now()):
        read.append(page.stored)
        room.blog.fail_always(fault, path=API)  # type: ignore[arg-type]  # a fault

    assert read == [90]
    assert len(await room.posts()) == 100


async def test_where_nothing_answers_nothing_is_read(room: Newsroom) -> None:
    room.blog.fail_always(status(500), path="/")

    assert await backfill(room) == []
