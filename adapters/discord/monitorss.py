"""Reads what MonitoRSS gives of its feeds, as JSON. Pure.

Three forms are known: the file of its former backup command (a server with `sources`), lists of feeds with a
`channel` each, and the feeds of its web interface with `connections` (github.com/synzen/MonitoRSS).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.errors import UsageError
from bot.model import ImportedFeed, ImportList, ImportProblem, ImportSource, Kind
from bot.text.sanitize import visible
from bot.text.spelling import spelled

_LISTS = ("feeds", "results", "result", "data")  # keys under which answers of the web interface hold feeds
_WORDS = frozenset({"title", "description", "summary", "content"})
_SHOWN = 60  # characters
_CHANNEL = re.compile(r"(?:<#)?([0-9]{15,20})>?")
_DEEPEST = 20  # of a filter


class _CannotError(Exception):
    """A filter cannot be said in Bystander's terms; the message says why."""


@dataclass
class _Terms:
    """What a filter lets through and what it leaves out, and what is different here."""

    include: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    parts: bool = False  # whether it looks for parts of words

    def typed(self) -> str:
        """Return it as typed after /follow."""
        include = self.include or (["all"] if self.exclude else [])
        return ", ".join(dict.fromkeys([*include, *(f"-{each}" for each in self.exclude)]))


def recognises(text: str) -> bool:
    """Whether a text looks like one of the three forms."""
    keys = ('"sources"', '"connections"', '"channel"')
    return text.lstrip()[:1] in ("{", "[") and any(key in text for key in keys)


def read(text: str) -> ImportList:
    """Return the feeds; those whose filter cannot be kept are problems. UsageError: it is no such file."""
    feeds: list[ImportedFeed] = []
    problems: list[ImportProblem] = []
    notes: list[ImportProblem] = []
    try:
        for feed in _feeds_of(json.loads(text)):
            _read_feed(feed, feeds, problems, notes)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The file is no JSON: {error}.") from error
    if not feeds and not problems:
        raise UsageError("The file has no feed of MonitoRSS.")
    return ImportList(tuple(feeds), tuple(problems), tuple(notes))


def _feeds_of(data: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the feeds of any of the forms."""
    if isinstance(data, list):
        for each in data:
            yield from _feeds_of(each)
    elif isinstance(data, dict):
        if isinstance(sources := data.get("sources"), dict):
            yield from (each for each in sources.values() if isinstance(each, dict))
        elif data.get("url") or data.get("link"):
            yield data
        else:
            for key in _LISTS:
                yield from _feeds_of(data.get(key))


def _read_feed(
    feed: Mapping[str, Any],
    feeds: list[ImportedFeed],
    problems: list[ImportProblem],
    notes: list[ImportProblem],
) -> None:
    url, name = _text(feed.get("url") or feed.get("link")), _text(feed.get("title") or feed.get("name"))
    connections = feed.get("connections")
    ways = connections if isinstance(connections, list) else [feed]
    if not ways:
        feeds.append(ImportedFeed(url, name))
    for way in ways:
        if not isinstance(way, dict):
            continue
        called = f"{name or url}{f' ({own})' if (own := _text(way.get('name'))) and way is not feed else ''}"
        try:
            place, terms = _place(way), _filter(way.get("filters"))
        except _CannotError as error:
            problems.append(ImportProblem(f"{called}: {error}"))
            continue
        paused = bool(feed.get("disabledCode") or way.get("disabledCode") or feed.get("disabled"))
        feeds.append(ImportedFeed(url, name, place, terms.typed(), paused=paused))
        if terms.parts:
            notes.append(ImportProblem(f"{called}: its filter finds parts of words, and here whole words."))


def _place(way: Mapping[str, Any]) -> str:
    """Return the channel of a feed or a connection."""
    details = way.get("details")
    inner = details if isinstance(details, dict) else {}
    found: Any = way.get("channel") or inner.get("channel")
    if isinstance(found, dict):
        found = found.get("id")
    if not found and isinstance(webhook := inner.get("webhook"), dict):
        found = webhook.get("channelId")
    if not (address := channel(_text(found))):
        raise _CannotError("it names no channel.")
    return address


def channel(text: str) -> str:
    """Return the address of a channel whose id, or mention, is given; "" for anything else."""
    match = _CHANNEL.fullmatch(text)
    return f"discord:channel:{match[1]}" if match else ""


# --- filters ----------------------------------------------------------------------------------------------


def _filter(filters: Any) -> _Terms:
    if not isinstance(filters, dict) or not filters:
        return _Terms()
    if "expression" in filters:
        expression = filters["expression"]
        return _expression(expression, 0) if isinstance(expression, dict) and expression else _Terms()
    return _former(filters)


def _former(filters: Mapping[str, Any]) -> _Terms:
    """Read the former filters: lists of words by what they look at. "!" leaves out, "~" finds parts."""
    found = _Terms()
    for kind, words in filters.items():
        for word in words if isinstance(words, list) else []:
            text = _text(word)
            bare = text.lstrip("!~")
            signs = text[: len(text) - len(bare)]
            found.parts = found.parts or "~" in signs
            (found.exclude if "!" in signs else found.include).extend(_named(kind, bare))
    return found


def _expression(expression: Mapping[str, Any], depth: int) -> _Terms:
    """Read a filter of the web interface."""
    if depth > _DEEPEST:
        raise _CannotError("its filter is nested too deeply.")
    if expression.get("type") != "LOGICAL":
        return _relation(expression)
    children = expression.get("children")
    parts = [
        _expression(each, depth + 1)
        for each in (children if isinstance(children, list) else [])
        if isinstance(each, dict)
    ]
    if expression.get("op") == "OR":
        if len(parts) > 1 and any(each.exclude for each in parts):
            raise _CannotError("its filter leaves something out in one of several cases.")
    elif sum(bool(each.include) for each in parts) > 1:
        raise _CannotError("its filter asks for several things at once.")
    return _Terms(
        [term for each in parts for term in each.include],
        [term for each in parts for term in each.exclude],
        any(each.parts for each in parts),
    )


def _relation(relation: Mapping[str, Any]) -> _Terms:
    op, left, right = relation.get("op"), relation.get("left"), relation.get("right")
    if op not in ("EQ", "CONTAINS") or not isinstance(left, dict) or not isinstance(right, dict):
        raise _CannotError(f"its filter compares by {_text(op) or 'nothing'}, which Bystander does not know.")
    terms = _named(_text(left.get("value")), _text(right.get("value")))
    leaves_out = bool(relation.get("not"))
    return _Terms([] if leaves_out else terms, terms if leaves_out else [], parts=op == "CONTAINS")


def _named(kind: str, word: str) -> list[str]:
    """Return a word of a filter in Bystander's terms. `kind`: what of an article it is looked for in."""
    name = kind.casefold().removeprefix("raw").strip()
    if not word:
        raise _CannotError("its filter has an empty word.")
    if name in _WORDS:
        return [spelled(Kind.WORDS, word)]
    if name == "author":
        return [spelled(Kind.AUTHOR, word)]
    if "categor" in name or "tag" in name:  # it does not tell them apart
        return [spelled(Kind.CATEGORY, word), spelled(Kind.TAG, word)]
    raise _CannotError(f"its filter looks at “{kind[:_SHOWN]}”, which Bystander does not know.")


def _text(value: Any) -> str:
    return visible(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else ""


SOURCE = ImportSource("monitorss", recognises, read)
