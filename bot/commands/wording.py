"""How answers are worded: names, lists, counts, times and places. Pure.

Whatever came from outside (titles, names, typed text, errors) passes `show` or `quoted` before it is echoed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.model import EVERYTHING, Cadence, Filter

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CADENCES = {Cadence.NOW: "at once", Cadence.DAILY: "once a day", Cadence.WEEKLY: "once a week"}
MOST_NAMES = 50  # of one list; a chat message has room for about that many

_JOINERS = frozenset("\u200c\u200d")  # invisible, but words of some scripts and emoji are built with them
_BREAKS = frozenset({"Cc", "Zl", "Zp"})
_HIDDEN = frozenset({"Cf", "Cs"})  # bidi controls, zero-width and tag characters, lone surrogates


def clean(text: str) -> str:
    """Return the text on one line, without control, bidi and invisible characters."""
    kept: list[str] = []
    for character in text:
        category = unicodedata.category(character)
        if category in _BREAKS:
            kept.append(" ")
        elif category not in _HIDDEN or character in _JOINERS:
            kept.append(character)
    return " ".join("".join(kept).split())


def show(text: str, limit: int = 80) -> str:
    """Return outside text fit for an answer: cleaned, and at most `limit` characters long."""
    line = clean(text)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "\u2026"


def bare_url(typed: str) -> str:
    """Return the URL of a link as chats write it: "<https://blog.example/a|A post>"; other text as it is."""
    return typed[1:].rstrip(">").partition("|")[0].strip() if typed.startswith("<") else typed


def quoted(text: str, limit: int = 80) -> str:
    """Return outside text in quotation marks."""
    return f"\u201c{show(text, limit)}\u201d"


def sentence(text: str, limit: int = 200) -> str:
    """Return outside text (an error, a reason) as one that ends in a full stop; "" stays ""."""
    line = show(text, limit)
    return line if not line or line[-1] in ".!?\u2026" else line + "."


def ended(text: str) -> str:
    """Return our own text with one full stop, also after a name such as "China-U.S."."""
    return text if text.endswith(".") else f"{text}."


def listed(names: Sequence[str], most: int = MOST_NAMES, last: str = "and") -> str:
    """Return "a", "a and b", "a, b and c"; what is more than `most` is counted."""
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most} more"]
    if len(names) < 2:  # noqa: PLR2004 - a list needs two for an "and"
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def counted(number: int, noun: str) -> str:
    """Return "1 post", "1,200 posts"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def moment(time: datetime) -> str:
    """Return "26 Nov 2022, 23:41 UTC", whatever the locale."""
    time = time.astimezone(UTC)
    return f"{time.day} {MONTHS[time.month - 1]} {time.year}, {time:%H:%M} UTC"


def place_word(address: str) -> str:
    """Return how a person is reached at their own address."""
    return "on the console" if address.startswith("console:") else "by DM"


def term_word(key: str, name: str) -> str:
    """Return a category, tag or everything as people read and type it; `key` is a term key."""
    if key == EVERYTHING:
        return "every post"
    shown = quoted(name) if "," in name else show(name)  # a comma would read as two names
    return f"#{shown.lstrip('#')}" if key.startswith("t:") else shown


def typed_word(key: str, name: str) -> str:
    """Return a category, tag or everything in full, as a command takes it."""
    if key == EVERYTHING:
        return "all"
    typed = f"\u201c{clean(name)}\u201d" if "," in name else clean(name)
    return f"#{typed.lstrip('#')}" if key.startswith("t:") else typed


def filter_words(wanted: Filter) -> str:
    """Return "China-U.S. and #TikTok, but not Taiwan"."""
    included = [EVERYTHING] if EVERYTHING in wanted.include else sorted(wanted.include)
    text = listed([term_word(key, wanted.labels.get(key, key[2:])) for key in included])
    if wanted.exclude:
        left_out = [term_word(key, wanted.labels.get(key, key[2:])) for key in sorted(wanted.exclude)]
        text += f", but not {listed(left_out, last='or')}"
    return text
