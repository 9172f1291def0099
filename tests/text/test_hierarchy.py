"""Which categories are above which, whatever numbers a blog gives."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import BlogCategory, Feed, FeedSettings, FeedState, Filing
from bot.pipeline.classify.hierarchy import with_parents
from bot.pipeline.classify.names import Names
from bot.text.hierarchy import above_by_name, below_name, counts_for_parents
from tests.contracts.store_samples import T0

WORLD = (BlogCategory(1, "World", 0), BlogCategory(2, "Asia", 1), BlogCategory(3, "China", 2))


def printed(name: str) -> str:
    return name


def test_each_category_is_below_all_that_are_above_it() -> None:
    above = above_by_name(WORLD, printed)

    assert above == {"asia": ("World",), "china": ("Asia", "World")}
    assert below_name(above, "World") == {"asia", "china"}
    assert below_name(above, "China") == set()


def test_a_name_that_two_categories_have_is_below_nothing_unless_both_are() -> None:
    other = BlogCategory(4, "CHINA", 9)
    twin = BlogCategory(5, "china", 2)

    assert "china" not in above_by_name((*WORLD, other), printed)
    assert above_by_name((*WORLD, twin), printed)["china"] == ("Asia", "World")


def test_names_are_those_that_are_used() -> None:
    use = Names({"World": "", "Asia": "Far East"}).use

    assert above_by_name(WORLD, use) == {"china": ("Far East",)}


categories = st.lists(
    st.builds(BlogCategory, st.integers(1, 6), st.sampled_from("abcd"), st.none() | st.integers(0, 7)),
    max_size=9,
)


@given(categories)
def test_nothing_is_above_itself(found: list[BlogCategory]) -> None:
    assert all(name not in names for name, names in above_by_name(found, printed).items())


@pytest.mark.parametrize(
    ("switch", "new", "on"),
    [("auto", True, True), ("auto", False, False), ("on", False, True), ("off", True, False)],
)
def test_the_switch_of_the_feed_decides_and_else_its_age(switch: str, new: bool, on: bool) -> None:  # noqa: FBT001
    settings = FeedSettings("Blog", "https://blog.example/feed/", children=switch)
    feed = Feed(1, settings, settings.url, FeedState(baseline_at=T0, children=new), T0)

    assert counts_for_parents(feed) is on
    assert counts_for_parents(replace(feed, state=FeedState())) is (switch != "off")


def test_a_known_post_gets_what_is_above_a_category_that_is_new_to_it() -> None:
    above = above_by_name(WORLD, printed)
    filed = Filing(("China", "Media"), evidence="The API says so.")
    old = Filing(("China",))

    assert with_parents(filed, above).categories == ("China", "Media", "Asia", "World")
    assert with_parents(filed, above, Filing(("Media",))).categories == ("China", "Media", "Asia", "World")
    assert with_parents(filed, above, old) is filed
    assert with_parents(filed, above, Filing(("China", "Asia"))).categories == ("China", "Media", "Asia")
    assert with_parents(Filing(("Media",)), above, Filing(("Media", "Asia"))).categories == ("Media",)
