"""Checks the values of `text:` and `author:`, and how many of them somebody may follow. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.commands.reading import Item
from bot.errors import UsageError
from bot.model import EVERYTHING, Kind, Subscription
from bot.text.normalize import kind_of, term_key
from bot.text.sanitize import visible
from bot.text.spelling import DASHES, FIELDS, spelled


@dataclass(frozen=True, slots=True)
class FieldLimits:
    """How long and how many filters by words and authors may be."""

    value: int = 200  # characters
    words: int = 12  # with spaces between
    filters: int = 50  # by words and authors, of one person or channel
    proposed_words: int = 4  # words that the refusal of a long phrase proposes
    proposed: int = 60  # most characters of them


FILTER_LIMITS = FieldLimits()

_NAMES = {kind: name for name, kind in FIELDS.items()}
_NEEDED = {Kind.WORDS: "a word, as in text:tariffs", Kind.AUTHOR: 'a name, as in author:"Jane Doe"'}
_DASH = re.compile(rf"[{DASHES}]+\s*")


def check_value(item: Item) -> None:
    """Raise UsageError for the value of a field that nobody can follow. Other names are not checked."""
    if item.free:
        problem = value_problem(item.kind, item.name) or ("" if item.quoted else _doubt(item))
        if problem:
            raise UsageError(problem)


def value_problem(kind: Kind, value: str) -> str:
    """Return what is wrong with the value of a field, and what is right, as a sentence; "" for nothing."""
    name, shown = _NAMES[kind], visible(value)
    if not term_key(kind, shown)[2:]:
        return f"{name}: needs {_NEEDED[kind]}."
    if len(shown) > FILTER_LIMITS.value or len(shown.split()) > FILTER_LIMITS.words:
        short = " ".join(shown.split()[: FILTER_LIMITS.proposed_words])[: FILTER_LIMITS.proposed]
        limits = f"at most {FILTER_LIMITS.words} words and {FILTER_LIMITS.value} characters"
        return f"{name}: takes {limits}; fewer may do: {spelled(kind, short)}"
    return ""


def _doubt(item: Item) -> str:
    """Return why a value without quotation marks may have been meant otherwise; "" if it is plain."""
    name, value = _NAMES[item.kind], visible(item.name)
    if dash := _DASH.match(value):
        return f"To leave it out, the dash comes first: -{spelled(item.kind, value[dash.end() :])}"
    if " " in value:
        return f"{name}: takes one word; several need quotation marks: {spelled(item.kind, value)}"
    return ""


def check_number(subscriptions: Iterable[Subscription], added: Iterable[str]) -> None:
    """Raise UsageError if somebody would have more than `FILTER_LIMITS.filters` filters by words and authors.

    `added`: the term keys to follow or to leave out beside those of the subscriptions.
    """
    keys = frozenset[str]().union(*(each.filter.include | each.filter.exclude for each in subscriptions))
    had = set(filter(_is_free, keys))
    total = had.union(filter(_is_free, added))
    if len(total) > max(FILTER_LIMITS.filters, len(had)):
        raise UsageError(
            f"That would be {len(total)} filters by words and authors, and {FILTER_LIMITS.filters} is the "
            "limit; take some off first."
        )


def _is_free(key: str) -> bool:
    return key != EVERYTHING and kind_of(key) in _NAMES
