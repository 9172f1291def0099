"""What a filter lets through, and which name it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.match import matched_name, matches
from bot.model import EVERYTHING, Filing, Filter
from bot.text.normalize import filing_keys
from tests.contracts.store_samples import terms

NAMES = st.sampled_from(["Trade", "Media", "China-U.S.", "Apps"])
FILINGS = st.builds(Filing, st.lists(NAMES, max_size=3).map(tuple), st.lists(NAMES, max_size=3).map(tuple))
KEYS = st.frozensets(st.sampled_from(["c:trade", "c:media", "t:trade", "t:apps", EVERYTHING]), max_size=4)


def wanted(*names: str) -> Filter:
    """Return the filter of what is typed: "Trade", "#Apps", "*", "-Media"."""
    include = terms(*(name for name in names if not name.startswith("-")))
    exclude = terms(*(name[1:] for name in names if name.startswith("-")))
    return Filter(frozenset(include), frozenset(exclude), include | exclude)


POST = Filing(categories=("China-U.S.", "Trade"), tags=("Media", "TikTok"))


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
    ],
)
def test_a_post_that_does_not_match_names_nothing(names: list[str]) -> None:
    assert not matches(wanted(*names), POST)
    assert matched_name(wanted(*names), POST) == ""


def test_a_post_without_categories_reaches_only_those_who_follow_everything() -> None:
    assert matches(wanted("*"), Filing())
    assert not matches(wanted("Trade", "#TikTok"), Filing())


@given(include=KEYS, exclude=KEYS, filing=FILINGS)
def test_a_filter_is_any_of_the_one_and_none_of_the_other(
    include: frozenset[str], exclude: frozenset[str], filing: Filing
) -> None:
    passes = any(key in include for key in filing_keys(filing)) and not any(
        key in exclude for key in filing_keys(filing)
    )

    assert matches(Filter(include, exclude), filing) is passes
    assert bool(matched_name(Filter(include, exclude), filing)) is passes
