"""Reads and decodes the body of an answer, within size and memory limits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.pipeline.fetch.decoding import CodingError, open_decoder
from bot.pipeline.fetch.errors import too_large
from bot.pipeline.fetch.wire import Response


class _Body:
    """A body that is received and decoded piece by piece."""

    def __init__(self, coding: str, limit: int) -> None:
        self._decoder = open_decoder(coding)
        self._limit = limit
        self._received = 0
        self._decoded: list[bytes] = []  # most bodies come in one piece, which need not be copied
        self._length = 0

    def add(self, chunk: bytes) -> bool:
        """Decode a piece; return whether the body, encoded and decoded, is still within its limit."""
        self._received += len(chunk)
        decoded = self._decoder.decode(chunk, self._limit + 1 - self._length)
        self._decoded.append(decoded)
        self._length += len(decoded)
        return max(self._received, self._length) <= self._limit

    def whole(self) -> bytes:
        """Return the decoded body; raise CodingError if its end is missing."""
        if not self._decoder.complete:
            raise CodingError("the end is missing")
        return b"".join(self._decoded)


async def read_body(
    response: Response, limit: int, reserve: Callable[[int], Awaitable[None]], free: int
) -> bytes:
    """Read and decode the body; raise FetchError once it, encoded or decoded, exceeds `limit` bytes.

    A body that exceeds `free` bytes waits until `reserve` has found room for the largest size it may reach.
    Then it is decoded again from its start, because a few encoded kilobytes may expand to megabytes.
    """
    coding = response.headers.get("Content-Encoding", "")
    body, chunks, reserved = _Body(coding, min(limit, free)), list[bytes](), limit <= free
    while chunk := await response.content.readany():
        fits = body.add(chunk)
        if not reserved:
            chunks.append(chunk)
            if not fits:
                await reserve(min(limit, response.content_length or limit) if not coding else limit)
                body, reserved = _Body(coding, limit), True
                fits = all(body.add(each) for each in chunks)
                chunks.clear()
        if not fits:
            raise too_large(limit, response.status)
    return body.whole()
