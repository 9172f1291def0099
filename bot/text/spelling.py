"""Writes the name of a term so that, typed back, it means exactly that name.

A plain name is written unchanged. One that would be parsed as something else ("All", "-Minus", "Arts,
Letters") is put in double quotes, whose content is always a literal name. A tag is prefixed with "#", words
with "text:" and an author with "author:"; after these, every name with a space is in quotes.
"""

from __future__ import annotations

import re

from bot.model import EVERYTHING, Kind
from bot.text.normalize import fold, kind_of
from bot.text.sanitize import visible

SEPARATORS = ",;\uff0c\uff1b\u3001"  # between the names of a list
DASHES = "\\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d"  # for a character class
HASHES = "#\uff03"
ALL = "all"
RESERVED = frozenset({ALL, "everything", "everypost", EVERYTHING})  # folded words that mean every post

# A quotation mark opens a quotation only at the start of a word: 5" is a size.
QUOTED = (
    rf"(?<![^\s{SEPARATORS}{HASHES}{DASHES}:=\uff1a\uff1d])"
    '(?:"(?:[^"]|"")*"|[\u201c\u201d\u201e\u201f][^\u201c\u201d"]*[\u201c\u201d"]'
    "|\u00ab[^\u00bb]*\u00bb|\u00bb[^\u00ab]*\u00ab|\u2033[^\u2033]*\u2033|\uff02[^\uff02]*\uff02)"
)

EQUALS = ":=\uff1a\uff1d"  # between the name of a field and its value
FIELDS = {"text": Kind.WORDS, "author": Kind.AUTHOR}

_PREFIXES = {Kind.TAG: "#"} | {kind: f"{field}:" for field, kind in FIELDS.items()}
_WHOLE = re.compile(QUOTED, re.DOTALL)
_MARKS = re.compile('[\u201c\u201d"]')
_SPECIAL = re.compile(
    rf"^[{DASHES}{HASHES}'<*/\uff0f]|[{SEPARATORS}:=\uff1a\uff1d\u2026\"\u201c-\u201f\u00ab\u00bb\u2033\uff02]"
    rf"|\s[{DASHES}]"
    r"|^\d{1,2}\s|^[+-]?\d{1,9}$|\s[+-]?\d{1,2}$"  # numbers that /latest would take for its count
)


def spelled(kind: Kind, name: str) -> str:
    """Return the name of a term in the form that is shown and can be typed back."""
    shown = visible(name)
    if kind in FIELDS.values():
        if " " in shown or _SPECIAL.search(shown):
            shown = f'"{_MARKS.sub(chr(39), shown)}"'
    elif _SPECIAL.search(shown) or fold(shown) in RESERVED:
        shown = f"\u201c{_MARKS.sub(chr(39), shown)}\u201d"
    return f"{_PREFIXES.get(kind, '')}{shown}"


def spelled_key(key: str, name: str) -> str:
    """Return the same for a term key (`bot.text.normalize.term_key`) and its name; "all" for EVERYTHING."""
    if key == EVERYTHING:
        return ALL
    return spelled(kind_of(key), name)


def literal(text: str) -> str | None:
    """Return the text inside quotation marks; None if they do not enclose the whole text."""
    text = text.strip()
    if not _WHOLE.fullmatch(text):
        return None
    inner = text[1:-1]
    return (inner.replace('""', '"') if text[0] == '"' else inner).strip()
