from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace

import brotli  # type: ignore[import-untyped]  # ships no types
import pytest

from bot.errors import FetchError
from bot.pipeline.fetch.client import Fetcher
from tests.pipeline.fetch.wire import SETTINGS, Pieces, ok, raw_server

MEGABYTE = bytes(1_000_000)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(SETTINGS) as running:
        yield running


def bare_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


# --- encodings ---------------------------------------------------------------------------------------------

TEXT = b"<rss>" + b"".join(b"%d" % number for number in range(20_000)) + b"</rss>"
ENCODED: dict[str, tuple[str, bytes]] = {
    "gzip": ("gzip", gzip.compress(TEXT)),
    "x-gzip": ("X-GZip", gzip.compress(TEXT)),
    "gzip in members": ("gzip", gzip.compress(TEXT[:7]) + gzip.compress(b"") + gzip.compress(TEXT[7:])),
    "deflate": ("deflate", zlib.compress(TEXT)),
    "bare deflate": ("deflate", bare_deflate(TEXT)),
    "br": ("br", brotli.compress(TEXT, quality=5)),  # the best takes a fifth of a second
}


def trickle(head: bytes, body: bytes, size: int) -> Pieces:
    async def pieces() -> AsyncIterator[bytes]:
        yield head
        for start in range(0, len(body), size):
            yield body[start : start + size]

    return pieces


@pytest.mark.parametrize("case", ENCODED)
async def test_an_encoded_body_is_decoded(fetcher: Fetcher, case: str) -> None:
    coding, body = ENCODED[case]
    async with raw_server(ok(f"Content-Encoding: {coding}", body=body)) as server:
        assert (await fetcher.get(server.url)).body == TEXT


@pytest.mark.parametrize("case", ["gzip in members", "deflate", "bare deflate", "br"])
async def test_an_encoded_body_is_decoded_however_it_is_cut(fetcher: Fetcher, case: str) -> None:
    coding, body = ENCODED[case]
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n\r\n".encode()
    async with raw_server(trickle(head, body, 997)) as server:
        assert (await fetcher.get(server.url)).body == TEXT
    async with raw_server(trickle(head, body[:1], 1)) as server:
        with pytest.raises(FetchError, match="incomplete or wrongly encoded"):
            await fetcher.get(server.url)


@pytest.mark.parametrize("case", ENCODED)
async def test_an_encoded_body_without_its_end_is_a_failure(fetcher: Fetcher, case: str) -> None:
    coding, body = ENCODED[case]
    async with raw_server(ok(f"Content-Encoding: {coding}", body=body[:-9])) as server:
        with pytest.raises(FetchError, match="incomplete or wrongly encoded"):
            await fetcher.get(server.url)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
@pytest.mark.parametrize("body", [b"<rss></rss>", b"\x00" * 99, b"\x1f\x8b\x08" + b"\xff" * 99])
async def test_a_body_that_is_not_what_it_says_is_a_failure(
    fetcher: Fetcher, coding: str, body: bytes
) -> None:
    async with raw_server(ok(f"Content-Encoding: {coding}", body=body)) as server:
        with pytest.raises(FetchError, match="incomplete or wrongly encoded"):
            await fetcher.get(server.url)


@pytest.mark.parametrize("coding", ["", "identity", "utf-8", "gzip"])
async def test_an_empty_body_is_empty_in_any_encoding(fetcher: Fetcher, coding: str) -> None:
    async with raw_server(ok(f"Content-Encoding: {coding}", body=b"")) as server:
        assert (await fetcher.get(server.url)).body == b""


# --- size and time -----------------------------------------------------------------------------------------


def endless(head: bytes, piece: bytes) -> Pieces:
    async def pieces() -> AsyncIterator[bytes]:
        yield head
        while True:
            yield piece

    return pieces


def zlib_block(window: int) -> tuple[bytes, bytes]:
    """Return the beginning of a stream, and a piece worth a megabyte that can be repeated for ever."""
    stream = zlib.compressobj(wbits=window)
    begin = stream.compress(b"<") + stream.flush(zlib.Z_FULL_FLUSH)
    return begin, stream.compress(MEGABYTE) + stream.flush(zlib.Z_FULL_FLUSH)


def ten_gigabytes(coding: str) -> bytes:
    if coding == "br":
        return bytes(brotli.compress(MEGABYTE * 100, quality=1))  # 100 MB, in one packet
    begin, piece = zlib_block({"gzip": 31, "deflate": 15, "bare deflate": -15}[coding])
    return begin + piece * 10_000


@pytest.mark.parametrize("coding", ["gzip", "deflate", "bare deflate", "br"])
async def test_a_bomb_is_stopped_before_it_fills_the_memory(coding: str) -> None:
    bomb = ten_gigabytes(coding)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding.removeprefix('bare ')}\r\n\r\n".encode()
    async with (
        raw_server(trickle(head, bomb, 1_000_000)) as server,
        Fetcher(replace(SETTINGS, max_body=2_000_000)) as fetcher,
    ):
        tracemalloc.start()
        try:
            with pytest.raises(FetchError, match="the body is larger than 2 MB"):
                await fetcher.get(server.url)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak < 16_000_000


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        CHUNKED + b"\r\nffffffff\r\n",
    ],
)
async def test_an_endless_body_is_cut_off(fetcher: Fetcher, answer: bytes) -> None:
    async with raw_server(endless(answer, b"x" * 10_000)) as server:
        with pytest.raises(FetchError, match=r"the body is larger than 0\.1 MB") as caught:
            await fetcher.get(server.url)

    assert caught.value.status == 200


async def test_a_compressed_stream_that_never_yields_anything_is_cut_off(fetcher: Fetcher) -> None:
    name = b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03"  # a gzip header whose file name never ends
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + name
    async with raw_server(endless(head, b"x" * 10_000)) as server:
        with pytest.raises(FetchError, match="the body is larger than"):
            await fetcher.get(server.url)


async def test_a_body_of_exactly_the_limit_passes_and_one_byte_more_does_not(fetcher: Fetcher) -> None:
    for coding, encode in (("identity", bytes), ("gzip", gzip.compress), ("br", brotli.compress)):
        async with raw_server(ok(f"Content-Encoding: {coding}", body=encode(b"x" * 100_000))) as server:
            assert len((await fetcher.get(server.url)).body) == 100_000
        async with raw_server(ok(f"Content-Encoding: {coding}", body=encode(b"x" * 100_001))) as server:
            with pytest.raises(FetchError, match="the body is larger than"):
                await fetcher.get(server.url)
