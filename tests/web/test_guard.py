"""Connections to the web server: a bound on their number, and on the time each may take."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.ports import WebAnswer, WebRequest, WebRoute
from bot.web.guard import Limits, most_connections
from bot.web.server import WebServer
from bot.web.visitors import LATELY, Visitors
from tests.web.scene import Scene

HALF_HEAD = b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-"
HALF_BODY = b"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
Endpoints = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Events:
    """An adapter's route that answers when it is told to."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self, _request: WebRequest) -> WebAnswer:
        self.begun.set()
        await self.go_on.wait()
        return WebAnswer(200, body=b"done")


@asynccontextmanager
async def serving(scene: Scene, events: Events | None = None, **limits: Any) -> AsyncIterator[WebServer]:
    bounds = Limits(**{"most": 4, **limits})
    server = scene.server(WebRoute("POST", "/slack/events", events or Events()), limits=bounds)
    async with asyncio.timeout(30), server:
        yield server


async def knock(server: WebServer, data: bytes) -> Endpoints:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(data)
    return reader, writer


async def ended(endpoints: Endpoints) -> bytes:
    """Wait for the end of a connection, and return what came."""
    reader, writer = endpoints
    try:
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


async def test_the_one_that_waited_longest_makes_room(scene: Scene) -> None:
    async with serving(scene) as server:
        wires = [await knock(server, HALF_HEAD) for _ in range(4)]
        answer = await knock(server, WHOLE)

        assert await ended(wires[0]) == b""
        assert (await answer[0].readline()).startswith(b"HTTP/1.1 200")
        assert server._guard.number == 4
        for endpoints in (*wires, answer):
            endpoints[1].transport.abort()


async def test_a_request_that_is_being_answered_is_not_cut_off(scene: Scene) -> None:
    events = Events()
    async with serving(scene, events, most=1) as server:
        whole = await knock(server, HALF_BODY + b"whole")
        await events.begun.wait()
        refused = await knock(server, WHOLE)
        assert await ended(refused) == b""
        events.go_on.set()

        assert (await whole[0].readline()).startswith(b"HTTP/1.1 200")
        whole[1].transport.abort()


@pytest.mark.parametrize("sent", [b"", HALF_HEAD, b"\r\n"])
async def test_a_head_that_does_not_come_is_not_waited_for(scene: Scene, sent: bytes) -> None:
    async with serving(scene, head=0.05) as server:
        assert await ended(await knock(server, sent)) == b""
        assert server._guard.number == 0


async def test_a_body_that_does_not_come_is_not_waited_for(scene: Scene) -> None:
    async with serving(scene, body=0.05) as server:
        assert (await ended(await knock(server, HALF_BODY))).startswith(b"HTTP/1.1 408")


async def test_a_head_that_comes_letter_by_letter_is_not_waited_for(scene: Scene) -> None:
    async with serving(scene, head=0.3) as server:
        reader, writer = await knock(server, HALF_HEAD)

        async def drip() -> None:
            while True:
                writer.write(b"a")
                await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        assert await ended((reader, writer)) == b""
        dripping.cancel()


async def test_a_connection_without_a_further_request_is_closed(scene: Scene) -> None:
    async with serving(scene, idle=0.05) as server:
        assert (await ended(await knock(server, WHOLE))).startswith(b"HTTP/1.1 200")


async def test_a_body_announced_too_large_is_refused_before_it_comes(scene: Scene) -> None:
    head = b"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: 1000001\r\n\r\n"
    async with serving(scene) as server:
        assert (await ended(await knock(server, head))).startswith(b"HTTP/1.1 413")


async def test_half_sent_requests_do_not_keep_the_server_from_ending(scene: Scene) -> None:
    async with serving(scene) as server:
        wires = [await knock(server, sent) for sent in (b"", HALF_HEAD, HALF_BODY, WHOLE)]
    for endpoints in wires:
        await ended(endpoints)


def test_room_is_left_for_the_bots_own_files() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    found = {}
    try:
        for limit in (64, 256, 512, 1024):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit, before[1]), before[1]))
            found[limit] = most_connections()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

    assert found == {64: 8, 256: 16, 512: 144, 1024: 256}


class Leaving(asyncio.Protocol):
    """A connection that ends in the very moment in which the head of its request has come."""

    def __init__(self, inner: asyncio.BaseProtocol) -> None:
        assert isinstance(inner, asyncio.Protocol)
        self._inner = inner

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self._inner.data_received(data)
        self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._inner.connection_lost(exc)


@pytest.mark.parametrize(
    ("opened", "turned_away"), [(4, False), (5, True)], ids=["as many as fit", "one too many"]
)
async def test_it_is_known_for_a_while_that_visitors_were_turned_away(
    scene: Scene, opened: int, *, turned_away: bool
) -> None:
    now = 1000.0
    visitors = Visitors(lambda: now)
    server = scene.server(limits=Limits(most=4), visitors=visitors)
    async with asyncio.timeout(30), server:
        wires = [await knock(server, HALF_HEAD) for _ in range(opened - 1)]
        answer = await knock(server, WHOLE)
        assert (await answer[0].readline()).startswith(b"HTTP/1.1 200")
        for _, writer in (*wires, answer):
            writer.transport.abort()

    assert visitors.too_many == turned_away
    now += LATELY
    assert not visitors.too_many


async def test_a_visitor_who_leaves_before_the_body_is_read_is_no_fault_of_the_bot(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(scene) as server:
        listening = await asyncio.get_running_loop().create_server(
            lambda: Leaving(server._protocol()), "127.0.0.1", 0
        )
        async with listening:
            for number in range(3):
                port = listening.sockets[0].getsockname()[1]
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(HALF_BODY.replace(b"half", b"half"[:number]))
                assert await ended((reader, writer)) == b""
        answer = await knock(server, WHOLE)
        assert (await answer[0].readline()).startswith(b"HTTP/1.1 200")
        answer[1].transport.abort()

    assert caplog.messages == []
