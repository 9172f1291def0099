"""Texts that a feed breaks off."""

from __future__ import annotations

import pytest

from bot.text.cuts import is_cut, trailing_off, without_lead, without_mark

TEXT = "The council voted to close the ferry line."
MARKS = (
    *("…", " […]", " [...]", "...", " Continue reading", " Read more »", " Read the rest of this post »"),
    *(
        " Weiterlesen →",
        " Lire la suite",
        " Leer más »",
        " Leggi tutto",
        " Ler mais",
        " 阅读全文",
        " 続きを読む",
    ),
)


@pytest.mark.parametrize("mark", MARKS)
def test_a_text_that_leads_on_to_its_rest_is_cut(mark: str) -> None:
    assert is_cut(TEXT + mark)


@pytest.mark.parametrize("mark", [each for each in MARKS if "post" not in each])
def test_the_mark_is_no_part_of_the_excerpt(mark: str) -> None:
    assert without_mark(TEXT[:-1] + mark) == TEXT[:-1]


@pytest.mark.parametrize(
    "mark", [" Weiterlesen →", " Lire la suite", " Read more about the ferry", " 阅读全文"]
)
def test_words_that_lead_on_are_no_sentence_of_the_text(mark: str) -> None:
    assert without_lead(TEXT + mark) == TEXT


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "The fire spread on to the harbour, and furthermore",
        "The news spread the rest of the way by itself.",
        "People read more than before, he said.",
        "Mehr. Das ist alles.",
    ],
)
def test_a_text_that_ends_is_not_cut(text: str) -> None:
    assert not is_cut(text)
    assert without_lead(text) == text
    assert without_mark(text) in (text, text.removesuffix("."))


def test_a_title_may_follow_the_words_that_lead_on() -> None:
    assert is_cut("The council voted to close the Continue reading “The last ferry”")
    assert without_lead(f"{TEXT} Continue reading “The last ferry”") == TEXT


def test_only_an_ellipsis_at_the_end_is_taken_away() -> None:
    assert trailing_off("The ferry … sails […]") == ("The ferry … sails", True)
    assert trailing_off(TEXT) == (TEXT, False)
