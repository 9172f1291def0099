from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

import pytest

from bot.errors import FetchError
from bot.pipeline.fetch.client import Answer, Fetcher
from tests.pipeline.fetch.wire import SETTINGS, ok, raw_server

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

MALFORMED = {
    "noise": b"\x00\xff" * 500,
    "no head": b"<html>HTTP/0.9</html>",
    "no status": b"HTTP/1.1\r\n\r\n",
    "status of four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "negative length": OK + b"Content-Length: -2\r\n\r\nhi",
    "length in letters": OK + b"Content-Length: two\r\n\r\nhi",
    "absurd length": OK + b"Content-Length: " + b"9" * 4000 + b"\r\n\r\nhi",
    "two lengths": OK + b"Content-Length: 2\r\nContent-Length: 5\r\n\r\nhello",
    "length too long": OK + b"Content-Length: 500\r\n\r\nhello",
    "chunk size in letters": CHUNKED + b"zz\r\nhello",
    "chunks without end": CHUNKED + b"5\r\nhello\r\n",
    "long field": OK + b"X: " + b"x" * 100_000 + b"\r\n\r\n",
    "many fields": OK + b"X: x\r\n" * 10_000 + b"\r\n",
    "NUL in a field": OK + b"ETag: a\x00b\r\n\r\n",
    "CR in a field": OK + b"ETag: a\rX: b\r\n\r\n",
    "space in a name": OK + b"ETag : x\r\n\r\n",
}
STRANGE = {
    "informational first": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok(),
    "line feeds only": b"HTTP/1.1 200 OK\nContent-Length: 6\n\n<rss/>",
    "folded field": OK + b"Content-Type: text/xml;\r\n charset=x\r\nContent-Length: 6\r\n\r\n<rss/>",
    "length too short": OK + b"Content-Length: 6\r\n\r\n<rss/>\n\n",
    "bytes in the reason": b"HTTP/1.1 200 \xff\xfe\r\nContent-Length: 6\r\n\r\n<rss/>",
    "no length": OK + b"\r\n<rss/>",
}


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(SETTINGS) as running:
        yield running


@pytest.mark.parametrize("case", MALFORMED)
async def test_a_malformed_answer_fails_its_own_poll_and_nothing_else(fetcher: Fetcher, case: str) -> None:
    async with raw_server(MALFORMED[case]) as server:
        with pytest.raises(FetchError, match=r"^127\.0\.0\.1 (gave|sent) "):
            await fetcher.get(server.url)
        assert len(server.requests) == 1

        server.answer = ok()
        assert (await fetcher.get(server.url)).body == b"<rss/>"


@pytest.mark.parametrize("keep_open", [False, True])
@pytest.mark.parametrize("case", [*STRANGE][:-1])
async def test_a_strange_answer_that_is_clear_is_read(fetcher: Fetcher, case: str, keep_open: bool) -> None:  # noqa: FBT001  # a parameter of the test
    async with raw_server(STRANGE[case], keep_open=keep_open) as server:
        for _ in range(2):
            assert (await fetcher.get(server.url)).body == b"<rss/>"


async def test_a_body_without_a_length_ends_with_the_connection(fetcher: Fetcher) -> None:
    async with raw_server(STRANGE["no length"]) as server:
        assert (await fetcher.get(server.url)).body == b"<rss/>"


@pytest.mark.parametrize("keep_open", [False, True])
@pytest.mark.parametrize(
    "body",
    [b"", b"Content-Length: 5\r\n\r\nhello", b"\r\n<rss></rss>", CHUNKED[17:] + b"5\r\nhello\r\n0\r\n\r\n"],
)
async def test_a_body_of_a_304_is_ignored(fetcher: Fetcher, body: bytes, keep_open: bool) -> None:  # noqa: FBT001  # a parameter of the test
    answer = b'HTTP/1.1 304 Not Modified\r\nETag: "2"\r\n' + (body or b"\r\n")
    async with raw_server(answer, keep_open=keep_open) as server:
        for _ in range(3):
            got = await fetcher.get(server.url, etag='"1"')
            assert (got.status, got.body, got.etag) == (304, b"", '"2"')


