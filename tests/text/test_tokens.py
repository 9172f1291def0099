"""The words of a text, whatever its language."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.text.tokens import tokens


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("Export  controls, again!", "export controls again"),
        ("China's \u2019don\u2019t\u2019", "china s don t"),
        ("well-known\u2014or_not/so", "well known or not so"),
        ("Covid-19 5G 1,000 3.5%", "covid 19 5g 1 000 3 5"),
        ("The U.S. and the U.S.A., e.g. F.B.I.'s", "the us and the usa eg fbi s"),
        ("U.S.-China v. 1.2.3 a.b.cd Web2.0", "us china v 1 2 3 ab cd web2 0"),
        ("\u00c9.U. \u0421\u0428\u0410 \u0421.\u0428.\u0410.", "eu \u0441\u0448\u0430 \u0441\u0448\u0430"),
        ("Stra\u00dfe \u00c9CLAIR e\u0301clair \u0130stanbul", "strasse eclair eclair istanbul"),
        ("\uff34\uff52\uff41\uff44\uff45 \u2168 \ufb01ne", "trade ix fine"),
        ("ex\u00adport con\u200btrols \u202eEvil", "export controls evil"),
        ("\u65b0\u51fa\u53e3\u7ba1\u5236\u3002", "\u65b0 \u51fa \u53e3 \u7ba1 \u5236"),
        ("iPhone\u624b\u673a5G", "iphone \u624b \u673a 5g"),
        ("\u304b\u3099\u3093\u3070 \uff76\uff9e", "\u304c \u3093 \u3070 \u30ac"),
        ("\u0e01\u0e35\u0e48\u0e44\u0e17\u0e22", "\u0e01\u0e35\u0e48 \u0e44 \u0e17 \u0e22"),
        ("\u0939\u093f\u0928\u094d\u0926\u0940 \u0e3f \u30fb", "\u0939\u093f\u0928\u094d\u0926\u0940"),
        ("\ud55c\uad6d\uc5b4", "\ud55c\uad6d\uc5b4"),
        ("\u0627\u0644\u0635\u0650\u0651\u064a\u0646", "\u0627\u0644\u0635\u064a\u0646"),
        ("\u0646\u06cc\u200c\u062e\u0648\u0627", "\u0646\u06cc\u062e\u0648\u0627"),
        ("\U0001f600 !? \u2764\ufe0f #tag @me", "tag me"),
    ],
)
def test_a_text_is_split_into_its_words(text: str, words: str) -> None:
    assert tokens(text) == words.split()


@given(
    st.text(max_size=60)
    | st.text("aZ.\u00e9\u0301\u0940\u0345 \u624b\u0e01\u0e35_'\u00df\u0130", max_size=30)
)
@example("\u1e9e.\u037a&\u0345")
def test_the_words_of_words_are_the_same_words(text: str) -> None:
    words = tokens(text)

    assert tokens(" ".join(words)) == words
    assert all(word and len(word.split()) == 1 for word in words)


@given(st.text(st.characters(categories=["Lu", "Ll", "Nd"], max_codepoint=0xFFFF), min_size=1, max_size=10))
def test_a_text_with_a_letter_or_a_digit_has_a_word(text: str) -> None:
    assert tokens(f"- {text} -")


@given(st.text(max_size=20), st.text(max_size=20))
def test_words_do_not_depend_on_what_stands_beside_them(one: str, other: str) -> None:
    assert tokens(f"{one} {other}") == [*tokens(one), *tokens(other)]


@pytest.mark.parametrize(
    "hostile",
    [
        "\u0315\u05b0" * 50_000,  # marks that have to be sorted
        "\u0315" * 50_000 + "\u05b0" * 50_000,
        "a" + "\u05b0\u0315" * 50_000,
        "\ufdfa" * 100_000,  # each stands for eighteen characters
        "a." * 50_000,
        "\u00e9." * 50_000 + "\u00e9\u00e9",
        "\u0939\u0940." * 33_000,
        "\u0e01\u0e35\u0e48" * 33_000,
        "\u624b" * 100_000,
    ],
)
def test_a_hostile_text_is_read_to_its_end_and_grows_little(hostile: str) -> None:
    words = tokens(hostile)  # in a tenth of a second; in quadratic time it would be minutes

    assert len(" ".join(words)) < 4 * len(hostile)
