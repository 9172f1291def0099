from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.errors import ParseError
from bot.model import Entry, ParsedFeed
from bot.pipeline.parse.feed import parse
from tests.pipeline.bodies import FEEDS, atom, item, json_feed, rss


def reason(body: bytes, content_type: str = "") -> str:
    with pytest.raises(ParseError) as caught:
        parse(body, content_type)
    return str(caught.value)


# --- formats ----------------------------------------------------------------------------------------------


def test_rss_2_gives_every_field() -> None:
    feed = parse(
        rss(
            item(
                "<title>First</title><link>https://blog.example/first/</link><dc:creator>Jo</dc:creator>"
                "<pubDate>Sat, 26 Nov 2022 23:41:07 +0200</pubDate><category>Trade</category>"
                "<category>Tags</category><description>Short &lt;b&gt;text&lt;/b&gt;</description>"
                "<content:encoded>&lt;p&gt;Long text&lt;/p&gt;</content:encoded>"
                '<enclosure url="https://blog.example/a.jpg" type="image/jpeg" length="1"/>',
                guid="http://blog.example/?p=7",
            ),
            channel="<generator>https://wordpress.org/?v=6.4</generator><ttl>60</ttl>",
        ).encode(),
        "application/rss+xml; charset=UTF-8",
    )

    assert feed == ParsedFeed(
        title="Blog",
        link="https://blog.example/",
        generator="https://wordpress.org/?v=6.4",
        ttl=3600.0,
        entries=(
            Entry(
                guid="http://blog.example/?p=7",
                link="https://blog.example/first/",
                title="First",
                author="Jo",
                published=datetime(2022, 11, 26, 21, 41, 7, tzinfo=UTC),
                date_text="Sat, 26 Nov 2022 23:41:07 +0200",
                html="<p>Long text</p>",
                excerpt="Short text",
                labels=("Trade", "Tags"),
                image="https://blog.example/a.jpg",
            ),
        ),
    )


@pytest.mark.parametrize("version", ["0.91", "0.92", "0.93", "0.94", "2.0"])
def test_every_rss_with_a_channel_around_its_items_is_read(version: str) -> None:
    body = rss("<item><title>One</title><link>https://blog.example/1</link></item>").replace("2.0", version)

    assert [(one.title, one.link) for one in parse(body.encode()).entries] == [
        ("One", "https://blog.example/1")
    ]


def test_rss_1_with_items_beside_the_channel_is_read() -> None:
    body = """<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
        xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <channel rdf:about="https://blog.example/"><title>Blog</title><link>https://blog.example/</link></channel>
        <item rdf:about="https://blog.example/1"><title>One</title><link>https://blog.example/1</link>
        <dc:subject>Trade</dc:subject><dc:date>2022-11-26T23:41:07Z</dc:date></item></rdf:RDF>"""

    (entry,) = parse(body.encode()).entries

    assert (entry.guid, entry.labels) == ("https://blog.example/1", ("Trade",))
    assert entry.published == datetime(2022, 11, 26, 23, 41, 7, tzinfo=UTC)


def test_atom_gives_both_dates_its_categories_and_its_content() -> None:
    (entry,) = parse(
        atom(
            "<title type='html'>A &amp;amp; B</title><link href='https://blog.example/1'/>"
            "<published>2022-11-26T10:00:00Z</published><updated>2022-11-27T10:00:00Z</updated>"
            "<author><name>Jo</name></author><category term='trade' label='Trade'/><category term='Tax'/>"
            "<summary>Short</summary><content type='html'>&lt;p&gt;Long&lt;/p&gt;</content>"
        )
    ).entries

    assert entry == Entry(
        guid="tag:blog.example,2022:1",
        link="https://blog.example/1",
        title="A & B",
        author="Jo",
        published=datetime(2022, 11, 26, 10, tzinfo=UTC),
        updated=datetime(2022, 11, 27, 10, tzinfo=UTC),
        date_text="2022-11-26T10:00:00Z",
        html="<p>Long</p>",
        excerpt="Short",
        labels=("Trade", "Tax"),
    )


