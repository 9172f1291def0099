"""What a search looks for, and how much of it is ranked."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """How much of a question is searched for, and how much is ranked."""

    ranked: int = 500  # most matches that are ranked
    words: int = 12  # further words are ignored: each one costs a scan of the index
    beginning: int = 3  # letters; a shorter prefix would match a large part of the index


SEARCH = SearchLimits()
_IDEOGRAPHS = (
    "\u2e80"  # first character of the scripts without spaces between words, where one letter is enough
)


@dataclass(frozen=True, slots=True)
class Typed:
    """The words of a typed text. `begins`: whether the last one may be the beginning of a word."""

    words: tuple[str, ...]
    begins: bool


def typed_words(text: str) -> Typed:
    """Return the words that a person typed, without any signs."""
    words = re.findall(r"\w+", unicodedata.normalize("NFC", text))[: SEARCH.words]
    begins = bool(words) and (len(words[-1]) >= SEARCH.beginning or words[-1][0] >= _IDEOGRAPHS)
    return Typed(tuple(words), begins)
