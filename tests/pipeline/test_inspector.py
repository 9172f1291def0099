"""Looking at a URL that a person gave: a feed, a page that announces one, or neither."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.pipeline.fetch.client import Fetcher, FetchSettings
from bot.pipeline.inspector import FeedInspector
from bot.sample.blog import SampleBlog
from tests.contracts.store_samples import T0
from tests.fakes.blog import FaultyBlog, body, cut, drop, html_page, status
from tests.pipeline.newsroom import LOOPBACK, old_posts, post
from tests.sandbox.kept import kept_sandbox


@pytest.fixture
async def blog() -> AsyncIterator[FaultyBlog]:
    posts = [*old_posts(), post(9, "Media", "China-U.S.", tags=["Apps"], at=T0)]
    async with FaultyBlog(SampleBlog(posts)) as running:
        yield running


@pytest.fixture
async def inspector() -> AsyncIterator[FeedInspector]:
    async with Fetcher(LOOPBACK) as fetcher:
        yield FeedInspector(fetcher, kept_sandbox())


async def test_a_feed_is_told_by_its_title_posts_and_categories(
    blog: FaultyBlog, inspector: FeedInspector
) -> None:
    found = await inspector.inspect(blog.feed_url)

    assert (found.url, found.problem) == (blog.feed_url, "")
    assert (found.title, found.posts, found.newest) == ("The Sample Bystander", 4, "Post 9")
    assert found.categories == ("China-U.S.", "Media", "Apps", "Trade")


async def test_of_a_page_the_feed_it_announces_is_looked_at(
    blog: FaultyBlog, inspector: FeedInspector
) -> None:
    found = await inspector.inspect(blog.url)

    assert (found.url, found.posts, found.problem) == (blog.feed_url, 4, "")
    assert blog.seen("/feed/") != []


async def test_the_newest_post_is_the_newest_by_date(blog: FaultyBlog, inspector: FeedInspector) -> None:
    blog.blog.publish(post(20, at=T0 - timedelta(days=99)))
    items = b"".join(
        f"<item><title>Post {n}</title><pubDate>Mon, {n:02} Mar 2026 00:00:00 GMT</pubDate></item>".encode()
        for n in (2, 16, 9)
    )
    blog.serve(
        "/oldest-first/", b"<rss version='2.0'><channel><title>x</title>" + items + b"</channel></rss>"
    )

    assert (await inspector.inspect(f"{blog.url}/oldest-first/")).newest == "Post 16"


FAULTS = {
    "answered 500": status(500),
    "answered 404": status(404),
    "answered 304": status(304),
    "closed the connection": drop(),
    "incomplete": cut(),
    "No feed can be read there": html_page(),
    "the answer is empty": body(b""),
    "larger than": body(b" " * 2_000_001),
}


@pytest.mark.parametrize("words", FAULTS)
async def test_what_is_wrong_is_said_and_never_raised(
    blog: FaultyBlog, inspector: FeedInspector, words: str
) -> None:
    blog.fail_always(FAULTS[words])
    found = await inspector.inspect(blog.feed_url)

    assert words in found.problem
    assert (found.url, found.posts) == (blog.feed_url, 0)


async def test_an_announced_feed_that_is_broken_is_a_problem_of_that_feed(
    blog: FaultyBlog, inspector: FeedInspector
) -> None:
    blog.fail_always(status(500), path="/feed/")
    found = await inspector.inspect(blog.url)

    assert found.url == blog.feed_url
    assert found.problem.startswith("The server answered 500;")


async def test_a_page_that_announces_itself_is_looked_at_once(
    blog: FaultyBlog, inspector: FeedInspector
) -> None:
    page = '<link rel="alternate" type="application/rss+xml" href="/loop/"><p>Loop'
    blog.fail_always(html_page(page), path="/loop/")
    found = await inspector.inspect(f"{blog.url}/loop/")

    assert "No feed can be read there" in found.problem
    assert len(blog.seen("/loop/")) == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "words",
        "http://",
        "https://[",
        "file:///etc/passwd",
        "gopher://blog.example/",
        "javascript://%0aalert(1)",
        "http://user:pass@127.0.0.1/",
        "http://blog.example:99999/",
        "\0://\ud800",
        "http://" + "x" * 5000,
    ],
)
async def test_an_address_that_is_none_is_a_problem(inspector: FeedInspector, url: str) -> None:
    assert (await inspector.inspect(url)).problem


@pytest.mark.parametrize(
    "where", ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/"]
)
async def test_private_networks_are_never_reached(blog: FaultyBlog, where: str) -> None:
    port = blog.url.rpartition(":")[2]
    async with Fetcher(FetchSettings()) as fetcher:
        found = await FeedInspector(fetcher, kept_sandbox()).inspect(where.format(port=port))

    assert found.problem
    assert blog.requests == []


async def test_a_page_cannot_lead_into_a_private_network(blog: FaultyBlog, inspector: FeedInspector) -> None:
    page = '<link rel="alternate" type="application/rss+xml" href="http://10.0.0.1/feed/"><p>x'
    blog.fail_always(html_page(page), path="/trap/")
    found = await inspector.inspect(f"{blog.url}/trap/")

    assert found.url == "http://10.0.0.1/feed/"
    assert found.problem
