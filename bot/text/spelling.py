"""How the name of a category or a tag is written so that, typed back, it means exactly that name.

A plain name is written as it is. One that would be read as something else ("All", "-Minus", "Arts, Letters")
stands in double quotes: what is between them is a name and nothing more. A tag has "#" before it.
"""

from __future__ import annotations

import re

from bot.model import EVERYTHING, Kind
from bot.text.normalize import fold
from bot.text.sanitize import visible

SEPARATORS = ",;\uff0c\uff1b\u3001"  # between the names of a list
DASHES = "\\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d"  # for a character class
HASHES = "#\uff03"
ALL = "all"
RESERVED = frozenset({ALL, "everything", "everypost", EVERYTHING})  # folded words for every post

# Quotation marks are marks only where a word begins: 5" is a size.
QUOTED = (
    rf"(?<![^\s{SEPARATORS}{HASHES}{DASHES}:=\uff1a\uff1d])"
    '(?:"(?:[^"]|"")*"|[\u201c\u201d\u201e\u201f][^\u201c\u201d"]*[\u201c\u201d"]'
    "|\u00ab[^\u00bb]*\u00bb|\u00bb[^\u00ab]*\u00ab|\u2033[^\u2033]*\u2033|\uff02[^\uff02]*\uff02)"
)

_WHOLE = re.compile(QUOTED, re.DOTALL)
_MARKS = re.compile('[\u201c\u201d"]')
_COUNT = r"^\d{1,2}\s|^[+-]?\d{1,9}$|\s[+-]?\d{1,2}$"  # numbers that would be the count of /latest
_SPECIAL = re.compile(
    rf"^[{DASHES}{HASHES}'<*/\uff0f]|[{SEPARATORS}:=\uff1a\uff1d\u2026\"\u201c-\u201f\u00ab\u00bb\u2033\uff02]"
    rf"|\s[{DASHES}]|{_COUNT}"
)


def spelled(kind: Kind, name: str) -> str:
    """Return the name of a category or a tag as it is shown, and typed back."""
    shown = visible(name)
    if _SPECIAL.search(shown) or fold(shown) in RESERVED:
        shown = f"\u201c{_MARKS.sub(chr(39), shown)}\u201d"
    return f"#{shown}" if kind is Kind.TAG else shown


def spelled_key(key: str, name: str) -> str:
    """Return a category or a tag by its term key (`bot.text.normalize.term_key`), or "all"."""
    if key == EVERYTHING:
        return ALL
    return spelled(Kind.TAG if key.startswith("t:") else Kind.CATEGORY, name)


def literal(text: str) -> str | None:
    """Return what stands between quotation marks; None for text that is not wholly in them."""
    text = text.strip()
    if not _WHOLE.fullmatch(text):
        return None
    inner = text[1:-1]
    return (inner.replace('""', '"') if text[0] == '"' else inner).strip()
