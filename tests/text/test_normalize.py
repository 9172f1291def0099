"""Names however they are typed, and the keys made of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.model import EVERYTHING, Filing, Kind
from bot.text.normalize import attempt_key, filing_keys, fold, link_key, nearest, term_key

KNOWN = ("China-U.S.", "Economy", "Hong Kong", "Markets", "Media", "Taiwan", "Technology", "Trade")


@pytest.mark.parametrize(
    "typed",
    [
        "China-U.S.",
        "china us",
        "CHINA US",
        "China\u2013U.S.",
        "china\u2014u.s",
        "China\u2011US",
        "China \u2212 U. S.",
        " china_us ",
        "China/US",
        "China\u00a0US",
        "\uff23hina-US",
        "Chi\u00adna-U\u200b.S.",
        "\u201cChina-U.S.\u201d",
        "'china-us'",
    ],
)
def test_one_name_may_be_typed_in_many_ways(typed: str) -> None:
    assert fold(typed) == fold("China-U.S.") == "chinaus"


@pytest.mark.parametrize(
    ("one", "other"),
    [("R&D", "R and D"), ("R & D", "r&d"), ("Stra\u00dfe", "STRASSE"), ("Caf\u00e9", "Cafe\u0301")],
)
def test_signs_that_mean_the_same_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("C", "C++"), ("C#", "C"), ("Caf\u00e9", "Cafe"), ("1", "11"), ("\u4e2d\u56fd", "\u4e2d")],
)
def test_names_that_differ_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize("name", ["", " ", "-", "...", "\u2014 / _", "\u200b"])
def test_separators_alone_are_no_name(name: str) -> None:
    assert fold(name) == ""


@given(st.text(max_size=40))
@example("\u0345\u0301")
@example("\u1e9e.\u037a&")
def test_a_folded_name_stays_as_it_is(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20))
def test_a_name_with_a_letter_or_a_digit_never_vanishes(name: str) -> None:
    assert fold(name)


@given(st.text(max_size=30))
def test_a_folded_name_has_no_space(name: str) -> None:
    assert not re.search(r"\s", fold(name))


@pytest.mark.parametrize(
    "link",
    [
        "https://blog.example/2026/03/post/",
        "http://www.blog.example/2026/03/post",
        "https://BLOG.example/2026/03/post/?utm_source=x#top",
        "  https://blog.example/2026/03/post/  ",
    ],
)
def test_one_link_in_many_forms(link: str) -> None:
    assert link_key(link) == "blog.example/2026/03/post"


def test_a_query_tells_links_apart_where_there_is_no_path() -> None:
    assert link_key("https://blog.example/?p=1") != link_key("http://blog.example/?p=2")


def test_a_category_and_a_tag_of_one_name_have_two_keys() -> None:
    filing = Filing(categories=("China-U.S.",), tags=("china us", "TikTok"))

    assert filing_keys(filing) == {"c:chinaus", "t:chinaus", "t:tiktok", EVERYTHING}
    assert term_key(Kind.CATEGORY, EVERYTHING) != EVERYTHING


@pytest.mark.parametrize(
    ("typed", "first"),
    [("Tecnology", "Technology"), ("taiwn", "Taiwan"), ("hongkong", "Hong Kong"), ("market", "Markets")],
)
def test_the_nearest_name_comes_first(typed: str, first: str) -> None:
    assert nearest(typed, KNOWN)[0] == first


def test_what_is_like_nothing_has_no_nearest_name() -> None:
    assert nearest("xyzzy", KNOWN) == []
    assert nearest("trade", []) == []


@given(st.text(max_size=30), st.lists(st.text(max_size=15), max_size=8), st.integers(1, 5))
def test_the_nearest_are_known_and_no_more_than_asked_for(typed: str, known: list[str], limit: int) -> None:
    found = nearest(typed, known, limit)

    assert len(found) <= limit
    assert set(found) <= set(known)


@given(st.text(max_size=40), st.text(max_size=40))
def test_an_attempt_key_fits_a_nonce_and_is_always_the_same(address: str, what: str) -> None:
    key = attempt_key(address, what)

    assert re.fullmatch(r"[0-9a-f]{24}", key)
    assert key == attempt_key(address, what)
    assert key != attempt_key(address + "x", what)