async def test_mutilated_answers_raise_nothing_but_fetch_errors(fetcher: Fetcher) -> None:
    dice = random.Random(7)
    seeds = [answer for answer in (*MALFORMED.values(), *STRANGE.values()) if len(answer) < 1000]
    async with raw_server(b"") as server:
        for _ in range(300):
            answer = bytearray(dice.choice(seeds) + dice.choice(seeds))
            for _ in range(dice.randint(1, 6)):
                place = dice.randrange(len(answer))
                answer[place : place + dice.randrange(3)] = dice.choice(
                    (b"", b"\r\n", b":", b"\xff", b"\x00", b"0")
                )
            server.answer = bytes(answer)
            with suppress(FetchError):
                assert isinstance(await fetcher.get(server.url), Answer)


# --- time --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"", b""),
        (b"HTTP/1.1 200 O", b"K"),
        (OK, b"X: x\r\n"),
        (OK + b"\r\n", b"x"),
        (CHUNKED, b"1\r\nx\r\n"),
    ],
)
async def test_an_answer_that_drips_is_given_up(head: bytes, drop: bytes) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield head
        while True:
            yield drop
            await asyncio.sleep(0.01)

    async with raw_server(pieces) as server, Fetcher(replace(SETTINGS, timeout=0.2)) as fetcher:
        with pytest.raises(FetchError, match=r"^127\.0\.0\.1 gave no answer within 0\.2 s;"):
            await fetcher.get(server.url)


async def test_the_timeout_is_for_all_redirects_together() -> None:
    async def slow_redirect() -> AsyncIterator[bytes]:
        await asyncio.sleep(0.3)
        yield b"HTTP/1.1 302 Found\r\nLocation: /feed/\r\nContent-Length: 0\r\n\r\n"

    async with raw_server(slow_redirect) as server, Fetcher(replace(SETTINGS, timeout=1.0)) as fetcher:
        with pytest.raises(FetchError, match="no answer within 1 s"):
            await fetcher.get(server.url)


# --- connections -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [b"", OK + b"ETag: x\r\n"])
async def test_a_connection_closed_without_an_answer_is_not_asked_again(
    fetcher: Fetcher, answer: bytes
) -> None:
    async with raw_server(answer) as server:
        with pytest.raises(FetchError, match="closed the connection without an answer"):
            await fetcher.get(server.url)

    assert len(server.requests) == 1


async def test_a_kept_connection_that_was_closed_meanwhile_is_replaced(fetcher: Fetcher) -> None:
    async def once_each(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ok())
        await reader.readuntil(b"\r\n\r\n")  # the next request comes here, and gets no answer
        writer.close()

    server = await asyncio.start_server(once_each, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        assert (await fetcher.get(url)).status == 200
        assert (await fetcher.get(url)).status == 200
        await fetcher.__aexit__(None, None, None)


async def test_a_closed_port_is_named_as_such(fetcher: Fetcher) -> None:
    with socket.socket() as held:  # bound but not listening: nobody else can take the port
        held.bind(("127.0.0.1", 0))
        with pytest.raises(FetchError, match=r"^127\.0\.0\.1 refuses connections;"):
            await fetcher.get(f"http://127.0.0.1:{held.getsockname()[1]}/")


async def test_a_name_without_an_address_is_named_as_such(fetcher: Fetcher) -> None:
    name = "very-long-label." * 20 + "example"  # too long to be looked up anywhere
    with pytest.raises(FetchError, match="cannot be resolved"):
        await fetcher.get(f"http://{name}/")


async def test_plain_text_where_tls_was_asked_for_is_named_as_such(fetcher: Fetcher) -> None:
    async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(ok())
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        with pytest.raises(FetchError, match=r"^no secure connection to 127\.0\.0\.1 is possible;"):
            await fetcher.get(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
