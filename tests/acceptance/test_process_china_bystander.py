"""The blog the bot was made for: its feed as WordPress.com prints it, its page, its API."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from html import unescape
from typing import Any

import pytest

from bot.sample.blog import SampleBlog
from tests.acceptance.process import SHARED, Home
from tests.fakes.blog import FaultyBlog, body, feed_items, rewrite_links, with_items

_FEED = SHARED / "feeds" / "china-bystander.xml"
_PAGE = SHARED / "feeds" / "china-bystander-tag-page.html"
_ADDRESS = "https://chinabystander.wordpress.com"
_FILED = re.compile(r'rel="(category tag|tag)">([^<]+)</a>')
NEWEST = "US Further Closes The Door To Chinese Tech Companies"
TAGGED = "ByteDance IPO Reportedly Moves Ahead"  # tagged Hong Kong, filed elsewhere
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not _FEED.exists(), reason="the shared feeds are absent"),
]


@pytest.fixture
async def blog() -> AsyncIterator[FaultyBlog]:
    """Nothing but what a test serves."""
    async with FaultyBlog(SampleBlog(), api=False, pages=False) as running:
        yield running


def serve_feed(blog: FaultyBlog, first: int) -> None:
    """Print the feed without its newest `first` posts, its links on loopback."""
    whole = rewrite_links(_FEED.read_bytes(), blog.url)
    blog.serve("/feed/", with_items(whole, range(first, len(feed_items(whole)))))


def serve_pages(blog: FaultyBlog) -> None:
    """Answer each post's own link with the page that shows all posts."""
    page = _PAGE.read_text("utf-8").replace(_ADDRESS, blog.url).encode()
    blog.fail_always(body(page, "text/html; charset=UTF-8"), path="/20")


def serve_api(blog: FaultyBlog) -> None:
    """Answer as WordPress.com's API does; what is filed under what is taken from the page."""
    pieces = _PAGE.read_text("utf-8").split('<div id="post-')[1:]
    posts = [api_post(blog, int(piece.partition('"')[0]), piece) for piece in pieces]
    answer = json.dumps({"found": len(posts), "posts": posts}).encode()
    blog.fail_always(body(answer, "application/json"), path="/rest/v1.1/sites/")


def api_post(blog: FaultyBlog, number: int, piece: str) -> dict[str, Any]:
    [link] = re.findall(r'<a href="([^"]+)" rel="bookmark">', piece)
    [title] = re.findall(r'rel="bookmark">(.+?)</a>', piece)
    terms = [(kind, unescape(name)) for kind, name in _FILED.findall(piece)]
    named: Callable[[str], dict[str, Any]] = lambda wanted: {  # noqa: E731 -- used twice, here
        name: {"name": name, "slug": name.lower()} for kind, name in terms if kind == wanted
    }
    return {
        "ID": number,
        "URL": link.replace(_ADDRESS, blog.url),
        "guid": f"https://chinabystander.wordpress.com/?p={number}",
        "date": "2022-11-26T23:41:07+00:00",
        "modified": "2022-11-27T01:10:22+00:00",
        "title": title,
        "categories": named("category tag"),
        "tags": named("tag"),
    }


@pytest.mark.parametrize(
    ("sources", "evidence"),
    [
        pytest.param([], "Evidence: likely, from the order of the names in the feed.", id="feed"),
        pytest.param([serve_pages], "Evidence: certain, from the post's own page.", id="page"),
        pytest.param([serve_pages, serve_api], "Evidence: certain, from the blog's own API.", id="api"),
    ],
)
async def test_the_newest_post_reaches_those_who_follow_its_category_alone(
    home: Home, blog: FaultyBlog, sources: list[Callable[[FaultyBlog], None]], evidence: str
) -> None:
    for source in sources:
        source(blog)
    serve_feed(blog, first=1)
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow("trader Trade new:yes", "islander Hong Kong new:yes", "everybody all")
        serve_feed(blog, first=0)
        await bot.alerted(2)
        await bot.polls(blog)

        assert bot.titles("trader") == bot.titles("everybody") == [NEWEST]
        assert bot.titles("islander") == []
        [alert] = bot.of("alert", "trader")
        assert alert["categories"] == ["China-U.S.", "Technology", "Trade"]
        assert alert["post"]["published"] == "2022-11-26T23:41:07Z"
        why = await bot.say(f"@trader /why {alert['post']['link']}")
        assert "Filed under China-U.S., Technology and Trade; tagged #Dahua" in why
        assert evidence in why
        assert "It was sent to you on" in why
        assert "because of Trade." in why
        why = await bot.say(f"@islander /why {TAGGED}")
        assert "Hong Kong is only a tag of it, not a category." in why
        assert evidence in why
