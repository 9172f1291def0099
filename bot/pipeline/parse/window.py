"""Parses of a feed only the items that are not known already, where the result is the same.

Runs in the sandbox's child process. feedparser reads whatever is read: it gets the document without the items
that the last poll brought, byte for byte. Entries depend on more than their own bytes only by what `_context`
covers, and by dates and labels whose meaning is guessed from all entries; feeds with such are read whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b

from bot.errors import ParseError
from bot.model import FeedWindow, ParsedFeed
from bot.pipeline.parse.entry import Raw
from bot.pipeline.parse.feed import feed_of, parse, read_document, stands_alone
from bot.pipeline.parse.limits import LIMITS
from bot.pipeline.parse.repair import start_of
from bot.pipeline.parse.split import Pieces, mark_of, split


def read_window(body: bytes, content_type: str, url: str, context: str, known: list[str]) -> FeedWindow:
    """Return the feed in a body without entries whose marks are `known` in this context.

    See `bot.pipeline.parse.feed.parse` for the rest, and for the errors.
    """
    body = start_of(body)
    pieces = split(body, content_type)
    if pieces is None or len(pieces.items) > LIMITS.entries:
        return FeedWindow(parse(body, content_type, url))
    marks, seen = tuple(map(mark_of, pieces.items)), set(known)
    unseen = [place for place, mark in enumerate(marks) if mark not in seen] or [0]
    if context and len(unseen) < len(marks):
        with suppress(ParseError):
            part = _part(pieces, marks, unseen, content_type, url)
            if part.context == context:
                return part
    return _part(pieces, marks, range(len(marks)), content_type, url)


def _part(
    pieces: Pieces, marks: tuple[str, ...], places: Sequence[int], content_type: str, url: str
) -> FeedWindow:
    """Return the window of some items; without marks if they cannot be read apart from the others."""
    document = pieces.only(tuple(pieces.items[place] for place in places))
    raw = read_document(document, content_type, url)
    feed = feed_of(raw, url)
    if len(feed.entries) != len(places) or not stands_alone(raw):
        return FeedWindow(feed)
    return FeedWindow(feed, marks, tuple(places), _context(pieces, raw, feed, content_type, url))


def _context(pieces: Pieces, raw: Raw, feed: ParsedFeed, content_type: str, url: str) -> str:
    """Return a hash of what is read from outside of an item, and changes how the item is read."""
    parts = (raw["version"], feed.link, feed.generator, content_type, url, pieces.scopes.decode())
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()
