"""The state of the running parts, for commands and the web server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PartState:
    """The state of a part. `trouble` says what is wrong, in a sentence without secrets; "" for nothing."""

    name: str
    trouble: str = ""
    chat: bool = False  # a chat platform
    stands_by: bool = False  # another process listens there; this one only sends


class Runtime(Protocol):
    """The state of the running bot."""

    def parts(self) -> Sequence[PartState]:
        """Return the state of each part. It never raises an error."""
        ...
