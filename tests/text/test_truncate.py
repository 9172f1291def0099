from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.text.truncate import clip, clip_sentences, headline, joined, packed, pages, units

WORDS = st.sampled_from(["word", "中国", "a.", "𠮷", "e\u0301", "(", "\n", "…"])
TEXTS = st.text() | st.lists(WORDS).map(" ".join)


def doubled(text: str) -> int:
    """A cost such as escaping brings: signs count twice."""
    return len(text) + text.count("*")


@pytest.mark.parametrize(
    ("text", "limit", "clipped"),
    [
        ("short", 5, "short"),
        ("one two three", 9, "one two…"),
        ("one two three", 8, "one two…"),
        ("one, two", 6, "one…"),
        ("one two", 1, "…"),
        ("one two", 0, ""),
        ("中国宣布新的规定", 5, "中国宣布…"),
        ("Apple 宣布新的规定", 9, "Apple 宣布…"),
        ("a verylongword", 9, "a…"),
        ("x" * 20, 10, "x" * 9 + "…"),
    ],
)
def test_clip_cuts_at_the_end_of_a_word(text: str, limit: int, clipped: str) -> None:
    assert clip(text, limit) == clipped


def test_clip_does_not_part_a_letter_from_its_accent() -> None:
    assert clip("e\u0301" * 6, 6) == "e\u0301e\u0301…"


@given(TEXTS, st.integers(min_value=-1, max_value=30))
def test_clip_never_exceeds_its_limit_and_only_ever_shortens(text: str, limit: int) -> None:
    clipped = clip(text, limit)

    assert len(clipped) <= max(limit, 0)
    assert clipped == text or text.startswith(clipped.removesuffix("…"))


@given(st.text(alphabet="ab* "), st.integers(min_value=0, max_value=30))
@example("**** ****", 6)
def test_what_is_cut_fits_by_its_cost_and_loses_no_more_than_it_must(text: str, limit: int) -> None:
    clipped = clip(text, limit, doubled)

    assert doubled(clipped) <= limit
    if clipped != text:
        longer = clip(text, len(clipped) + 1)
        assert longer == clipped or doubled(longer) > limit


def test_characters_beyond_the_first_plane_count_twice() -> None:
    assert units("a𠮷") == 3
    assert clip("𠮷𠮷𠮷 𠮷𠮷𠮷", 8, units) == "𠮷𠮷𠮷…"


@pytest.mark.parametrize(
    ("text", "limit", "clipped"),
    [
        ("The council met. It voted.", 26, "The council met. It voted."),
        ("The council met. It voted.", 25, "The council met."),
        ("The council met at noon. It voted yes.", 33, "The council met at noon."),
        ("Mr. Smith met the council of the town. It voted.", 30, "Mr. Smith met the council of…"),
        ("It met. The council of the town voted.", 30, "It met. The council of the…"),
        ("市议会周一开会。会上通过了决议。", 12, "市议会周一开会。"),
        ("no sentence at all in here", 12, "no sentence…"),
    ],
)
def test_prose_is_cut_after_a_sentence_unless_that_keeps_too_little(
    text: str, limit: int, clipped: str
) -> None:
    assert clip_sentences(text, limit) == clipped


@given(TEXTS, st.integers(min_value=0, max_value=40))
def test_cut_prose_never_exceeds_its_limit(text: str, limit: int) -> None:
    clipped = clip_sentences(text, limit, units)

    assert units(clipped) <= limit
    assert text.startswith(clipped.removesuffix("…"))


def test_pages_part_between_lines_and_a_long_line_between_words() -> None:
    text = "one\ntwo three\n\nfour five six seven"

    assert pages(text, 10) == ["one", "two three\n", "four five", "six seven"]


@given(TEXTS, st.integers(min_value=2, max_value=20))
@example("((((((((((((((((((((((((((", 5)
@example("", 5)
def test_pages_lose_nothing_and_keep_their_limit(text: str, limit: int) -> None:
    found = pages(text, limit, units)

    assert found
    assert all(units(page) <= limit for page in found)
    assert "".join("".join(found).split()) == "".join(text.split())


def test_items_that_do_not_fit_are_counted() -> None:
    names = ["Trade", "Technology", "Media"]

    assert joined(names, 24) == "Trade, Technology, Media"
    assert joined(names, 23) == "Trade, and 2 more"
    assert joined(names, 16) == "and 3 more"
    assert joined([], 5) == ""


@given(st.lists(st.text(max_size=12), max_size=9), st.integers(min_value=11, max_value=60))
def test_joined_items_keep_their_limit_and_all_are_accounted_for(items: list[str], limit: int) -> None:
    text = joined(items, limit, gap="|")

    assert units(text) <= limit
    ways = ["|".join([*items[:kept], f"and {len(items) - kept} more"]) for kept in range(len(items))]
    assert text in ("|".join(items), *ways)


def test_items_are_packed_in_order() -> None:
    assert packed(["aa", "bb", "cccccccc", "d"], 6, gap="--") == ["aa--bb", "cccccccc", "d"]


@pytest.mark.parametrize(
    ("title", "summary", "limit", "expected"),
    [
        ("Fog", "Fog again. I like it.", 80, ("Fog", "Fog again. I like it.")),
        ("", "Fog again. I like it.", 80, ("Fog again.", "I like it.")),
        ("", "Fog again", 80, ("Fog again", "")),
        ("", "", 80, ("", "")),
        (
            "",
            "Fog again this morning. I like it.",
            12,
            ("Fog again\u2026", "Fog again this morning. I like it."),
        ),
    ],
)
def test_an_untitled_post_says_its_first_sentence_once(
    title: str, summary: str, limit: int, expected: tuple[str, str]
) -> None:
    assert headline(title, summary, limit) == expected
