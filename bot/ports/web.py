"""What an adapter serves on the bot's web server, whatever framework that is made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class WebRequest:
    """A request as it came. Everything in it is from outside, and unchecked."""

    path: str
    query: str = ""  # without "?", as sent
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case; the last of a name
    body: bytes = b""  # at most `MOST_BODY` long


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """An answer. Each header may come several times."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class WebHandler(Protocol):
    """Answers requests; what it raises becomes a 500 and a line in the log."""

    async def __call__(self, request: WebRequest, /) -> WebAnswer:
        """Answer one request, within the time its sender waits."""
        ...


@dataclass(frozen=True, slots=True)
class WebRoute:
    """One address that an adapter answers on."""

    method: str  # "GET" or "POST"
    path: str  # "/name/events"
    handle: WebHandler


MOST_BODY = 1_000_000  # bytes; a larger request is refused before it reaches an adapter
