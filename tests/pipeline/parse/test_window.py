"""A feed of which only the new items are parsed is the same as the whole feed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bench.corpus import files_in
from bot.errors import ParseError
from bot.model import Entry, FeedWindow, ParsedFeed
from bot.pipeline.parse.feed import parse
from bot.pipeline.parse.split import split
from bot.pipeline.parse.window import read_window
from tests.pipeline.bodies import FEEDS

URL = "https://blog.example/feed/"
XML = "application/rss+xml; charset=utf-8"


def merged(window: FeedWindow, known: dict[str, Entry]) -> ParsedFeed:
    """Return the whole feed of a window."""
    if not window.marks:
        return window.feed
    read = dict(zip(window.places, window.feed.entries, strict=True))
    entries = [read[place] if place in read else known[mark] for place, mark in enumerate(window.marks)]
    return replace(window.feed, entries=tuple(entries))


def by_mark(window: FeedWindow) -> dict[str, Entry]:
    """Return the entries of a whole window by their marks."""
    return dict(zip(window.marks, window.feed.entries, strict=True)) if window.marks else {}


def outcome(body: bytes, content_type: str = XML) -> ParsedFeed | str:
    """Return the whole feed, or why there is none."""
    try:
        return parse(body, content_type, URL)
    except ParseError as error:
        return str(error)


def next_outcome(before: bytes, after: bytes, content_type: str = XML) -> tuple[ParsedFeed | str, int]:
    """Return the feed in `after`, read with what is known of `before`, and how many items were read."""
    try:
        first = read_window(before, content_type, URL, "", [])
    except ParseError:
        first = FeedWindow(ParsedFeed("", "", ()))
    known = by_mark(first)
    try:
        window = read_window(after, content_type, URL, first.context, list(known))
    except ParseError as error:
        return str(error), 0
    return merged(window, known), len(window.places)


def rss(*items: str, head: str = "", top: str = "", declared: str = "utf-8") -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{declared}"?>\n<rss version="2.0" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"{top}><channel><title>Blog</title>'
        f"<link>https://blog.example/</link>{head}{''.join(items)}</channel></rss>"
    )
    return text.encode()


def item(number: int, more: str = "") -> str:
    return (
        f"<item><title>Post {number}</title><link>/post-{number}/</link><guid>https://blog.example/?p={number}"
        f"</guid><pubDate>Mon, 02 Nov 2026 08:{number:02}:00 GMT</pubDate>{more}</item>\n"
    )


def test_only_the_new_item_is_read_and_nothing_is_missing() -> None:
    before, after = rss(*map(item, (3, 2, 1))), rss(*map(item, (4, 3, 2)), head="<ttl>60</ttl>")
    assert next_outcome(before, after) == (outcome(after), 1)


def test_a_document_without_new_items_still_tells_of_the_feed() -> None:
    before, after = rss(*map(item, (3, 2, 1))), rss(*map(item, (2, 1)), head="<ttl>60</ttl>")
    assert next_outcome(before, after) == (outcome(after), 1)


@pytest.mark.parametrize(
    "after",
    [
        rss(item(4), item(3), top=' xml:base="https://elsewhere.example/"'),
        rss(item(4), item(3), head="<generator>https://wordpress.org/?v=6</generator>"),
        rss(item(4), item(3)).replace(b"https://blog.example/</link>", b"https://moved.example/</link>"),
        rss(item(4), item(3)).replace(b'"2.0"', b'"0.92"'),
    ],
)
def test_what_stands_outside_the_items_and_changes_how_they_are_read_lets_all_be_read(after: bytes) -> None:
    assert next_outcome(rss(item(3), item(2)), after) == (outcome(after), 2)


IN_DOUBT = {
    "nested": rss(item(2, "<item>inside</item>"), item(1)),
    "apart": rss(item(2), "<other>between</other>", item(1)),
    "unclosed": rss(item(2), "<item><title>Open</title>", item(1)),
    "entities": rss(item(2), item(1)).replace(b"<rss ", b'<!DOCTYPE rss [<!ENTITY x "y">]><rss '),
    "own names": rss(item(2, '<a:b xmlns:a="urn:a">x</a:b>'), item(1)),
    "another encoding": rss(item(2), item(1), declared="windows-1252"),
    "broken text": rss(item(2, "<description>caf\u00e9</description>"), item(1)).replace(
        b"\xc3\xa9", b"\xe9"
    ),
    "dates in numbers": rss(item(2), item(1).replace("Mon, 02 Nov 2026 08:01:00 GMT", "02/11/2026")),
    "marked labels": rss(item(2, '<category domain="tag">Zinc</category>'), item(1)),
    "lists of labels": rss(item(2, "<category>Trade, Asia</category>"), item(1)),
    "malformed": rss(item(2, "<b>"), item(1)),
}


@pytest.mark.parametrize("name", IN_DOUBT)
def test_a_feed_in_doubt_is_read_whole(name: str) -> None:
    body = IN_DOUBT[name]
    content_type = "application/xml" if name == "another encoding" else XML
    found, read = next_outcome(body, body, content_type)
    assert found == outcome(body, content_type)
    assert read != 1


@pytest.mark.parametrize(
    "more",
    [
        "<description><![CDATA[</item><item>]]></description>",
        "<!-- </item><item> -->",
        "<?x </item> ?>",
        "<description>&lt;/item&gt;</description>",
    ],
)
def test_what_only_looks_like_an_item_is_none(more: str) -> None:
    pieces = split(rss(item(2, more), item(1)), XML)
    assert pieces is not None
    assert [each.decode() for each in pieces.items] == [item(2, more).strip(), item(1).strip()]


TEXTS = some.text("ab <>&;,]\u00e9\u4e2d\ufffd\u00a0#\"'=/:", max_size=12)
MORE = some.sampled_from(
    [
        "",
        "<description>One &amp; two</description>",
        "<description><![CDATA[<p>Text</p> </item>]]></description>",
        "<category>Trade</category><category>Asia</category>",
        "<category>Trade, Asia</category>",
        '<category domain="category">Trade</category>',
        "<dc:creator>Ann</dc:creator>",
        "<pubDate>03/11/2026</pubDate>",
        "<guid isPermaLink='false'>7</guid>",
        "<b>",
        "<item/>",
        "<!-- -- <item> -->",
        "<itunes:category text='Arts'/>",
        "<media:thumbnail url='https://blog.example/a.png'/>",
        "&bogus; &#xD800;",
    ]
)
Items = list[tuple[int, str, str]]
ITEMS = some.lists(some.tuples(some.integers(1, 6), MORE, TEXTS), max_size=6)
HEADS = some.sampled_from(
    [
        "",
        "<generator>Ghost 5</generator>",
        "<language>de</language>",
        "<lastBuildDate>Mon, 02 Nov 2026 08:00:00 GMT</lastBuildDate>",
        "<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='self' href='/feed/'/>",
        "<item>",
        "<!--",
    ]
)
TOPS = some.sampled_from(
    [
        "",
        ' xml:base="/base/"',
        ' xmlns:media="http://search.yahoo.com/mrss/"',
        ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"',
    ]
)
TYPES = some.sampled_from([XML, "text/xml", "application/xml", "text/xml; charset=iso-8859-1"])


def built(head: str, top: str, items: Items) -> bytes:
    return rss(
        *(item(n, f"{more}<comments>{text}</comments>") for n, more, text in items), head=head, top=top
    )


DOCUMENTS = some.tuples(HEADS, TOPS, ITEMS)


@given(DOCUMENTS, DOCUMENTS, TYPES)
def test_two_documents_after_each_other_are_read_as_each_alone(
    first: tuple[str, str, Items], second: tuple[str, str, Items], content_type: str
) -> None:
    head, top, items = second
    before, after = built(*first), built(head, top, [*items, *first[2]])
    assert next_outcome(before, after, content_type)[0] == outcome(after, content_type)


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.skipif(not FEEDS.exists(), reason="the shared samples are absent")
def test_each_item_of_the_corpus_is_read_alone_as_with_the_others() -> None:
    cut = sum(map(_holds_for, files_in([FEEDS, FEEDS.parent / "cases"])))
    assert cut > 100


def _holds_for(path: Path) -> int:
    """Compare a file, read with all but one item known, with the whole; return how often that could be."""
    body = path.read_bytes()
    cut = 0
    for content_type in (XML, "text/xml"):
        try:
            whole = read_window(body, content_type, URL, "", [])
        except ParseError:
            continue
        assert whole.feed == outcome(body, content_type), path
        known = by_mark(whole)
        marks = list(known)
        for unknown in {0, len(marks) // 2, len(marks) - 1} if len(marks) > 1 else ():
            others = marks[:unknown] + marks[unknown + 1 :]
            window = read_window(body, content_type, URL, whole.context, others)
            assert merged(window, known) == whole.feed, path
            cut += len(window.places) < len(marks)
    return cut


@pytest.mark.parametrize("first", [True, False])
def test_a_hub_is_seen_wherever_the_document_names_it(*, first: bool) -> None:
    links = '<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="/feed/"/>'
    top = ' xmlns:atom="http://www.w3.org/2005/Atom"'
    before, after = (item(1) + item(2), item(3) + item(1) + item(2))
    old, new = (rss(links, each, top=top) if first else rss(each, links, top=top) for each in (before, after))
    found, read = next_outcome(old, new)

    assert read == 1
    assert isinstance(found, ParsedFeed)
    assert (found.hubs, found.topics) == (("https://hub.example/",), ("/feed/",))
    assert found == parse(new, XML, URL)
