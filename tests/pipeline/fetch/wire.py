"""Loopback servers that answer exactly the bytes, or with exactly the handler, a test gives them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from ipaddress import IPv4Network

from aiohttp import web

from bot.pipeline.fetch.client import FetchSettings

LOOPBACK = IPv4Network("127.0.0.0/8")
SETTINGS = FetchSettings(timeout=20.0, max_body=100_000, allow_networks=(LOOPBACK,))

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Pieces = Callable[[], AsyncIterator[bytes]]


class RawServer:
    """Answers every request on 127.0.0.1 with the same bytes; `requests` are the heads it has read."""

    def __init__(self, answer: bytes | Pieces, *, keep_open: bool = False) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self.url = ""
        self._keep_open = keep_open
        self._serving: set[asyncio.Task[None] | None] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                self.requests.append(await reader.readuntil(b"\r\n\r\n"))
                async for piece in self._pieces():
                    writer.write(piece)
                    await writer.drain()
                if not self._keep_open:
                    break
        writer.close()
        self._serving.discard(asyncio.current_task())

    async def aclose(self) -> None:
        serving = [task for task in self._serving if task]
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    async def _pieces(self) -> AsyncIterator[bytes]:
        if isinstance(self.answer, bytes):
            yield self.answer
            return
        async for piece in self.answer():
            yield piece


@asynccontextmanager
async def raw_server(answer: bytes | Pieces, *, keep_open: bool = False) -> AsyncIterator[RawServer]:
    raw = RawServer(answer, keep_open=keep_open)
    server = await asyncio.start_server(raw.serve, "127.0.0.1", 0)
    raw.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/feed/"
    async with server:
        try:
            yield raw
        finally:
            await raw.aclose()


@asynccontextmanager
async def web_server(handler: Handler) -> AsyncIterator[str]:
    """Serve `handler` under every path on all of 127.0.0.0/8; yield the URL of its root on 127.0.0.1."""
    app = web.Application()
    app.router.add_get("/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "0.0.0.0", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


def ok(*fields: str, body: bytes = b"<rss/>") -> bytes:
    """Return a 200 with these fields beside the length."""
    head = "".join(f"{field}\r\n" for field in (f"Content-Length: {len(body)}", *fields))
    return f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + body
