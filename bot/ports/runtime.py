"""What commands and the web server are told of the parts that run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PartState:
    """How a part does. `trouble`: what is wrong, as a sentence that anybody may read; "" while it is well."""

    name: str
    trouble: str = ""
    chat: bool = False  # a chat platform


class Runtime(Protocol):
    """The running bot, as it looks from inside."""

    def parts(self) -> Sequence[PartState]:
        """Return how each part does at present. Never raises."""
        ...