def test_atom_with_a_last_change_alone_is_dated_by_it() -> None:
    (entry,) = parse(atom("<title>x</title><updated>2022-11-27T10:00:00Z</updated>")).entries

    assert entry.published == entry.updated == datetime(2022, 11, 27, 10, tzinfo=UTC)


def test_json_feed_gives_every_field() -> None:
    (entry,) = parse(
        json_feed(
            id="7",
            url="https://blog.example/first/",
            title="First",
            content_html="<p>Long</p>",
            summary="Short",
            date_published="2022-11-26T23:41:07+02:00",
            date_modified="2022-11-27T23:41:07Z",
            authors=[{"name": "Jo"}, {"name": "Al"}, {"url": "https://x.example"}],
            tags=["Trade", "Tax", 7],
            image="https://blog.example/a.jpg",
        )
    ).entries

    assert entry == Entry(
        guid="7",
        link="https://blog.example/first/",
        title="First",
        author="Jo, Al",
        published=datetime(2022, 11, 26, 21, 41, 7, tzinfo=UTC),
        updated=datetime(2022, 11, 27, 23, 41, 7, tzinfo=UTC),
        date_text="2022-11-26T23:41:07+02:00",
        html="<p>Long</p>",
        excerpt="Short",
        labels=("Trade", "Tax"),
        image="https://blog.example/a.jpg",
    )


def test_json_feed_1_0_with_plain_text_and_one_author_is_read() -> None:
    body = json.dumps(
        {
            "version": "https://jsonfeed.org/version/1",
            "home_page_url": "https://blog.example/",
            "author": {"name": "Jo"},
            "items": [{"id": 7, "external_url": "/first/", "content_text": "1 < 2\n\nNext"}],
        }
    )

    (entry,) = parse(body.encode()).entries

    assert (entry.guid, entry.link, entry.author) == ("7", "https://blog.example/first/", "Jo")
    assert entry.html == "<p>1 &lt; 2</p>\n<p>Next</p>\n"


@pytest.mark.shared
@pytest.mark.skipif(not FEEDS.exists(), reason="the shared samples are absent")
def test_the_feed_the_bot_was_made_for_is_read_in_full() -> None:
    feed = parse((FEEDS / "china-bystander.xml").read_bytes(), "text/xml; charset=UTF-8")

    assert (feed.title, feed.link) == ("China Bystander", "https://chinabystander.wordpress.com")
    assert feed.generator == "http://wordpress.com/"
    assert len(feed.entries) == 8
    assert feed.entries[0].guid == "http://chinabystander.wordpress.com/?p=41873"
    assert feed.entries[0].labels[:4] == ("China-U.S.", "Technology", "Trade", "Dahua")
    assert feed.entries[0].excerpt.endswith("said […]")
    assert feed.entries[3].title == "Beijing Wants A Cadre Of \u2018Reliable And Useful\u2019 Entrepreneurs"


@pytest.mark.shared
@pytest.mark.skipif(not FEEDS.exists(), reason="the shared samples are absent")
def test_no_avatar_becomes_the_picture_of_an_old_wordpress_post() -> None:
    feed = parse((FEEDS / "wordpress-com-2014.rss").read_bytes())

    assert sum(len(entry.labels) for entry in feed.entries) == 418
    assert [entry.image for entry in feed.entries if "avatar" in entry.image or "b.gif" in entry.image] == []
    assert feed.entries[1].image.startswith("http://wildclassyfit.files.wordpress.com/2014/03/")


