from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import feedparser
import pytest

from bot.sample.blog import SampleBlog, load_posts
from bot.sample.feeds import rss
from tests.fakes.blog import (
    FaultyBlog,
    Hang,
    body,
    cut,
    drop,
    feed_items,
    html_page,
    redirect,
    rewrite_links,
    status,
    with_items,
)
from tests.sample.conftest import Get

REAL_FEED = Path(__file__).parents[3] / "shared" / "feeds" / "china-bystander.xml"


@pytest.fixture
async def blog() -> AsyncIterator[FaultyBlog]:
    async with FaultyBlog() as running:
        yield running


async def test_queued_faults_are_met_one_by_one_and_then_all_is_well(
    blog: FaultyBlog, client: aiohttp.ClientSession
) -> None:
    blog.fail_next(status(500), status(429, retry_after="120"), redirect("/elsewhere/", code=302))
    seen = []
    for _ in range(4):
        async with client.get(blog.feed_url, allow_redirects=False) as answer:
            told = answer.headers.get("Retry-After") or answer.headers.get("Location")
            seen.append((answer.status, told))

    assert seen == [(500, None), (429, "120"), (302, "/elsewhere/"), (200, None)]
    assert blog.pending == 0
    assert len(blog.seen("/feed/")) == 4


async def test_a_fault_is_met_under_its_path_only(blog: FaultyBlog, get: Get) -> None:
    blog.fail_next(status(503), path="/feed/?paged=2")

    assert (await get(blog.feed_url))[0] == 200
    assert blog.pending == 1
    assert (await get(blog.feed_url + "?paged=2"))[0] == 503


async def test_a_standing_fault_lasts_until_it_is_healed(blog: FaultyBlog, get: Get) -> None:
    blog.fail_always(status(410))

    assert [(await get(blog.feed_url))[0] for _ in range(3)] == [410] * 3
    blog.heal()
    assert (await get(blog.feed_url))[0] == 200


async def test_other_bodies_come_as_given(blog: FaultyBlog, client: aiohttp.ClientSession) -> None:
    blog.fail_next(html_page(), body(b"<rss"))
    async with client.get(blog.feed_url) as page, client.get(blog.feed_url) as broken:
        assert (page.status, page.content_type) == (200, "text/html")
        assert await broken.read() == b"<rss"


async def test_a_dropped_connection_gives_no_answer(blog: FaultyBlog, get: Get) -> None:
    blog.fail_always(drop())

    with pytest.raises(aiohttp.ClientConnectionError):
        await get(blog.feed_url)


async def test_a_cut_body_is_noticed(blog: FaultyBlog, client: aiohttp.ClientSession) -> None:
    blog.fail_next(cut())
    async with client.get(blog.feed_url) as answer:
        assert answer.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


async def test_a_hanging_answer_waits_to_be_released(blog: FaultyBlog, get: Get) -> None:
    hang = Hang()
    blog.fail_next(hang)
    request = asyncio.ensure_future(get(blog.feed_url))
    await hang.arrived.wait()

    assert not request.done()
    hang.release()
    assert (await request)[0] == 200


async def test_closing_the_blog_ends_a_hanging_answer(get: Get) -> None:
    hang = Hang()
    async with FaultyBlog() as blog:
        blog.fail_next(hang)
        request = asyncio.ensure_future(get(blog.feed_url))
        await hang.arrived.wait()

    assert (await request)[0] == 200


async def test_a_blog_comes_back_at_its_old_address(get: Get) -> None:
    async with FaultyBlog() as first:
        port = int(first.url.rpartition(":")[2])
    async with FaultyBlog(first.blog, port=port) as second:
        assert second.url == first.url
        assert (await get(second.feed_url))[0] == 200


async def test_a_served_document_has_validators_that_move_with_it(
    blog: FaultyBlog, client: aiohttp.ClientSession
) -> None:
    blog.serve("/feed/", b"<rss>one</rss>")
    async with client.get(blog.feed_url) as answer:
        assert await answer.read() == b"<rss>one</rss>"
        sent = {
            "If-None-Match": answer.headers["ETag"],
            "If-Modified-Since": answer.headers["Last-Modified"],
        }
    async with client.get(blog.feed_url, headers=sent) as answer:
        assert answer.status == 304
    blog.serve("/feed/", b"<rss>two</rss>")
    async with client.get(blog.feed_url, headers=sent) as answer:
        assert (answer.status, await answer.read()) == (200, b"<rss>two</rss>")


async def test_a_served_document_can_be_cut_too(blog: FaultyBlog, client: aiohttp.ClientSession) -> None:
    blog.serve("/feed/", b"<rss>one</rss>")
    blog.fail_next(cut())

    async with client.get(blog.feed_url) as answer:
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


def numbers(xml: bytes) -> list[str]:
    feed = feedparser.parse(io.BytesIO(xml))
    assert not feed.bozo
    return [entry.id.rpartition("=")[2] for entry in feed.entries]


def test_a_feed_is_cut_down_to_some_of_its_items() -> None:
    blog = SampleBlog(load_posts(), site="https://blog.example")
    whole = rss(blog, blog.posts)

    assert len(feed_items(whole)) == 12
    assert numbers(with_items(whole, range(12))) == numbers(whole)
    assert numbers(with_items(whole, [0, 11])) == ["1156", "1012"]
    assert numbers(with_items(whole, [])) == []


def test_links_are_moved_to_another_address() -> None:
    blog = SampleBlog(load_posts(), site="https://blog.example", guid_site="http://blog.example")
    moved = rewrite_links(rss(blog, blog.posts), "http://127.0.0.1:8080")

    assert b"blog.example" not in moved
    assert moved == rss(SampleBlog(load_posts(), site="http://127.0.0.1:8080"), blog.posts)


@pytest.mark.shared
@pytest.mark.skipif(not REAL_FEED.exists(), reason="the shared feeds are absent")
def test_the_real_feed_can_be_cut_and_moved() -> None:
    real = rewrite_links(REAL_FEED.read_bytes(), "http://127.0.0.1:8080")

    assert len(feed_items(real)) == 8
    assert numbers(with_items(real, range(1, 8))) == numbers(real)[1:]
    assert b"https://chinabystander.wordpress.com" not in real
