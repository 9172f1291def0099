"""What the contract tests of adapters hold in their hands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.model import Destination
from bot.ports import Adapter


@dataclass
class Rig:
    """An adapter and its platform, from the outside."""

    adapter: Adapter
    destination: Destination  # a place that is there
    shown: Callable[[], str]  # all words that people have seen, on one line
    raw: Callable[[], str]  # what reached their screens, byte for byte
    say: Callable[[str], Awaitable[None]]  # somebody types a line
    vanish: Callable[[], None]  # the platform goes away
    remembers: bool = True  # whether it can find what was sent


def words(value: Any) -> Iterator[str]:
    """Yield every text in a piece of JSON."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from words(each)
    else:
        yield str(value)
