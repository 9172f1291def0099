"""Older pages are read when posts may have dropped out of a window, until nothing can be missing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.pipeline.older_pages import GAP, page_url
from bot.sample.feeds import rss
from tests.databases import Database
from tests.fakes.blog import cut, drop, html_page, status
from tests.pipeline.newsroom import Newsroom, old_posts, open_newsroom, post

QUICK = 0.01  # seconds: the pause between pages is no longer than the interval


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    async with open_newsroom(database) as opened:
        await opened.begin(every=QUICK)
        opened.forget_requests()
        yield opened


def publish(room: Newsroom, count: int) -> list[str]:
    """Publish posts 4, 5, ... a minute apart; return their titles, oldest first."""
    numbers = range(4, 4 + count)
    for number in numbers:
        room.clock.forward(60)
        room.publish(number)
    return [f"Post {number}" for number in numbers]


async def alerted(room: Newsroom) -> list[str]:
    """Return the titles that were announced, those of one message oldest first."""
    return [title for text in await room.alerts() for title in reversed(text.split(", "))]


@pytest.mark.parametrize(
    ("count", "pages"), [(9, []), (10, [2]), (13, [2]), (20, [2, 3]), (25, [2, 3]), (40, [2, 3, 4, 5])]
)
async def test_pages_are_read_until_a_known_post_is_met(room: Newsroom, count: int, pages: list[int]) -> None:
    titles = publish(room, count)
    await room.poll()

    assert await alerted(room) == titles
    assert [request.path for request in room.blog.seen("/feed/?")] == [
        f"/feed/?paged={page}" for page in pages
    ]
    assert await room.notices() == []


async def test_posts_behind_a_window_whose_known_post_was_dated_anew_are_read_too(room: Newsroom) -> None:
    titles = publish(room, 12)
    room.blog.blog.edit(2, published=room.clock.now())
    await room.poll()

    assert await alerted(room) == titles
    assert room.asked("/feed/?paged=2") == 1
    assert room.asked("/feed/?paged=3") == 0
    assert await room.notices() == []


async def test_a_known_post_dated_anew_onto_an_older_page_does_not_end_the_reading(room: Newsroom) -> None:
    titles = publish(room, 22)
    room.blog.blog.edit(2, published=room.clock.now() - timedelta(seconds=13 * 60 + 30))
    room.blog.blog.edit(3, published=room.clock.now())
    await room.poll()

    assert await alerted(room) == titles
    assert room.asked("/feed/?paged=3") == 1
    assert await room.notices() == []


async def test_a_busy_blog_is_asked_for_no_pages_while_its_window_reaches_back(room: Newsroom) -> None:
    for first in range(4, 40, 7):
        for number in range(first, first + 7):
            room.publish(number)
        room.blog.blog.edit(first - 1, published=room.clock.now())
        await room.poll()

    assert len(await alerted(room)) == 42
    assert room.asked("/feed/?") == 0


async def test_deleted_posts_do_not_make_a_blog_be_asked_for_pages(database: Database) -> None:
    async with open_newsroom(database, old_posts(30)) as room:
        await room.begin(every=QUICK)  # knows 21 to 30
        room.forget_requests()
        for number in range(23, 31):
            room.blog.blog.delete(number)
        room.publish(31)
        await room.poll()

        assert await alerted(room) == ["Post 31"]
        assert room.asked("/feed/?") == 0


async def test_what_lies_behind_a_post_dated_anew_and_beyond_the_pages_is_told(room: Newsroom) -> None:
    titles = publish(room, 60)
    room.blog.blog.edit(1, published=room.clock.now())
    await room.poll()
    await room.poll()

    assert await alerted(room) == titles[11:]
    assert len(await room.notices()) == 1


async def test_a_long_outage_ends_in_one_message(room: Newsroom) -> None:
    titles = publish(room, 17)
    room.blog.fail_next(*[status(500)] * 5)
    for _ in range(6):
        await room.poll()

    assert await room.alerts() == [", ".join(reversed(titles))]


async def test_the_blogs_first_page_closes_the_gap_too(room: Newsroom) -> None:
    titles = publish(room, 12)
    for number in (1, 2, 3):
        room.blog.blog.delete(number)
    await room.poll()

    assert await alerted(room) == titles
    assert room.asked("/feed/?paged=3") == 1  # past the end: 404
    assert await room.notices() == []


@pytest.mark.parametrize("fault", [status(503), cut(), html_page()])
async def test_a_page_that_cannot_be_read_fails_the_poll_so_that_no_post_is_skipped(
    room: Newsroom, fault: object
) -> None:
    titles = publish(room, 25)
    before = (await room.feed()).state
    room.blog.fail_next(fault, path="/feed/?paged=3")  # type: ignore[arg-type]  # a fault
    await room.poll()
    assert await alerted(room) == []
    assert (await room.feed()).state.failures == 1
    assert (await room.feed()).state.etag == before.etag
    await room.poll()

    assert await alerted(room) == titles


async def test_pages_that_never_can_be_read_do_not_stop_the_feed_and_an_admin_is_told(room: Newsroom) -> None:
    titles = publish(room, 25)
    room.blog.fail_always(drop(), path="/feed/?paged=3")
    for _ in range(GAP.tries):
        await room.poll()
    assert await alerted(room) == []
    await room.poll()

    assert await alerted(room) == titles[5:]
    assert [text for text in await room.notices() if "published more" in text] != []
    assert (await room.feed()).state.failures == 0


async def test_a_gap_beyond_the_pages_that_are_read_is_told(room: Newsroom) -> None:
    titles = publish(room, 60)
    await room.poll()
    await room.poll()

    assert await alerted(room) == titles[10:]
    (told,) = await room.notices()
    assert told.startswith("Blog published more while it could not be read")
    assert "bystander backfill" in told


async def test_the_first_poll_reads_no_pages(database: Database) -> None:
    async with open_newsroom(database, old_posts(30)) as room:
        await room.begin(every=QUICK)

        assert room.asked("/feed/?") == 0
        assert len(await room.posts()) == 10


async def test_a_feed_that_is_no_wordpress_feed_has_no_pages(database: Database) -> None:
    async with open_newsroom(database, generator="Hugo 0.1") as room:
        room.blog.blog.guid_site = "urn:x"
        await room.begin(every=QUICK)
        titles = publish(room, 15)
        await room.poll()

        assert await alerted(room) == titles[5:]
        assert room.asked("/feed/?") == 0
        assert len(await room.notices()) == 1


async def test_a_feed_whose_window_is_always_too_short_is_not_complained_of_at_every_poll(
    database: Database,
) -> None:
    async with open_newsroom(database, generator="Hugo 0.1") as room:
        room.blog.blog.guid_site = "urn:x"
        await room.begin()
        for first in (4, 20, 36):
            for number in range(first, first + 12):
                room.publish(number)
            await room.poll()

        assert len(await alerted(room)) == 30
        assert await room.notices() == []


async def test_posts_on_older_pages_from_before_the_bot_stay_silent(database: Database) -> None:
    posts = [post(number, at=post(1).published - timedelta(days=40 - number)) for number in range(1, 31)]
    async with open_newsroom(database, posts) as room:
        await room.begin(every=QUICK)  # knows 21 to 30
        for number in range(21, 31):
            room.blog.blog.delete(number)
        at = room.clock.now()
        room.blog.blog.publish(post(31, at=at))
        await room.poll()

        assert await alerted(room) == ["Post 31"]


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://blog.example/feed/", "https://blog.example/feed/?paged=2"),
        ("https://blog.example/?feed=rss2", "https://blog.example/?feed=rss2&paged=2"),
        ("https://blog.example/?feed", "https://blog.example/?feed=&paged=2"),
        ("https://blog.example/feed/?paged=7&cat=3", "https://blog.example/feed/?cat=3&paged=2"),
        ("https://blog.example/category/a%20b/feed/", "https://blog.example/category/a%20b/feed/?paged=2"),
    ],
)
def test_the_address_of_a_page(url: str, page: str) -> None:
    assert page_url(url, 2) == page


async def test_a_server_that_takes_no_notice_of_pages_leaves_a_gap_that_admins_are_told_of(
    room: Newsroom,
) -> None:
    publish(room, 25)
    room.blog.serve(
        "/feed/?paged=2", rss(room.blog.blog, room.blog.blog.posts[:10], path="/feed/", heading="")
    )
    await room.poll()

    assert len(await room.notices()) == 1
