from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.text.html_text import paragraphs, plain_text, update_paragraph

PROSE = "<p>The council met on Monday.</p>"
TAGS = (
    "<p> </p> <br> <blockquote> </blockquote> <li> <h2> </h2> <a> </a> <figure> <table> <q> <!-- --> <script>"
    " <? < > ' <p\x0bclass='fn' <![CDATA[ ]]> &amp; &#8217; &#x202e; &nbsp &bogus; &apos;"
    " &#0; \x00 \ud800 Update:"
)
MARKUP = st.sampled_from([*TAGS.split(" "), " "])
HOSTILE = st.lists(MARKUP | st.text(max_size=8), max_size=40).map("".join)


def texts(html: str) -> list[str]:
    return [paragraph.text for paragraph in paragraphs(html)]


@given(HOSTILE)
@example("<?xml version='1.0' encoding='latin-1'?><p>\xe9</p>")
@example("<p \x00\ud800>")
@example("")
def test_any_input_gives_clean_paragraphs(html: str) -> None:
    for text in [*texts(html), update_paragraph(html)]:
        assert text == " ".join(text.split())
        assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in text)
        assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\xa0")


@given(st.lists(st.text(alphabet="abc <>&;#8'\"", min_size=1, max_size=30), min_size=1, max_size=5))
def test_escaped_text_comes_back_as_it_was_written(written: list[str]) -> None:
    escaped = [text.replace("&", "&amp;").replace("<", "&lt;") for text in written]

    expected = [" ".join(text.split()) for text in written if text.split()]
    assert plain_text("".join(f"<p>{text}</p>" for text in escaped)) == "\n\n".join(expected)


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 300_000,
        "<b>" * 500_000,
        "<blockquote>" * 150_000,
        "<table>" * 200_000,
        "<!--" * 400_000,
        "<script>" * 200_000,
        "<p " * 600_000,
        "<p a='" * 300_000,
        "<" * 1_500_000,
        "&" * 1_500_000,
        "&apos;" * 250_000,
        "<p>Update " + "on 1 " * 300_000,
        "<p>" + "." * 1_500_000,
    ],
    ids=lambda html: html[:12],
)
@pytest.mark.timeout(30)
def test_two_megabytes_of_malice_are_read_in_linear_time(html: str) -> None:
    assert isinstance(paragraphs(PROSE + html), list)


@pytest.mark.timeout(30)
def test_hundreds_of_thousands_of_attributes_cost_no_quadratic_time() -> None:
    html = f"<p {' '.join(f'a{number}' for number in range(200_000))}>Prose.</p>"

    for _ in range(20):  # five seconds a round where the parser is given all of them
        assert texts(html) == ["Prose."]


def test_the_class_of_a_tag_with_very_many_attributes_is_still_seen() -> None:
    attributes = " ".join(f"data-{number}='x'" for number in range(1_000))

    assert texts(f"<div {attributes} class='sharedaddy'>Share.</div><p {attributes}>Prose.</p>") == ["Prose."]
