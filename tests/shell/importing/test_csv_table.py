"""Tables of feeds, channels and filters, as people and spreadsheets write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.shell.importing.csv_table import read_csv, recognises
from bot.shell.importing.sources import place_of

ROW = ("https://a.example/feed/", "console:news", "China-U.S., -Taiwan")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("header", ["Feed URL|Channel|Filter", "rss|to|Categories", "LINK|Place|keywords"])
def test_columns_are_known_by_many_names_and_any_usual_delimiter(delimiter: str, header: str) -> None:
    head = delimiter.join(header.split("|"))
    row = delimiter.join(f'"{cell}"' for cell in ROW)
    text = f"{head}\r\n{row}\r\n\r\n"

    assert recognises(text)
    (feed,) = read_csv(text, place_of).feeds
    assert (feed.url, feed.place, feed.wanted, feed.line) == (*ROW, 2)


def test_a_table_without_a_header_has_feed_channel_and_filter() -> None:
    found = read_csv("https://a.example/,console:news,Trade\nhttps://b.example/\n", place_of)

    assert [(each.url, each.place, each.wanted) for each in found.feeds] == [
        ("https://a.example/", "console:news", "Trade"),
        ("https://b.example/", "", ""),
    ]


def test_rows_that_cannot_be_are_named_by_their_number() -> None:
    found = read_csv(
        "feed,channel\n,console:news\nhttps://a.example/,no such place\nhttps://b.example/,\n", place_of
    )

    assert [str(each) for each in found.problems] == [
        "Line 2: there is no feed in it.",
        "Line 3: “no such place” is no channel; give its address or its id.",
    ]
    assert [each.url for each in found.feeds] == ["https://b.example/"]


def test_bare_ids_are_completed_by_the_platform_whose_they_are() -> None:
    assert place_of("123456789012345678") == "discord:channel:123456789012345678"
    assert place_of("C0123ABC") == "slack:C0123ABC"
    assert place_of("console:news") == "console:news"
    assert [place_of(each) for each in ("news", "nowhere:news", "console:", "console:a b")] == [""] * 4


@pytest.mark.parametrize(
    "text", ["", "words\n", "name,channel\nA,console:news\n", f'feed\n"{"x" * 20_000}"\n']
)
def test_what_is_no_such_table_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"\.$"):
        read_csv(text, place_of)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        found = read_csv(f"feed,channel\n{text}", place_of)
    except UsageError:
        return
    assert len(found.feeds) + len(found.problems) <= len(text) + 1
