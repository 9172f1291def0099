"""Splits text into the words that word filters compare. Pure, and linear in the length of the text.

The rules are the same for every language and need no dictionary:

- Case, accents, vowel points and invisible characters are ignored, and wide and narrow forms are equal.
- Letters, digits and the marks on them form a word. Everything else separates words: China's is china, s.
- The dots of an abbreviation vanish: U.S. is us.
- In scripts written without spaces each character is a word, so that a phrase is found inside a sentence.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

_LONGEST_RUN = 32  # signs in a row that are looked at; no word has so many marks on one letter
# Sorting the marks on one letter, as normalising does, takes quadratic time. A hostile text has 100,000.
_RUNS = re.compile(rf"([^\w\s\x00-\x7f]{{{_LONGEST_RUN}}})[^\w\s\x00-\x7f]+")
_IGNORED = re.compile(
    "["
    "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"  # accents
    "\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"  # Hebrew and Arabic vowel points
    "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # soft hyphens, joiners, directions
    "\ufe00-\ufe0f\U000e0100-\U000e01ef"  # variants of a glyph
    "]+"
)
_NO_SPACES = (
    "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u3041-\u30ff\u31f0-\u31ff\U0001b000-\U0001b16f"  # Hiragana, Katakana
    "\u0e00-\u0eff\u1780-\u17ff\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"  # Thai, Lao, Khmer, Myanmar
)
_SPARE = 1000  # characters by which a text may more than double; one character can stand for eighteen


@dataclass(frozen=True, slots=True)
class _Patterns:
    """How words are found in a folded text. `abbreviation`: letters with dots between."""

    word: re.Pattern[str]
    abbreviation: re.Pattern[str]


def tokens(text: str) -> list[str]:
    """Return the words of a text in their order, folded. They contain no white space."""
    folded = _folded(text)
    patterns = _patterns_for(folded)
    if _DOTTED.search(folded):
        folded = patterns.abbreviation.sub(_undotted, folded)
    if patterns is _ASCII:  # without a pattern, which takes three times as long
        return folded.translate(_SEPARATED).split()
    return patterns.word.findall(folded)


def _folded(text: str) -> str:
    """Return text without the differences that are ignored."""
    if text.isascii():
        return text.casefold().replace("_", " ")
    whole = unicodedata.normalize("NFKC", _RUNS.sub(r"\1", text))
    plain = whole[: 2 * len(text) + _SPARE].casefold()
    bare = _IGNORED.sub("", unicodedata.normalize("NFKD", plain))
    return unicodedata.normalize("NFC", bare).replace("_", " ")


def _undotted(abbreviation: re.Match[str]) -> str:
    return abbreviation[0].replace(".", "")


def _patterns_for(folded: str) -> _Patterns:
    """Return the fastest patterns that read a folded text right."""
    if folded.isascii():
        return _ASCII
    return _any_script() if _special().search(folded) else _SPACED


def _made(letter: str, part: str) -> _Patterns:
    """Return patterns from those of a letter with its marks, and of any character of a word."""
    single = rf"(?!\d){letter}"
    return _Patterns(re.compile(rf"{part}+"), re.compile(rf"(?<!{part}){single}(?:\.{single})+(?!{part})"))


_DOTTED = re.compile(r"\.[^\W\d]")  # any abbreviation has it, and few other texts
_SEPARATED = {code: " " for code in range(128) if not chr(code).isalnum()}
_ASCII = _made("[a-z]", "[a-z0-9]")
_SPACED = _made(r"\w", r"\w")


@cache
def _special() -> re.Pattern[str]:
    """Return the pattern of what needs `_any_script`: marks, and scripts written without spaces."""
    return re.compile(f"[{_marks()}{_NO_SPACES}]")


@cache
def _any_script() -> _Patterns:
    marks = _marks()
    spaced = _made(rf"(?![{_NO_SPACES}])\w[{marks}]*", rf"[\w{marks}]")
    character = rf"[{_NO_SPACES}](?<=\w)[{marks}]*"
    letter = rf"[^\W{_NO_SPACES}]"
    word = rf"{letter}+(?:[{marks}]+{letter}*)*"
    return _Patterns(re.compile(f"{word}|{character}"), spaced.abbreviation)


@cache
def _marks() -> str:
    """Return the characters that are written on or around a letter, for a character class.

    Those above U+FFFF, of rare scripts, separate words: looking for them would take twenty times as long.
    """
    return "".join(each for each in map(chr, range(0x300, 0x10000)) if unicodedata.category(each)[0] == "M")
