"""One bad reference, byte or ampersand spoils no more than its own place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pipeline.parse.feed import parse
from bot.pipeline.parse.repair import mended
from bot.text.html_text import plain_text
from tests.pipeline.bodies import entry_of, item, json_feed, rss

NOT_READABLE = "\ufffd"
REFERENCES = [
    ("&#55357;&#56832;", "\U0001f600"),
    ("&#xD83D;&#xde00;", "\U0001f600"),
    ("&#x0000D83D;&#056832;", "\U0001f600"),
    ("&#128512;", "\U0001f600"),
    ("&#xD800;", NOT_READABLE),
    ("&#xDE00;&#xD83D;", NOT_READABLE * 2),
    ("&#xD83D; &#xDE00;", f"{NOT_READABLE} {NOT_READABLE}"),
    ("&#x110000;", NOT_READABLE),
    ("&#99999999999999999999;", NOT_READABLE),
    ("&#0;", NOT_READABLE),
    ("&#xFFFE;", NOT_READABLE),
    ("&#xB;", ""),
    ("&#8217;", "\u2019"),
]


@pytest.mark.parametrize(("printed", "read"), REFERENCES)
def test_a_reference_to_no_character_spoils_only_its_own_place(printed: str, read: str) -> None:
    expected = " ".join(f"Fog {read} lifts".split())
    entry = entry_of(f"<title>Fog {printed} lifts</title><description>Fog {printed} lifts</description>")

    assert entry.title == expected
    assert plain_text(entry.html) == expected


@pytest.mark.parametrize(("printed", "read"), REFERENCES)
def test_in_cdata_it_is_text_that_is_read_as_html_later(printed: str, read: str) -> None:
    expected = " ".join(f"Fog {read} lifts".split())
    entry = entry_of(
        f"<title><![CDATA[Fog {printed} lifts]]></title>"
        f"<description><![CDATA[<p>Fog {printed} lifts</p>]]></description>"
    )

    assert entry.title == expected
    assert plain_text(entry.html) == expected


def test_the_other_posts_of_the_feed_are_read() -> None:
    items = item("<title>&#xD800;</title>", "1") + item("<title>Two &amp;amp; &lt;three&gt;</title>", "2")

    assert [entry.title for entry in parse(rss(items).encode()).entries] == [NOT_READABLE, "Two & <three>"]


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("Q&A at AT&T", "Q&A at AT&T"),
        ("Q&A; AT&T;", "Q&A; AT&T;"),
        ("Q&amp;A at AT&amp;T", "Q&A at AT&T"),
        ("R&D &nbsp;&hellip; &Eacute;t&eacute;", "R&D \u2026 \u00c9t\u00e9"),
        ("a & b && c &", "a & b && c &"),
        ("&bogus; &#; &#x; &", "&bogus; &#; &#x; &"),
        ("<![CDATA[Q&A &amp; AT&T]]>", "Q&A & AT&T"),
        ("<!-- & --><?pi & ?>Q&A", "Q&A"),
    ],
)
def test_a_bare_ampersand_is_one(printed: str, title: str) -> None:
    assert entry_of(f"<title>{printed}</title>").title == title


def test_a_bare_ampersand_in_an_address_parts_its_parameters() -> None:
    assert entry_of("<title>x</title><link>https://blog.example/?a=1&b=2&copy=3</link>").link == (
        "https://blog.example/?a=1&b=2&copy=3"
    )


def test_control_characters_are_space() -> None:
    assert entry_of("<title>a\x00b\x0b\x1bc\x7f\ufffed\uffff</title>").title.split() == ["a", "b", "cd"]


@pytest.mark.parametrize("before", ["\ufeff", "\ufeff\ufeff", "\n\ufeff \ufeff", "\u00ef\u00bb\u00bf\n"])
def test_a_byte_order_mark_in_the_wrong_place_is_read_past(before: str) -> None:
    feed = parse((before + rss(item("<title>a\ufeffb &#xD800;</title>"))).encode())

    assert feed.entries[0].title == f"ab {NOT_READABLE}"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_wide_encodings_are_mended_too(encoding: str) -> None:
    mark = "" if encoding in ("utf-16", "utf-32") else "\ufeff"
    body = (mark + rss(item("<title>\u00e9 Q&A &#xD800;</title>"), declared="utf-16")).encode(encoding)

    assert parse(body, "text/xml; charset=utf-16").entries[0].title == f"\u00e9 Q&A {NOT_READABLE}"


@pytest.mark.parametrize("encoding", ["shift_jis", "gb2312", "euc-kr", "big5", "euc-jp", "utf-8"])
@pytest.mark.parametrize("bad", [b"", b"\xff"])
def test_a_byte_that_is_out_of_place_spoils_only_itself(encoding: str, bad: bytes) -> None:
    words = "\uad6d" * 30 if encoding == "euc-kr" else "\u6d77\u4e2d" * 15
    body = rss(item(f"<title>{words} Q&A |</title>"), declared=encoding).encode(encoding)

    title = parse(body.replace(b"|", bad), "text/xml").entries[0].title

    assert title.startswith(f"{words} Q&A")


def test_the_escapes_of_a_shifting_encoding_are_no_control_characters() -> None:
    words = "\u65e5\u672c\u8a9e\u306e\u6e2f\u3042\u3044\u3046"
    body = rss(item(f"<title>{words}</title>"), declared="iso-2022-jp").encode("iso-2022-jp")

    assert parse(body).entries[0].title == words


def test_halves_of_a_character_encoded_by_themselves_become_it() -> None:
    body = rss(item("<title>a\ud83d\ude00b \ud800 \u00e9\u00e9</title>")).encode("utf-8", "surrogatepass")

    assert parse(body).entries[0].title == f"a\U0001f600b {NOT_READABLE} \u00e9\u00e9"


def test_a_json_feed_is_read_past_control_characters_and_broken_bytes() -> None:
    body = json_feed(id="1", title="fog@ |\ud83d\ude00|\ud800").replace(b"@", b"\x01").replace(b"|", b"\xff")

    assert parse(body).entries[0].title == f"fog {NOT_READABLE}\U0001f600{NOT_READABLE}"


@given(st.lists(st.sampled_from([*(printed for printed, _ in REFERENCES), "&", "&nbsp;", "x", "<b>", "]]>"])))
def test_what_was_mended_once_is_not_mended_again(parts: list[str]) -> None:
    once = mended("".join(parts).encode(), "", "")[0]

    assert mended(once, "", "")[0] == once


@given(st.binary(max_size=300) | st.text("<&#;x0dD8[]!-CAT >\ufeff", max_size=100).map(str.encode))
def test_any_bytes_can_be_mended(body: bytes) -> None:
    mended(body, "text/xml; charset=gbk", "https://blog.example/feed/")
