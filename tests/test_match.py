"""What a filter lets through, and which name it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.match import Subject, in_order, matched_name, matches, subject_of
from bot.model import EVERYTHING, Filing, Filter
from bot.text.normalize import filing_keys
from tests.contracts.store_samples import row, terms

NAMES = st.sampled_from(["Trade", "Media", "China-U.S.", "Apps"])
FILINGS = st.builds(Filing, st.lists(NAMES, max_size=3).map(tuple), st.lists(NAMES, max_size=3).map(tuple))
KEYS = st.frozensets(st.sampled_from(["c:trade", "c:media", "t:trade", "t:apps", EVERYTHING]), max_size=4)


def wanted(*names: str) -> Filter:
    """Return the filter of what is typed: "Trade", "#Apps", "*", "-Media"."""
    include = terms(*(name for name in names if not name.startswith("-")))
    exclude = terms(*(name[1:] for name in names if name.startswith("-")))
    return Filter(frozenset(include), frozenset(exclude), include | exclude)


def subject(filing: Filing, title: str = "", text: str = "", author: str = "") -> Subject:
    """Return what a filter sees of a post."""
    post = replace(row().post, filing=filing, title=title, author=author)
    return subject_of(post, text)


FILING = Filing(categories=("China-U.S.", "Trade"), tags=("Media", "TikTok"))
POST = subject(
    FILING,
    "Export Controls",
    "The U.S. widens them. China\u2019s answer: \u51fa\u53e3\u7ba1\u5236.",
    "Jane Doe, Bo",
)


@pytest.mark.parametrize(
    ("names", "name"),
    [
        (["Trade"], "Trade"),
        (["china us"], "china us"),
        (["Economy", "Trade"], "Trade"),
        (["#TikTok"], "TikTok"),
        (["*"], "everything"),
        (["*", "#TikTok"], "TikTok"),
        (["*", "#TikTok", "Trade"], "Trade"),
        (["Trade", "-Economy"], "Trade"),
        (["*", "-#Trade"], "everything"),
        (["text:EXPORT controls"], "EXPORT controls"),
        (["text:us"], "us"),
        (["text:the US widens"], "the US widens"),
        (["text:china"], "china"),
        (["text:\u53e3\u7ba1"], "\u53e3\u7ba1"),
        (["author:jane-doe"], "jane-doe"),
        (["author:Bo"], "Bo"),
        (["author:Jane Doe, Bo"], "Jane Doe, Bo"),
        (["*", "author:Bo", "text:china"], "china"),
        (["*", "author:Bo"], "Bo"),
        (["#TikTok", "author:Bo", "text:china"], "TikTok"),
        (["Trade", "-text:sponsored", "-author:Ann"], "Trade"),
    ],
)
def test_a_post_that_matches_names_what_made_it_match(names: list[str], name: str) -> None:
    assert matches(wanted(*names), POST)
    assert matched_name(wanted(*names), POST) == name


@pytest.mark.parametrize(
    "names",
    [
        ["Economy"],
        ["Media"],  # the post is merely tagged so
        ["#Trade"],  # the post is filed so
        [],
        ["Trade", "-China-U.S."],
        ["*", "-#Media"],
        ["Trade", "-Trade"],
        ["text:export control"],
        ["text:controls the"],  # not across the border of title and text
        ["text:them China answer"],
        ["text:port"],
        ["text:Trade"],
        ["text:jane"],
        ["author:Jane"],
        ["Jane Doe"],
        ["Trade", "-text:export controls"],
        ["*", "-author:Bo"],
    ],
)
def test_a_post_that_does_not_match_names_nothing(names: list[str]) -> None:
    assert not matches(wanted(*names), POST)
    assert matched_name(wanted(*names), POST) == ""


def test_a_post_without_categories_reaches_only_those_who_follow_everything() -> None:
    assert matches(wanted("*"), subject(Filing()))
    assert not matches(wanted("Trade", "#TikTok"), subject(Filing()))


def test_categories_go_before_tags_words_authors_and_everything() -> None:
    assert in_order(["*", "a:bo", "w:a", "t:x", "c:b", "c:a"]) == ["c:a", "c:b", "t:x", "w:a", "a:bo", "*"]


@given(include=KEYS, exclude=KEYS, filing=FILINGS)
def test_a_filter_is_any_of_the_one_and_none_of_the_other(
    include: frozenset[str], exclude: frozenset[str], filing: Filing
) -> None:
    passes = any(key in include for key in filing_keys(filing)) and not any(
        key in exclude for key in filing_keys(filing)
    )

    assert matches(Filter(include, exclude), subject(filing)) is passes
    assert bool(matched_name(Filter(include, exclude), subject(filing))) is passes
