"""Checks the values of `text:` and `author:`, and how many of them somebody may follow. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.commands.reading import Item
from bot.errors import UsageError
from bot.model import EVERYTHING, Kind, Subscription
from bot.text.normalize import kind_of, term_key
from bot.text.sanitize import visible
from bot.text.spelling import DASHES, FIELDS, spelled

LONGEST_VALUE = 200  # characters
MOST_WORDS = 12  # with spaces between
MOST_FILTERS = 50  # by words and authors, of one person or channel

_NAMES = {kind: name for name, kind in FIELDS.items()}
_NEEDED = {Kind.WORDS: "a word, as in text:tariffs", Kind.AUTHOR: 'a name, as in author:"Jane Doe"'}
_DASH = re.compile(rf"[{DASHES}]+\s*")
_SHORTENED = 4  # words that the refusal of a long phrase proposes
_PROPOSED = 60  # most characters of them


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
    if len(shown) > LONGEST_VALUE or len(shown.split()) > MOST_WORDS:
        short = " ".join(shown.split()[:_SHORTENED])[:_PROPOSED]
        limits = f"at most {MOST_WORDS} words and {LONGEST_VALUE} characters"
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
    """Raise UsageError if somebody would have more than MOST_FILTERS filters by words and authors.

    `added`: the term keys to follow or to leave out beside those of the subscriptions.
    """
    keys = frozenset[str]().union(*(each.filter.include | each.filter.exclude for each in subscriptions))
    had = set(filter(_is_free, keys))
    total = had.union(filter(_is_free, added))
    if len(total) > max(MOST_FILTERS, len(had)):
        raise UsageError(
            f"That would be {len(total)} filters by words and authors, and {MOST_FILTERS} is the limit; "
            "take some off first."
        )


def _is_free(key: str) -> bool:
    return key != EVERYTHING and kind_of(key) in _NAMES
