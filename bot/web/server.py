"""The web server: health and readiness for a supervisor, metrics for Prometheus, a status page for people."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from http import HTTPStatus
from types import TracebackType
from typing import Protocol, Self

from aiohttp import web
from aiohttp.typedefs import Handler

from bot import __version__
from bot.clock import Clock
from bot.errors import BystanderError, StoreError
from bot.logs.limit import limit
from bot.model import Feed
from bot.ports import FeedsReader, QueueHealth, QueueReader, WebRoute
from bot.web.guard import OPEN_FILES, Guard, Limits
from bot.web.metrics import CONTENT_TYPE, exposition
from bot.web.routes import routes_of
from bot.web.snapshot import Snapshot
from bot.web.status_page import STYLE_SOURCE, status_page
from bot.web.visitors import Visitors

# The page may be public, so its data is cached for this long, however many requests come.
FRESH = timedelta(seconds=5)

_log = logging.getLogger(__name__)
_requests = logging.getLogger(f"{__name__}.requests")  # aiohttp's messages about malformed requests
limit(_log)
limit(_requests, tracebacks=False)

_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src {STYLE_SOURCE}; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_MENDS = {
    errno.EADDRINUSE: "the port is taken; choose another or stop the program that uses it",
    errno.EACCES: "this user may not use the port; choose one above 1023",
    errno.EADDRNOTAVAIL: 'this machine has no such address; choose one of its own, such as "127.0.0.1"',
}


class StatusStore(FeedsReader, QueueReader, Protocol):
    """The part of the store that the server reads. Either call may raise StoreError."""


class WebServer:
    """Serves on `host` and `port` (0: a free one) between `async with` and its end, which takes under 2 s.

    `loops` returns which loops are alive, `adapters` which enabled adapters are connected, `troubles` the
    problems of other parts as sentences fit for the public; they are called as requests need them. `routes`
    are served besides the server's own. `limits` bound each connection, and `visitors` records when one is
    turned away. `zone` is the time zone of the status page.
    Entering raises BystanderError, which says what to change, when the address cannot be used.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        store: StatusStore,
        clock: Clock,
        loops: Callable[[], Mapping[str, bool]],
        adapters: Callable[[], Mapping[str, bool]],
        routes: Sequence[WebRoute] = (),
        troubles: Callable[[], Sequence[str]] = lambda: (),
        limits: Limits | None = None,
        zone: tzinfo = UTC,
        visitors: Visitors | None = None,
    ) -> None:
        self._host, self._port = host, port
        self._store, self._clock = store, clock
        self._loops, self._adapters, self._troubles = loops, adapters, troubles
        self._started = clock.now()
        limits = limits or Limits()
        self._zone = zone
        self._look = asyncio.Lock()
        self._seen: tuple[datetime, list[Feed], QueueHealth] | None = None
        self._runner = web.AppRunner(
            self._application(routes, limits),
            access_log=None,
            logger=_requests,
            shutdown_timeout=limits.grace,
            keepalive_timeout=limits.idle,
            lingering_time=limits.linger,
        )
        self._guard = Guard(self._protocol, limits, visitors)

    def _application(self, routes: Sequence[WebRoute], limits: Limits) -> web.Application:
        """Return the server's own pages and `routes`, behind what guards each request."""
        app = web.Application(middlewares=[self._watch, _tell_errors])
        app.on_response_prepare.append(_harden)
        app.add_routes(
            [
                web.get("/", self._page),
                web.get("/healthz", self._health),
                web.get("/readyz", self._readiness),
                web.get("/metrics", self._metrics),
                *routes_of(routes, self._received, seconds=limits.body),
            ]
        )
        return app

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        try:
            await self._listen()
        except BaseException as error:
            await self._runner.cleanup()
            if isinstance(error, OSError):
                raise _unusable(self._host, self._port, error) from error
            raise
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._guard.close()
        await self._runner.cleanup()

    async def _listen(self) -> None:
        await _Site(self._runner, self._guard, self._host, self._port).start()
        if not self._runner.addresses:  # asyncio skips an address family (IPv6) that is disabled
            raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))

    def _protocol(self) -> asyncio.BaseProtocol:
        assert self._runner.server is not None
        return self._runner.server()

    def _received(self, request: web.Request) -> None:
        self._guard.received(request.transport)

    @web.middleware
    async def _watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        transport = request.transport
        self._guard.begin(transport, whole=not request.can_read_body)
        try:
            return await handler(request)
        finally:
            self._guard.end(transport)

    @property
    def port(self) -> int:
        """The port on which the server listens; final once it runs."""
        return self._port

    async def _health(self, _request: web.Request) -> web.Response:
        return _verdict("loops", self._loops())

    async def _readiness(self, _request: web.Request) -> web.Response:
        return _verdict("adapters", self._adapters(), self._troubles())

    async def _metrics(self, _request: web.Request) -> web.Response:
        body = exposition(await self._snapshot())
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    async def _page(self, _request: web.Request) -> web.Response:
        return web.Response(text=status_page(await self._snapshot()), content_type="text/html")

    async def _snapshot(self) -> Snapshot:
        feeds, queue = await self._stored()
        return Snapshot(
            feeds=feeds,
            queue=queue,
            loops=self._loops(),
            adapters=self._adapters(),
            now=self._clock.now(),
            started=self._started,
            version=__version__,
            troubles=self._troubles(),
            zone=self._zone,
        )

    async def _stored(self) -> tuple[list[Feed], QueueHealth]:
        """Return feeds and queue from the store, cached for FRESH; only one request at a time reads it."""
        async with self._look:
            now = self._clock.now()
            if self._seen is None or not timedelta(0) <= now - self._seen[0] < FRESH:
                self._seen = (now, await self._store.feeds(), await self._store.queue_health())
            return self._seen[1:]


def _verdict(name: str, parts: Mapping[str, bool], troubles: Sequence[str] = ()) -> web.Response:
    """Return 200 when all parts are well, otherwise 503; `troubles` are listed without effect on it."""
    well = all(parts.values())
    status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
    told = {"troubles": list(troubles)} if troubles else {}
    return web.json_response({"ok": well, name: dict(parts), **told}, status=status)


class _Site(web.BaseSite):
    """Listens with the guard as protocol factory."""

    def __init__(self, runner: web.AppRunner, guard: Guard, host: str, port: int) -> None:
        super().__init__(runner, backlog=OPEN_FILES.backlog)
        self._guard, self._host, self._port = guard, host, port

    @property
    def name(self) -> str:
        return f"http://{self._host}:{self._port}"

    async def start(self) -> None:
        await super().start()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._guard, self._host, self._port, backlog=OPEN_FILES.backlog
        )


@web.middleware
async def _tell_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except StoreError as error:
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text=f"{error}\n")
    except (web.HTTPException, ConnectionError):
        raise
    except Exception as error:  # noqa: BLE001 -- the client must get an answer
        _log.error("A request to %s failed", request.path, exc_info=error)
        return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)


async def _harden(_request: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "Bystander"  # instead of the versions of Python and aiohttp


def _unusable(host: str, port: int, error: OSError) -> BystanderError:
    """Return the error that says what to change."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if isinstance(error, socket.gaierror):
        mend = 'the host name cannot be resolved; write an address such as "127.0.0.1"'
    else:  # newer versions of asyncio set no errno when none of the addresses is local
        number = error.errno or errno.EADDRNOTAVAIL
        mend = _MENDS.get(number, f"it cannot be listened on ({error.strerror}); choose another")
    return BystanderError(f'web.listen = "{address}": {mend}.')
