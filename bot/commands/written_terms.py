"""Writes the terms of a filter into an exported file, and reads them back. Pure."""

from __future__ import annotations

import re

from bot.commands.fields import value_problem
from bot.errors import UsageError
from bot.model import EVERYTHING, Kind
from bot.text.normalize import fold, kind_of, term_key
from bot.text.spelling import FIELDS, literal

_SIGNS = {Kind.TAG: "#"} | {kind: f"{name}:" for name, kind in FIELDS.items()}
_SIGNED = re.compile(rf"(?P<sign>{'|'.join(map(re.escape, _SIGNS.values()))})?(?P<name>.*)", re.DOTALL)
_KINDS = {sign: kind for kind, sign in _SIGNS.items()}


def written(key: str, name: str) -> str:
    """Return a term as it is written in the file."""
    if key == EVERYTHING:
        return EVERYTHING
    sign = _SIGNS.get(kind_of(key), "")
    if name.startswith(tuple(_KINDS)) or name == EVERYTHING or _in_marks(name):
        name = f"\u201c{name}\u201d"  # so that it is read back as a name
    return f"{sign}{name}"


def read_term(typed: str) -> tuple[str, str]:
    """Return the key and the name of a term written in the file. UsageError if there is no such term."""
    if typed == EVERYTHING:
        return EVERYTHING, "everything"
    found = _SIGNED.fullmatch(typed)
    sign, name = (found["sign"], found["name"]) if found else (None, typed)
    kind = _KINDS.get(sign or "", Kind.CATEGORY)
    name = name[1:-1] if _in_marks(name) else name
    if kind in FIELDS.values():
        if problem := value_problem(kind, name):
            raise UsageError(f"{problem} Nothing was imported.")
    elif not fold(name):
        raise UsageError(f"\u201c{typed}\u201d is no category and no tag; nothing was imported.")
    return term_key(kind, name), name


def _in_marks(name: str) -> bool:
    """Whether a name is in quotation marks, whatever is inside them."""
    enclosed = len(name) > 1 and name.startswith("\u201c") and name.endswith("\u201d")
    return enclosed or literal(name) is not None
