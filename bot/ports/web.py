"""The routes that an adapter serves on the bot's web server, independent of its framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class WebRequest:
    """A request as it was received. Its contents come from outside and are not checked."""

    path: str
    query: str = ""  # without "?", as sent
    headers: Mapping[str, str] = field(default_factory=dict)  # lower-case names; the last value of each
    body: bytes = b""  # at most `MOST_BODY` bytes


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """A response. A header may occur several times."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class WebHandler(Protocol):
    """Answers requests. An exception becomes a response 500 and a line in the log."""

    async def __call__(self, request: WebRequest, /) -> WebAnswer:
        """Answer one request within the time that its sender waits."""
        ...


@dataclass(frozen=True, slots=True)
class WebRoute:
    """One method and path that an adapter answers on."""

    method: str  # "GET" or "POST"
    path: str  # "/name/events"
    handle: WebHandler


MOST_BODY = 1_000_000  # bytes; larger requests are rejected before they reach an adapter
