"""Every alert has a link where the feed gives one in any form; hostile ones are refused."""

from __future__ import annotations

import pytest

from bot.pipeline.parse.feed import parse
from tests.pipeline.bodies import entry_of, json_feed

URL = "https://blog.example/x/feed/"


def rss_link(inside: str, channel: str = "/", url: str = URL) -> str:
    body = (
        f"<rss version='2.0'><channel><title>Blog</title><link>{channel}</link>"
        f"<item><title>Fog</title>{inside}</item></channel></rss>"
    )
    return parse(body.encode(), url=url).entries[0].link


def atom_link(inside: str, feed: str = "", attributes: str = "", url: str = URL) -> str:
    body = (
        f"<feed xmlns='http://www.w3.org/2005/Atom' {attributes}><title>Blog</title>{feed}"
        f"<entry><title>Fog</title><id>urn:1</id>{inside}</entry></feed>"
    )
    return parse(body.encode(), url=url).entries[0].link


@pytest.mark.parametrize(
    ("printed", "channel", "link"),
    [
        ("/2026/a/", "/", "https://blog.example/2026/a/"),
        ("/2026/a/", "", "https://blog.example/2026/a/"),
        ("2026/a/", "", "https://blog.example/x/feed/2026/a/"),
        ("//host.example/a/", "/", "https://host.example/a/"),
        ("?p=7", "/", "https://blog.example/?p=7"),
        ("/2026/a/", "https://own.example/", "https://own.example/2026/a/"),
        ("https://own.example/\n  2026/a/", "/", "https://own.example/  2026/a/".replace(" ", "%20")),
    ],
)
def test_the_address_the_feed_came_from_is_the_base_where_it_holds_none(
    printed: str, channel: str, link: str
) -> None:
    assert rss_link(f"<link>{printed}</link>", channel) == link


def test_the_feeds_own_link_is_made_absolute() -> None:
    body = b"<rss><channel><link>/</link><item><title>Fog</title></item></channel></rss>"

    assert parse(body, url=URL).link == "https://blog.example/"


@pytest.mark.parametrize(
    ("feed", "attributes", "href", "link"),
    [
        ("", "", "2026/", "https://blog.example/x/feed/2026/"),
        ("<link href='/'/>", "", "2026/", "https://blog.example/x/feed/2026/"),
        ("<link href='https://own.example/'/>", "", "2026/", "https://own.example/2026/"),
        ("", "xml:base='https://base.example/b/'", "2026/", "https://base.example/b/2026/"),
        ("", "xml:base='/b/'", "2026/", "https://blog.example/b/2026/"),
        ("", "xml:base='https://[broken/'", "/2026/", "https://blog.example/2026/"),
    ],
)
def test_atom_has_the_base_of_rfc_3986(feed: str, attributes: str, href: str, link: str) -> None:
    assert atom_link(f"<link href='{href}'/>", feed, attributes) == link


def test_bases_inside_each_other_are_joined() -> None:
    body = (
        b"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='/b/'><title>Blog</title>"
        b"<entry xml:base='c/'><title>Fog</title><link href='2026/'/></entry></feed>"
    )

    assert parse(body, url=URL).entries[0].link == "https://blog.example/b/c/2026/"


@pytest.mark.parametrize(
    ("inside", "link"),
    [
        ("<guid>https://blog.example/ep/2</guid>", "https://blog.example/ep/2"),
        ("<guid isPermaLink='true'>https://blog.example/ep/2</guid>", "https://blog.example/ep/2"),
        ("<link/><guid>https://blog.example/ep/2</guid>", "https://blog.example/ep/2"),
        ("<link> </link><guid>https://blog.example/ep/2</guid>", "https://blog.example/ep/2"),
        ("<guid isPermaLink='false'>https://blog.example/?p=2</guid>", ""),
        ("<guid>xYz123</guid>", ""),
        ("<guid>javascript:alert(1)</guid>", ""),
        ("<enclosure url='https://cdn.example/1.mp3' type='audio/mpeg'/>", "https://cdn.example/1.mp3"),
        ("<guid>x</guid><enclosure url='/1.mp3' type='audio/mpeg'/>", "https://blog.example/1.mp3"),
        ("<link>https://blog.example/1</link><enclosure url='/1.mp3'/>", "https://blog.example/1"),
        ("<enclosure url='file:///etc/passwd'/><enclosure url='ftp://a/1.mp3'/>", ""),
        ("<link>javascript:alert(1)</link>", ""),
        ("<link>https://user@evil.example/</link>", ""),
    ],
)
def test_a_guid_or_an_enclosure_stands_in_for_a_missing_link(inside: str, link: str) -> None:
    assert rss_link(inside) == link


@pytest.mark.parametrize(
    ("fields", "link"),
    [
        ({"url": "/1"}, "https://blog.example/1"),
        ({"url": "javascript:x", "external_url": "https://own.example/1"}, "https://own.example/1"),
        ({"id": "https://blog.example/9"}, "https://blog.example/9"),
        ({"id": "9"}, ""),
        ({"id": "9", "attachments": [{"url": "https://cdn.example/1.mp3"}]}, "https://cdn.example/1.mp3"),
        ({"id": "9", "attachments": [{"url": "data:text/html,x"}]}, ""),
    ],
)
def test_a_json_feed_has_links_by_the_same_rules(fields: dict[str, object], link: str) -> None:
    assert parse(json_feed(**{"id": "1", "title": "x", **fields}), url=URL).entries[0].link == link


def test_without_the_feeds_address_a_relative_link_is_none() -> None:
    assert rss_link("<link>/2026/a/</link>", url="") == ""
    assert entry_of("<title>x</title><link>/2026/a/</link>").link == "https://blog.example/2026/a/"