# --- failed polls -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "empty"),
        (b" \n\xef\xbb\xbf", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"Too many requests", "neither XML nor JSON"),
        (b"<!-- only a comment", "neither XML nor JSON"),
        (b"\x1f\x8b\x08\x00\x00", "compressed"),
        (b"<!DOCTYPE html><html><head><title>Blog</title></head></html>", "web page"),
        (b"<!-- cached --><HTML><item><title>x</title><guid>1</guid></item></HTML>", "web page"),
        (b"<h1>503 Service Unavailable</h1>", "web page"),
        (b"<?xml version='1.0'?><urlset><url><loc>x</loc></url></urlset>", "no feed (<urlset>)"),
        (rss("").encode(), "no entries"),
        (rss("<item/><item><pubDate>today</pubDate></item>").encode(), "no entries with an id"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', "no entries"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": {"0": {}}}', "no entries"),
        (b'{"error": "not found"}', "no JSON Feed"),
        (b'["https://jsonfeed.org/version/1.1"]', "no JSON Feed"),
        (b'{"version": nonsense}', "no valid JSON"),
        (b'{"version": \xff}', "no valid JSON"),
        (b"[" * 100_000, "nested too deep"),
        (b"[" + b"9" * 10_000 + b"]", "no valid JSON"),
        (b"/etc/passwd", "neither XML nor JSON"),
        (b"http://127.0.0.1:1/feed/", "neither XML nor JSON"),
    ],
)
def test_what_is_no_feed_is_a_failed_poll_with_its_reason(body: bytes, expected: str) -> None:
    assert expected in reason(body)


def test_a_feed_cut_anywhere_after_its_first_entry_is_refused() -> None:
    body = rss(item("<title>One</title>") + item("<title>Two &#8217;</title>", guid="2")).encode()
    ends = range(body.index(b"</item>"), body.index(b"</rss"))

    assert {reason(body[:end]) for end in ends} == {"the feed is cut short: its end is missing"}


def test_a_cut_is_seen_behind_an_earlier_fault() -> None:
    body = rss(item("<title>A&nbsp;B</title>") + item("<title>Two</title>", guid="2"))

    assert [entry.title for entry in parse(body.encode()).entries] == ["A B", "Two"]
    assert "cut short" in reason(body[: body.index("<title>Two")].encode())


def test_a_cut_json_feed_is_refused() -> None:
    body = json_feed(id="1", title="One")

    assert {reason(body[:end]) for end in range(len(body) // 2, len(body))} == {
        "the feed is cut short: the end of its JSON is missing"
    }


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE rss [\n<!ENTITY a "lol">\n<!ENTITY b "&a;&a;&a;&a;">\n<!ENTITY c "&b;&b;&b;&b;">\n]>',
        f'<!DOCTYPE rss [\n<!ENTITY c "{"l" * 50_000}">\n]>',
    ],
)
def test_an_entity_bomb_is_a_failed_poll(doctype: str) -> None:
    body = rss(item("<title>&c;</title>")).replace("<rss", f"{doctype}<rss")

    assert "bomb" in reason(body.encode())


# --- faults that real feeds have --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (rss(item("<title>Zürich</title>")).encode(), "text/html; charset=iso-8859-1"),
        (rss(item("<title>Zürich</title>")).encode("latin-1"), ""),
        (rss(item("<title>Zürich</title>"), declared="utf-16").encode(), ""),
        (rss(item("<title>Zürich</title>")).encode("utf-16"), ""),
        (rss(item("<title>Zürich</title>"), declared="klingon").encode(), "text/xml"),
        (b"\xef\xbb\xbf\n\n" + rss(item("<title>Zürich</title>")).encode(), ""),
        (b"<br />\n<b>Warning</b>: x\n" + rss(item("<title>Zürich</title>")).encode(), ""),
        (rss(item("<title>Zürich</title>")).encode() + b"\n<!-- cached -->\n<p>0.3 s</p>", ""),
        (rss(item("<title>Z&uuml;rich</title>")).encode(), ""),
        (rss(item("<title>Zürich\x08\x00</title>")).encode(), ""),
    ],
)
def test_a_faulty_but_whole_feed_is_read(body: bytes, content_type: str) -> None:
    assert [entry.title for entry in parse(body, content_type).entries] == ["Zürich"]


def test_one_broken_character_does_not_spoil_the_others() -> None:
    body = rss(item("<title>中国中国中国中国中国中国</title><description>x中</description>"))
    broken = body.encode().replace("x中".encode(), "x中".encode()[:-1])

    (entry,) = parse(broken).entries

    assert (entry.title, entry.excerpt) == ("中国" * 6, "x\ufffd")
