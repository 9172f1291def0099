"""The page of a post that its feed cuts short is read for the summary, and for nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from bot.pipeline.full_text import FullTextSettings
from bot.pipeline.worker import PollSettings
from tests.databases import Database
from tests.fakes.blog import Fault, Hang, body, status
from tests.pipeline.newsroom import Newsroom, open_newsroom

HTML = "text/html; charset=utf-8"
BEGINNING = (
    "The harbour council has voted to close the old ferry line between Aldmouth and Kirk Island in the spring"
)
REST = (
    "The council of Aldmouth decided on Monday that the ferry to Kirk Island will make its last trip on 31 "
    "March. "
    "Some 400 people on the island depend on the boat for school and for work. "
    "A bus over the new bridge will replace it, at twice the price of a ticket."
)
ARTICLE = f"<p>{BEGINNING}, after a debate of four hours.</p><p>{REST}</p>"
SETTINGS = PollSettings(full_text=FullTextSettings(enabled=True, seconds=20.0))


def page(article: str = ARTICLE, *, title: str = "Ferry line closes") -> str:
    """Return the page of a post, with what surrounds posts on pages."""
    return f"""<!doctype html><html><head><title>{title}</title><script>var x = "{BEGINNING}";</script></head>
    <body><nav><ul><li><a href="/">Home</a></li></ul></nav>
    <div class="wrap"><main><article><h1>{title}</h1><div class="entry">{article}</div></article></main>
    <section id="comments"><p>{"I think that the council is wrong about this, as always. " * 30}</p>
    </section></div>
    <aside><p>{"Popular: ten things to do in the rain in Aldmouth this week. " * 9}</p></aside>
    <footer><p>All rights reserved by the Aldmouth Herald.</p></footer></body></html>"""


def feed(*items: str) -> bytes:
    return f"""<?xml version="1.0"?><rss version="2.0"><channel><title>Herald</title>
    <link>https://herald.example/</link>{"".join(items)}</channel></rss>""".encode()


def item(room: Newsroom, number: int, text: str = f"{BEGINNING} […]", **values: Any) -> str:
    """Return an entry of the feed, published now."""
    at: datetime = values.get("at", room.clock.now())
    link = values.get("link", f"{room.blog.url}/ferry-{number}")
    label = values.get("label", "News")
    return f"""<item><title>Post {number} Ferry line closes</title><link>{link}</link><guid>{number}</guid>
    <category>{label}</category><pubDate>{format_datetime(at)}</pubDate><description>{text}</description></item>"""


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    """A newsroom that reads pages, and watches a feed that cuts its posts short."""
    async with open_newsroom(database, []) as opened:
        opened.restart(settings=SETTINGS)
        opened.blog.serve("/feed/", feed(item(opened, 1)))
        await opened.begin()
        opened.forget_requests()
        yield opened


async def news(room: Newsroom, html: str | None = None, fault: Fault | None = None, **values: Any) -> str:
    """Let the feed have a second entry and poll; return its summary."""
    if html is not None:
        room.blog.serve("/ferry-2", html.encode(), HTML)
    if fault is not None:
        room.blog.fail_always(fault, path="/ferry-2")
    room.blog.serve("/feed/", feed(item(room, 2, **values), item(room, 1)))
    await room.poll()
    return (await room.post(2)).summary


EXCERPT = f"{BEGINNING}…"


async def test_the_summary_is_made_from_the_page(room: Newsroom) -> None:
    summary = await news(room, page())

    assert "last trip on 31 March" in summary
    assert "Popular" not in summary
    assert "I think" not in summary
    assert await room.alerts() == ["Post 2 Ferry line closes"]


async def test_a_beginning_that_is_set_apart_is_read_with_the_rest_of_its_article(room: Newsroom) -> None:
    apart = page(f"<div class='lead'><p>{BEGINNING}.</p></div><div><p>{REST}</p></div>")

    assert "last trip on 31 March" in await news(room, apart)


async def test_nothing_else_of_the_page_is_kept(room: Newsroom) -> None:
    await news(room, page())
    post = await room.post(2)

    assert (await room.store.texts([post.id]))[post.id] == f"{BEGINNING} […]"
    assert (await room.store.find("bridge", 5)).posts == ()
    assert (post.link, post.title) == (f"{room.blog.url}/ferry-2", "Post 2 Ferry line closes")


@pytest.mark.parametrize(
    "fault",
    [
        status(404),
        status(403),
        status(410),
        status(500),
        status(503),
        body(b"", HTML),
        body(b"\0" * 900, HTML),
    ],
)
async def test_without_a_page_the_excerpt_is_told(room: Newsroom, fault: Fault) -> None:
    assert await news(room, fault=fault) == EXCERPT
    assert await room.alerts() == ["Post 2 Ferry line closes"]


