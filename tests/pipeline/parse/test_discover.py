"""The feeds that a web page announces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pipeline.parse.discover import feeds_of_page
from bot.text.html_tree import read_tree

PAGE = "https://blog.example/about/"


def link(href: str, kind: str = "application/rss+xml", rel: str = "alternate") -> str:
    return f'<link rel="{rel}" type="{kind}" href="{href}">'


def found(*links: str) -> list[str]:
    return feeds_of_page(f"<html><head>{''.join(links)}</head><body><p>Hello.".encode(), PAGE)


@pytest.mark.parametrize(
    ("href", "feed"),
    [
        ("https://blog.example/feed/", "https://blog.example/feed/"),
        ("/feed/", "https://blog.example/feed/"),
        ("feed.xml", "https://blog.example/about/feed.xml"),
        ("//other.example/feed", "https://other.example/feed"),
        ("?feed=rss2", "https://blog.example/about/?feed=rss2"),
        (" /feed/ ", "https://blog.example/feed/"),
    ],
)
def test_a_feed_is_named_by_its_whole_address(href: str, feed: str) -> None:
    assert found(link(href)) == [feed]


@pytest.mark.parametrize(
    "kind", ["application/rss+xml", "application/atom+xml; charset=utf-8", " APPLICATION/FEED+JSON "]
)
def test_each_kind_of_feed_counts(kind: str) -> None:
    assert found(link("/feed/", kind)) == ["https://blog.example/feed/"]


@pytest.mark.parametrize(
    "other",
    [
        link("/style.css", "text/css", "stylesheet"),
        link("/fr/", "text/html"),
        link("/feed/", rel="canonical"),
        link(""),
        link("javascript:alert(1)"),
        link("file:///etc/passwd"),
        link("http://[broken/"),
        link("/" + "x" * 3000),
        "<link>",
    ],
)
def test_other_links_are_no_feeds(other: str) -> None:
    assert found(other) == []


def test_comments_come_last_doubles_once_and_no_more_than_five() -> None:
    links = [link("/comments/feed/"), link("/feed/"), link("/feed/"), *(link(f"/{n}/") for n in range(9))]

    assert found(*links) == [
        "https://blog.example/feed/",
        *(f"https://blog.example/{number}/" for number in range(4)),
    ]
    assert found(link("/comments/feed/"), link("/feed/"))[1] == "https://blog.example/comments/feed/"


@pytest.mark.parametrize("body", [b"", b"\0", b"<", b"<!-- ", b"\xff\xfe<", b"{}", b"<rss/>", b"<a" * 99999])
def test_what_is_no_page_announces_nothing(body: bytes) -> None:
    assert feeds_of_page(body, PAGE) == []


@given(body=st.binary(max_size=200), url=st.text(max_size=30))
def test_no_page_and_no_address_raises(body: bytes, url: str) -> None:
    page = b'<link rel=alternate type="application/rss+xml" href="' + body + b'">'

    assert all(feed.startswith(("http://", "https://")) for feed in feeds_of_page(page, url))


def test_of_an_overlong_tag_only_what_is_read_here_is_kept() -> None:
    attributes = "".join(f" a{number}=''" for number in range(80_000))
    page = f'<link{attributes} rel="alternate" type="application/rss+xml" href="/feed/">'.encode()

    assert feeds_of_page(page, PAGE) == ["https://blog.example/feed/"]
    [link] = read_tree(page).iter("link")
    assert link.keys() == ["rel", "type", "href"]


def test_a_page_in_another_charset_names_its_feed() -> None:
    page = '<meta charset="windows-1251"><title>Блог</title>' + link("/лента/")

    assert feeds_of_page(page.encode("windows-1251"), PAGE) == ["https://blog.example/лента/"]
