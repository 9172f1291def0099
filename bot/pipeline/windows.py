"""Remembers the entries of each feed's last document, so that only what is new in the next one is parsed.

They are kept in memory only, without their texts, and compressed: as objects they would take twelve times as
much. After a restart each feed is parsed whole once.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from cachetools import FIFOCache
from pydantic import TypeAdapter

from bot.model import Entry, ParsedFeed
from bot.pipeline.detect.changes import Candidate
from bot.pipeline.detect.identity import identify, without_text
from bot.pipeline.feed_answer import read_window
from bot.pipeline.fetch.client import Answer
from bot.sandbox.remote import Runner


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """The bounds of what is remembered."""

    memory: int = 32_000_000  # bytes for all feeds; one with ten posts takes some 800
    body: int = 400_000  # bytes of a document that may have to be parsed once more


@dataclass(frozen=True, slots=True)
class Remembered:
    """The entries of a feed without their texts, by the marks of their items, in one context."""

    context: str = ""
    entries: Mapping[str, Entry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadFeed:
    """A feed as it was read. `answer`: what to read again if a text is missing; None if none is."""

    parsed: ParsedFeed
    answer: Answer | None
    next: Remembered

    def lacks(self, needed: Iterable[Candidate]) -> bool:
        """Return whether an entry whose text is needed came without it."""
        return self.answer is not None and any(each.entry.text_hash for each in needed)


class Windows:
    """What is remembered of all feeds: those forgotten first whose documents have not changed for longest."""

    def __init__(self, settings: WindowSettings | None = None) -> None:
        self._settings = settings or WindowSettings()
        self._feeds: FIFOCache[int, bytes] = FIFOCache(self._settings.memory, getsizeof=len)

    async def read(self, parser: Runner, feed_id: int, answer: Answer) -> ReadFeed:
        """Return the feed in an answer; entries that are known come without their texts."""
        known = self.recall(feed_id) if len(answer.body) <= self._settings.body else Remembered()
        return await _read(parser, answer, known)

    async def read_whole(self, parser: Runner, read: ReadFeed) -> ReadFeed:
        """Return the feed once more, with all texts."""
        assert read.answer is not None
        return await _read(parser, read.answer, Remembered())

    def recall(self, feed_id: int) -> Remembered:
        """Return what is remembered of a feed."""
        packed = self._feeds.get(feed_id)
        return Remembered() if packed is None else _unpacked(packed)

    def keep(self, feed_id: int, read: ReadFeed) -> None:
        """Remember the entries of a feed, after they have been stored."""
        self._feeds.pop(feed_id, None)
        packed = _packed(read.next) if read.next.entries else b""
        if 0 < len(packed) <= self._settings.memory:
            self._feeds[feed_id] = packed


async def _read(parser: Runner, answer: Answer, known: Remembered) -> ReadFeed:
    window = await read_window(parser, answer, known.context, list(known.entries))
    if not window.marks:
        return ReadFeed(window.feed, None, Remembered())
    read = dict(zip(window.places, window.feed.entries, strict=True))
    entries = tuple(
        read[place] if place in read else known.entries[mark] for place, mark in enumerate(window.marks)
    )
    marked = zip(window.marks, entries, strict=True)
    following = {mark: each if each.text_hash else without_text(each) for mark, each in marked}
    distinct, whole = _are_distinct(entries), len(read) == len(entries)
    if not (distinct or whole):
        return await _read(parser, answer, Remembered())
    remembered = Remembered(window.context, following if distinct else {})
    return ReadFeed(replace(window.feed, entries=entries), None if whole else answer, remembered)


@cache
def _json() -> TypeAdapter[Remembered]:
    """Return the converter between `Remembered` and JSON; cached, as making it takes milliseconds."""
    return TypeAdapter(Remembered)


def _packed(remembered: Remembered) -> bytes:
    return zlib.compress(_json().dump_json(remembered), level=1)


def _unpacked(packed: bytes) -> Remembered:
    return _json().validate_json(zlib.decompress(packed))


def _are_distinct(entries: Iterable[Entry]) -> bool:
    """Return whether no two entries share a key: then no text is needed to tell them apart."""
    identities = [identify(each) for each in entries]
    keys = [key for each in identities for key in (each.id, *each.aliases)]
    return len(keys) == len(set(keys)) and all(each.guid or each.link for each in entries)
