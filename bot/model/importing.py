"""What lists of other programs say, before it is checked and planned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportedFeed:
    """A feed of a list, and who gets what of it.

    `line`: of the list, from 1 on; 0 where it has none. `place`: the address of the channel that gets it, ""
    where the list does not say. `wanted`: what of it, as typed after /follow; "" for every post.
    """

    url: str
    name: str = ""
    place: str = ""
    wanted: str = ""
    paused: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """A part of a list that cannot be taken over. `reason`: a sentence. `line`: as of ImportedFeed."""

    reason: str
    line: int = 0

    def __str__(self) -> str:
        return f"Line {self.line}: {self.reason}" if self.line else self.reason


@dataclass(frozen=True, slots=True)
class ImportList:
    """What a list says. `problems` are not taken over; `notes` are taken over in another way than there."""

    feeds: tuple[ImportedFeed, ...] = ()
    problems: tuple[ImportProblem, ...] = ()
    notes: tuple[ImportProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportSource:
    """A program whose lists can be read. `name`: for the command line.

    `recognises`: whether a text is such a list. `read`: reads one; UsageError if it is none. Both are pure,
    and get at most 5 MB of text that nobody has checked.
    """

    name: str
    recognises: Callable[[str], bool]
    read: Callable[[str], ImportList]
