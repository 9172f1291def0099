"""Looks at feeds that people name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Inspection:
    """The result of looking at a URL. `problem` is "" when it is a feed that can be watched."""

    url: str  # the feed's URL; differs from the given one if that was a page that links to its feed
    title: str = ""
    posts: int = 0
    newest: str = ""  # title of the newest post
    categories: tuple[str, ...] = ()
    problem: str = ""  # a sentence that says what to do


class Inspector(Protocol):
    """Looks at a URL that a person gave, once, without storing anything."""

    async def inspect(self, url: str) -> Inspection:
        """Fetch and parse a feed, or the feed that a page links to. It raises no errors about the server.

        Private networks are never accessed.
        """
        ...

    async def check(self, url: str) -> Inspection:
        """Fetch and parse as a poll of `url` does, with the same failures as problems. It never raises."""
        ...
