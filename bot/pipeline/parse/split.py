"""Finds the items of a feed by their bytes, without parsing it, and gives up in any doubt.

What is found is exact only for plain documents: UTF-8 that says so, no document type, items that are neither
nested nor apart. Takes time linear in the body.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

_MARK = re.compile(rb"<!\[CDATA\[|<!--|<\?|<!|<(/?)(item|entry)(?=[\s/>])")
_ENDS = {b"<![CDATA[": b"]]>", b"<!--": b"-->", b"<?": b"?>"}
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding=["']utf-8["']""", re.IGNORECASE)
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?utf-8["']?\s*(?:;|\Z)""", re.IGNORECASE)
_SCOPED = re.compile(rb"<[^<>]*\sxml(?:ns|:)[^<>]*>")  # tags that say how to read what follows


@dataclass(frozen=True, slots=True)
class Pieces:
    """The items of a document, and what stands before and after them."""

    head: bytes
    items: tuple[bytes, ...]
    tail: bytes

    @property
    def scopes(self) -> bytes:
        """The tags of the head that say how items are read: namespaces, bases and languages."""
        return b"".join(_SCOPED.findall(self.head))

    def only(self, items: tuple[bytes, ...]) -> bytes:
        """Return the document with no other items."""
        return b"".join((self.head, *items, self.tail))


def mark_of(item: bytes) -> str:
    """Return a hash of an item's bytes."""
    return blake2b(item, digest_size=16).hexdigest()


def split(body: bytes, content_type: str) -> Pieces | None:
    """Return the pieces of a decoded HTTP body, None in any doubt. `content_type`: the header as received."""
    spans = _spans(body) if _is_plain_text(body, content_type) else None
    if not spans:
        return None
    gaps = [body[end:start] for (_, end), (start, _) in pairwise(spans)]
    items = tuple(body[start:end] for start, end in spans)
    if any(map(bytes.strip, gaps)) or any(b"xmlns" in item for item in items):
        return None
    return Pieces(body[: spans[0][0]], items, body[spans[-1][1] :])


def _is_plain_text(body: bytes, content_type: str) -> bool:
    """Return whether the body is UTF-8 and says so, without bytes that another encoding could mean."""
    if b"\0" in body or b"\x1b" in body:
        return False
    charset = "charset" in content_type.lower()
    says_so = _CHARSET.search(content_type) if charset else _DECLARED.match(body.lstrip()[:200])
    try:
        return bool(says_so) and bool(body.decode())
    except UnicodeDecodeError:
        return False


def _spans(body: bytes) -> list[tuple[int, int]] | None:
    """Return where each item begins and ends; None if tags are not paired, or there is a document type."""
    spans: list[tuple[int, int]] = []
    begun, name, position = -1, b"", 0
    while mark := _MARK.search(body, position):
        if mark[2] is None:
            stop = _ENDS.get(mark[0])
            end = body.find(stop, mark.end()) if stop else -1
            if stop is None or end < 0:
                return None
            position = end + len(stop)
            continue
        closing, position = bool(mark[1]), mark.end()
        if closing != (begun >= 0) or mark[2] != (name or mark[2]):
            return None
        name = mark[2]
        if closing:
            position = body.find(b">", position) + 1
            if body[mark.end() : position].strip() != b">":
                return None
            spans.append((begun, position))
        begun = -1 if closing else mark.start()
    return None if begun >= 0 else spans
