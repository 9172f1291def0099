"""The server that the benches poll: HTTP/1.1 with keep-alive, in a process of its own, on loopback.

`/same/N` always answers 200 with the same body. `/unchanged/N` does so too, but answers 304 to any validator;
`/fresh/N` is like it, and closes the connection after a 304. `/zipped/N` always answers with the same body in
gzip. `/news/N` has one new post at each request. `/hangs/N` never answers. Each loopback address stands for a
host.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import formatdate

from bench.bodies import POSTS, feed

HOSTS = 200
ETAG, LAST_MODIFIED = '"67000-bench"', "Mon, 02 Nov 2026 08:00:00 GMT"
BODY = feed("blog")

_STARTED = datetime.now(UTC)

_REQUEST = re.compile(rb"GET /(same|unchanged|fresh|zipped|news|hangs)/(\S+) ")
_CONDITION = re.compile(rb"\r\nif-(?:none-match|modified-since):", re.IGNORECASE)


def _answer(
    status: bytes, body: bytes = b"", connection: bytes = b"keep-alive", more: Sequence[bytes] = ()
) -> bytes:
    head = [
        b"HTTP/1.1 " + status,
        b"Server: nginx",
        b"Date: " + formatdate(usegmt=True).encode(),
        b"Connection: " + connection,
        b"Vary: Accept-Encoding",
        b"Last-Modified: " + LAST_MODIFIED.encode(),
        b"ETag: " + ETAG.encode(),
        *more,
    ]
    if body:
        head += [
            b"Content-Type: application/rss+xml; charset=UTF-8",
            b"Content-Length: " + str(len(body)).encode(),
        ]
    return b"\r\n".join([*head, b"", body])


class _Connection(asyncio.Protocol):
    full = _answer(b"200 OK", BODY)
    zipped = _answer(b"200 OK", gzip.compress(BODY), more=[b"Content-Encoding: gzip"])
    not_modified = _answer(b"304 Not Modified")
    last_not_modified = _answer(b"304 Not Modified", connection=b"close")
    asked: Counter[str] = Counter()  # noqa: RUF012 -- shared by all connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._waiting = b""

    def data_received(self, data: bytes) -> None:
        *requests, self._waiting = (self._waiting + data).split(b"\r\n\r\n")
        for request in requests:
            answer = self._answer_to(request)
            if answer:
                self._transport.write(answer)
            if answer is self.last_not_modified:
                self._transport.close()

    def _answer_to(self, request: bytes) -> bytes:
        match = _REQUEST.match(request)
        if match is None:
            return _answer(b"404 Not Found", b"?")
        if match[1] == b"news":
            blog = f"blog{match[2].decode()}"
            self.asked[blog] += 1
            return _answer(b"200 OK", feed(blog, POSTS - 1 + self.asked[blog], _STARTED))
        if match[1] == b"hangs":
            return b""
        if match[1] == b"zipped":
            return self.zipped
        if match[1] == b"same" or not _CONDITION.search(request):
            return self.full
        return self.last_not_modified if match[1] == b"fresh" else self.not_modified


async def _serve() -> None:
    """Print the base URLs as JSON, then serve until stdin ends."""
    loop = asyncio.get_running_loop()
    servers = []
    for number in range(1, HOSTS + 1):
        try:
            servers.append(await loop.create_server(_Connection, f"127.0.0.{number}", 0))
        except OSError:  # some systems only have 127.0.0.1
            break
    names = [server.sockets[0].getsockname() for server in servers]
    print(json.dumps([f"http://{host}:{port}" for host, port in names]), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for server in servers:
        server.close()


@asynccontextmanager
async def running_site() -> AsyncIterator[list[str]]:
    """Run the server in a child process that ends with this one; yield its base URLs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.site", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            bases: list[str] = json.loads(await process.stdout.readline())
        yield bases
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


if __name__ == "__main__":
    asyncio.run(_serve())
