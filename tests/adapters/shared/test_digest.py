"""How a digest groups its posts, the same on every platform."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.shared.digest import OTHERS, fitting, gist, grouped, left_out, show_all
from bot.model import Digest, Post, SuggestedAction
from bot.text.normalize import fold
from tests.adapters.any_messages import LISTS, a_post, unhurried
from tests.adapters.digests import filed


def titles(posts: tuple[Post, ...]) -> dict[str, list[str]]:
    return {group.name: [post.title for post in group.posts] for group in grouped(posts)}


def test_the_largest_group_comes_first_and_each_keeps_the_order_of_its_posts() -> None:
    posts = (
        filed("one", "Media"),
        filed("two", "Trade"),
        filed("three"),
        filed("four", "Media", "Trade"),
        filed("five", "China-U.S.", "Trade"),
    )

    assert titles(posts) == {"Trade": ["two", "four", "five"], "Media": ["one"], OTHERS: ["three"]}
    assert list(titles(posts)) == ["Trade", "Media", OTHERS]


def test_of_two_categories_with_as_many_posts_the_one_seen_first_gets_the_post() -> None:
    posts = (filed("one", "Media", "Trade"), filed("two", "Trade", "Media"))

    assert titles(posts) == {"Media": ["one", "two"]}


def test_spellings_of_one_category_are_one_group_under_the_name_seen_first() -> None:
    posts = (filed("one", "China-U.S."), filed("two", "china us"), filed("three", "…\u200b", " "))

    assert titles(posts) == {"China-U.S.": ["one", "two"], OTHERS: ["three"]}


def test_posts_without_any_category_stand_without_a_heading() -> None:
    assert titles((filed("one"), filed("two", "\u200b"))) == {"": ["one", "two"]}
    assert grouped(()) == ()


@unhurried
@given(LISTS.map(lambda posts: posts * 3))
def test_each_post_is_in_one_group_of_its_own_categories_and_groups_shrink(posts: tuple[Post, ...]) -> None:
    groups = grouped(posts)
    named = [group for group in groups if group.name not in ("", OTHERS)]

    assert Counter(post for group in groups for post in group.posts) == Counter(posts)
    for group in named:
        assert all(fold(group.name) in map(fold, post.filing.categories) for post in group.posts)
    sizes = [len(group.posts) for group in named]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("room", [0, 1, 7, 20])
def test_where_room_is_short_the_newest_posts_are_shown_and_one_at_least(room: int) -> None:
    posts = tuple(filed(str(number), f"Name {number % 3}") for number in range(12))
    groups = fitting(posts, lambda found: sum(len(group.posts) for group in found) <= room)
    shown = sorted(int(post.title) for group in groups for post in group.posts)

    assert shown == list(range(min(max(room, 1), 12)))
    assert left_out(groups, len(posts)) == 12 - len(shown)


def test_a_button_for_the_rest_needs_a_rest_and_a_number() -> None:
    digest = Digest((a_post(),) * 14, "Daily digest: 14 posts", number=7)

    assert show_all(digest, 4) == SuggestedAction("Show all 14", "digest", (("number", "7"), ("page", "2")))
    assert show_all(digest, 0) is None
    assert show_all(digest, 5) == SuggestedAction("Show all 14", "digest", (("number", "7"), ("page", "1")))
    assert show_all(Digest(digest.posts, "While the bot was away"), 4) is None


@pytest.mark.parametrize(
    ("title", "summary", "line"),
    [
        ("Chips", "The list grew. It will grow again.", "The list grew."),
        ("Chips", "", ""),
        ("", "The list grew. It will grow again.", "It will grow again."),
        ("The list grew.", "The list grew. It will grow again.", ""),
        ("", "word " * 80, ""),
        ("Chips", "word " * 80, "word " * 19 + "word…"),
        ("芯片", "商务部周一宣布新规定。明年生效。", "商务部周一宣布新规定。"),
    ],
)
def test_the_line_of_a_post_is_its_first_sentence_unless_that_is_its_title(
    title: str, summary: str, line: str
) -> None:
    assert gist(a_post(title=title, summary=summary)) == line


@unhurried
@given(st.text())
def test_any_text_has_a_short_line(text: str) -> None:
    line = gist(a_post(summary=text))

    assert len(line) <= 100
    assert "\n" not in line
