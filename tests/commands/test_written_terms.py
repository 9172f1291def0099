"""The terms of a filter in an exported file: read back as the same, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.written_terms import read_term, written
from bot.errors import UsageError
from bot.model import EVERYTHING, Kind
from bot.text.normalize import term_key


@pytest.mark.parametrize(
    ("kind", "name", "line"),
    [
        (Kind.CATEGORY, "Arts, Letters", "Arts, Letters"),
        (Kind.CATEGORY, "text: the novel", "\u201ctext: the novel\u201d"),
        (Kind.CATEGORY, "#\u201c", "\u201c#\u201c\u201d"),
        (Kind.CATEGORY, "*", "\u201c*\u201d"),
        (Kind.TAG, "TikTok", "#TikTok"),
        (Kind.WORDS, "export controls", "text:export controls"),
        (Kind.WORDS, "#tag", "text:\u201c#tag\u201d"),
        (Kind.AUTHOR, "Jane Doe", "author:Jane Doe"),
    ],
)
def test_a_term_is_written_with_its_sign(kind: Kind, name: str, line: str) -> None:
    assert written(term_key(kind, name), name) == line
    assert read_term(line) == (term_key(kind, name), name)


def test_everything_is_a_star() -> None:
    assert read_term(written(EVERYTHING, "everything")) == (EVERYTHING, "everything")


@given(st.sampled_from(Kind), st.text(max_size=30) | st.text('text:author#"\u201c\u201d* ', max_size=20))
def test_any_term_comes_back(kind: Kind, name: str) -> None:
    key = term_key(kind, name)
    if key[2:]:
        assert read_term(written(key, name)) == (key, name)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("text:", "text: needs a word, as in text:tariffs. Nothing was imported."),
        (f"text:{'x' * 300}", "at most 12 words and 200 characters"),
        ("author:...", "author: needs a name"),
        ("#", "is no category and no tag"),
    ],
)
def test_what_is_no_term_is_refused(line: str, answer: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_term(line)

    assert answer in str(caught.value)
