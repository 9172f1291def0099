"""Finds where a feed breaks off a text: at an ellipsis, or at words that lead on to the rest. Pure."""

from __future__ import annotations

import re

_LAST = 300  # characters at the end of a text, in which such words are looked for
_ELLIPSIS = r"(?:\[\s*)?(?:…|\.{3,})(?:\s*\])?"
_WORDS = (
    *("continue reading", "keep reading", "read more", "read on", "read the rest"),
    *("weiterlesen", "mehr lesen", "den ganzen artikel lesen", "lire la suite", "lire plus"),
    *("leer más", "seguir leyendo", "sigue leyendo", "leggi tutto", "continua a leggere", "ler mais"),
    *("lees verder", "läs mer"),
)
# Chinese and Japanese have no spaces between words, so any character may stand before these.
_CHARACTERS = "阅读全文|閱讀全文|继续阅读|繼續閱讀|続きを読む"
_READ_ON = rf"(?:(?<!\w)(?:{'|'.join(_WORDS)})|{_CHARACTERS})"
_BEGINNING = rf"(?<!\w)(?:{'|'.join(each.capitalize() for each in _WORDS)})"
_AFTER = rf"(?<=[.!?…\])。！？])\s*(?i:{_READ_ON})\b.{{0,200}}$"  # noqa: RUF001 -- they end sentences
# In the middle of a sentence only a capital shows that the words lead on: people also "read more" there.
_CUT = re.compile(rf"{_ELLIPSIS}\W*$|(?i:{_READ_ON})\W*$|{_AFTER}|{_BEGINNING}\b.{{0,200}}$", re.DOTALL)
_MARK = re.compile(rf"\s*(?:{_ELLIPSIS}|{_READ_ON}|(?<!\w)more\s*»?)\W*$", re.IGNORECASE)
_AFTER_A_SENTENCE = re.compile(rf"{_AFTER}|\s+(?:{_BEGINNING}|\(more)\W*$")
_TRAILING_OFF = re.compile(rf"\s*{_ELLIPSIS}$")


def is_cut(text: str) -> bool:
    """Whether the end of a text shows that there is more of it."""
    return _CUT.search(text[-_LAST:]) is not None


def without_mark(text: str) -> str:
    """Return an excerpt without the mark of what was cut off, which may be made of two."""
    return _MARK.sub("", _MARK.sub("", text.strip()))


def without_lead(text: str) -> str:
    """Return a text without words at its end, after its last sentence, that lead on to the rest."""
    return _AFTER_A_SENTENCE.sub("", text)


def trailing_off(text: str) -> tuple[str, bool]:
    """Return a text without an ellipsis at its end, and whether there was one."""
    rest, found = _TRAILING_OFF.subn("", text)
    return rest, found > 0