@pytest.mark.parametrize(
    "html",
    [
        page("<p>Please log in to read this page.</p>" * 20),
        page("<p>We use cookies. Accept all of them to go on reading what we write.</p>" * 20),
        page("<p>" + "Ein ganz anderer Text in einer anderen Sprache steht auf dieser Seite. " * 20 + "</p>"),
        page("<p>The school of Kirk Island has a new head, who comes from Aldmouth. " * 20 + "</p>"),
        page(f"<p>{BEGINNING}…</p><p>Subscribe to read on.</p>"),
        f"<script>{ARTICLE}</script>",
        "<p>" * 5000 + "deep",
        "",
    ],
)
async def test_a_page_without_the_text_of_the_excerpt_is_not_believed(room: Newsroom, html: str) -> None:
    assert await news(room, html) == EXCERPT
    assert await room.alerts() == ["Post 2 Ferry line closes"]


async def test_a_file_that_is_no_page_is_not_read(room: Newsroom) -> None:
    assert await news(room, fault=body(page().encode(), "application/pdf")) == EXCERPT


async def test_a_huge_page_is_not_read(room: Newsroom) -> None:
    huge = page(ARTICLE + "<p>more</p>" * 300_000)

    assert await news(room, huge) == EXCERPT


async def test_an_alert_waits_for_a_slow_page_no_longer_than_it_may(room: Newsroom) -> None:
    quick = replace(SETTINGS, full_text=FullTextSettings(enabled=True, seconds=0.3))
    room.restart(settings=quick)
    slow = Hang()

    async with asyncio.timeout(15):  # the request itself would be given up after twenty
        assert await news(room, page(), fault=slow) == EXCERPT
    assert slow.arrived.is_set()
    assert await room.alerts() == ["Post 2 Ferry line closes"]


async def test_a_redirect_into_a_private_network_is_not_followed(room: Newsroom) -> None:
    fault = body(b"", HTML, code=302, headers={"Location": "http://10.0.0.1/ferry"})

    assert await news(room, fault=fault) == EXCERPT


async def test_a_redirect_to_the_page_is_followed(room: Newsroom) -> None:
    room.blog.serve("/moved", page().encode(), HTML)
    fault = body(b"", HTML, code=301, headers={"Location": "/moved"})

    assert "last trip on 31 March" in await news(room, fault=fault)


@pytest.mark.parametrize(
    ("robots", "read"),
    [
        (b"User-agent: *\nDisallow: /ferry", False),
        (b"User-agent: Bystander\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        (b"User-agent: *\nDisallow: /\n\nUser-agent: bystander\nDisallow: /private", True),
        (b"<html>not found</html>", True),
    ],
)
async def test_robots_txt_is_obeyed_and_asked_once_a_day(room: Newsroom, robots: bytes, read: bool) -> None:  # noqa: FBT001
    room.blog.serve("/robots.txt", robots, "text/plain")
    summary = await news(room, page())
    room.blog.serve("/feed/", feed(item(room, 3), item(room, 2), item(room, 1)))
    await room.poll()

    assert ("last trip" in summary) is read
    assert room.asked("/robots.txt") == 1
    assert (room.asked("/ferry-2") == 1) is read


async def test_where_robots_txt_cannot_be_had_no_page_is_read(room: Newsroom) -> None:
    room.blog.fail_always(status(503), path="/robots.txt")

    assert await news(room, page()) == EXCERPT
    assert room.asked("/ferry") == 0


async def test_pages_of_old_silent_and_whole_posts_are_not_read(room: Newsroom) -> None:
    await news(room, page(), at=room.clock.now() - timedelta(days=1, hours=1))
    whole = f"{BEGINNING}. {REST} " * 3
    room.blog.serve("/feed/", feed(item(room, 3, whole), item(room, 2), item(room, 1)))
    await room.poll()

    assert room.asked("/ferry") == 0


async def test_five_pages_are_read_in_a_poll(room: Newsroom) -> None:
    numbers = range(2, 12)
    for number in numbers:
        room.blog.serve(f"/ferry-{number}", page().encode(), HTML)
    room.clock.time += timedelta(hours=1)
    start = room.clock.now() - timedelta(minutes=30)
    items = [item(room, each, at=start + timedelta(minutes=each)) for each in numbers]
    room.blog.serve("/feed/", feed(*reversed(items), item(room, 1)))
    await room.poll()

    assert {each.path for each in room.blog.seen("/ferry")} == {f"/ferry-{each}" for each in range(7, 12)}
    assert room.asked("/robots.txt") == 1


async def test_a_new_label_changes_no_summary_and_reads_no_page(room: Newsroom) -> None:
    before = await news(room, page())
    await room.deliver()
    room.forget_requests()
    room.blog.serve("/feed/", feed(item(room, 2, label="Harbour"), item(room, 1)))
    await room.poll()

    assert (await room.post(2)).summary == before
    assert (await room.post(2)).filing.categories == ("Harbour",)
    assert room.asked("/ferry") == 0


@pytest.mark.parametrize(
    ("enabled", "switch", "read"), [(True, "off", 0), (False, "on", 1), (False, "auto", 0)]
)
async def test_each_feed_may_differ_from_the_rest(
    database: Database,
    enabled: bool,  # noqa: FBT001
    switch: str,
    read: int,
) -> None:
    async with open_newsroom(database, []) as room:
        room.restart(settings=PollSettings(full_text=FullTextSettings(enabled=enabled, seconds=20.0)))
        room.blog.serve("/feed/", feed(item(room, 1)))
        await room.begin(full_text=switch)
        await news(room, page())

        assert room.asked("/ferry-2") == read
