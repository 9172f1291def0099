"""Decodes content codings in bounded steps, so that no body exceeds the room its reader allows."""

from __future__ import annotations

import zlib
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # ships no types

ACCEPT_ENCODING = "gzip, deflate, br"

_GZIP = 16 + zlib.MAX_WBITS
_MAX_MEMBERS = 100  # of one gzip stream; each costs a copy of the remaining data


class CodingError(ValueError):
    """The bytes do not match the Content-Encoding."""


class Decoder(Protocol):
    """Decodes one content coding, piece by piece."""

    @property
    def complete(self) -> bool:
        """Whether the stream has ended, so that nothing is missing; true before its first byte."""
        ...

    def decode(self, data: bytes, room: int) -> bytes:
        """Return the bytes decoded from `data`; `room` bytes or more mean too large, the rest is dropped."""
        ...


def open_decoder(coding: str) -> Decoder:
    """Return a decoder for a Content-Encoding; unknown ones, mostly mistakes, leave the body unchanged."""
    match coding.strip().lower():
        case "gzip" | "x-gzip":
            return _Zlib(_GZIP)
        case "deflate":
            return _Deflate()
        case "br":
            return _Brotli()
        case _:
            return _Identity()


class _Identity:
    complete = True

    def decode(self, data: bytes, _room: int) -> bytes:
        return data


class _Zlib:
    def __init__(self, window: int) -> None:
        self._window = window
        self._stream = zlib.decompressobj(window)
        self._members = 0  # begun

    @property
    def complete(self) -> bool:
        return self._stream.eof or not self._members

    def decode(self, data: bytes, room: int) -> bytes:
        decoded = b""
        try:
            while data and len(decoded) < room:
                if self._stream.eof or not self._members:
                    self._begin_member()
                decoded += self._stream.decompress(data, room - len(decoded))
                data = self._stream.unused_data
        except zlib.error as error:
            raise CodingError(str(error)) from error
        return decoded

    def _begin_member(self) -> None:
        self._members += 1
        if self._members > (_MAX_MEMBERS if self._window == _GZIP else 1):
            raise CodingError("data after the end of the stream")
        self._stream = zlib.decompressobj(self._window)


class _Deflate:
    """The zlib format as specified, or the raw deflate stream that many servers send (RFC 9110, 8.4.1.2)."""

    def __init__(self) -> None:
        self._head = b""
        self._zlib: _Zlib | None = None

    @property
    def complete(self) -> bool:
        return self._zlib.complete if self._zlib else not self._head

    def decode(self, data: bytes, room: int) -> bytes:
        if self._zlib is None:
            self._head += data
            if len(self._head) < 2:  # noqa: PLR2004  # the zlib header
                return b""
            data = self._head
            marked = data[0] & 15 == zlib.DEFLATED and int.from_bytes(data[:2], "big") % 31 == 0
            self._zlib = _Zlib(zlib.MAX_WBITS if marked else -zlib.MAX_WBITS)
        return self._zlib.decode(data, room)


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self._begun = False

    @property
    def complete(self) -> bool:
        return not self._begun or self._stream.is_finished()

    def decode(self, data: bytes, room: int) -> bytes:
        self._begun = True
        try:
            return bytes(self._stream.process(data, output_buffer_limit=room))
        except brotli.error as error:
            raise CodingError(str(error)) from error
