"""The web server: health and readiness for a supervisor, metrics for Prometheus, a status page for people."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, tzinfo
from http import HTTPStatus
from types import TracebackType
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Handler

from bot import __version__
from bot.clock import Clock
from bot.errors import BystanderError, StoreError
from bot.logs.limit import limit
from bot.open_files import SHARES
from bot.ports import HubDoor, OverviewReader, WebRoute
from bot.web.access import Access, Visit
from bot.web.guard import Guard, Limits
from bot.web.meter import PrometheusMeter
from bot.web.metrics import CONTENT_TYPE, exposition
from bot.web.reading import Cached, figures, overview
from bot.web.routes import routes_of
from bot.web.snapshot import ProcessState
from bot.web.status_page import STYLE_SOURCE, status_page
from bot.web.visitors import Visitors
from bot.web.websub import HubRoutes

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
_NO_NAMES = (
    "Names of places are shown on the machine itself, if the server listens on a loopback address, "
    "or to those who have WEB_TOKEN.\n"
)
_ASK_FOR_NAMES = "Names of places are shown to those who have WEB_TOKEN: any user name, and it as password.\n"
_MENDS = {
    errno.EADDRINUSE: "the port is taken; choose another or stop the program that uses it",
    errno.EACCES: "this user may not use the port; choose one above 1023",
    errno.EADDRNOTAVAIL: 'this machine has no such address; choose one of its own, such as "127.0.0.1"',
}


class WebServer:
    """Serves on `host` and `port` (0: a free one) between `async with` and its end, which takes under 2 s.

    `loops` returns which loops are alive, `adapters` which enabled adapters are connected, `troubles` the
    problems of other parts as sentences fit for the public; they are called as requests need them. `routes`
    are served besides the server's own. `limits` bound each connection, and `visitors` records when one is
    turned away. `zone` is the time zone of the status page. `access` decides who sees names there; nobody
    without it. `meter` has what was counted in this process. `door` answers hubs, if they may call.
    Entering raises BystanderError, which says what to change, when the address cannot be used.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        store: OverviewReader,
        clock: Clock,
        loops: Callable[[], Mapping[str, bool]],
        adapters: Callable[[], Mapping[str, bool]],
        routes: Sequence[WebRoute] = (),
        troubles: Callable[[], Sequence[str]] = lambda: (),
        limits: Limits | None = None,
        zone: tzinfo = UTC,
        visitors: Visitors | None = None,
        access: Access | None = None,
        meter: PrometheusMeter | None = None,
        sandbox_restarts: Callable[[], int] = lambda: 0,
        door: HubDoor | None = None,
    ) -> None:
        self._host, self._port = host, port
        self._clock = clock
        self._figures, self._overview = Cached(figures, store, clock), Cached(overview, store, clock)
        self._loops, self._adapters, self._troubles = loops, adapters, troubles
        self._started = clock.now()
        limits = limits or Limits()
        self._zone = zone
        self._access = access or Access("")
        self._meter = meter or PrometheusMeter()
        self._sandbox_restarts = sandbox_restarts
        self._writing = asyncio.Lock()
        self._runner = web.AppRunner(
            self._application(routes, limits, door),
            access_log=None,
            logger=_requests,
            shutdown_timeout=limits.grace,
            keepalive_timeout=limits.idle,
            lingering_time=limits.linger,
        )
        self._guard = Guard(self._protocol, limits, visitors)

    def _application(
        self, routes: Sequence[WebRoute], limits: Limits, door: HubDoor | None
    ) -> web.Application:
        """Return the server's own pages, `routes` and the door of hubs, behind what guards each request."""
        hubs = HubRoutes(door, self._received, seconds=limits.body).routes() if door else ()
        app = web.Application(middlewares=[self._watch, _tell_errors])
        app.on_response_prepare.append(_harden)
        app.add_routes(
            [
                web.get("/", self._page),
                web.get("/places", self._places),
                web.get("/healthz", self._health),
                web.get("/readyz", self._readiness),
                web.get("/metrics", self._metrics),
                *routes_of(routes, self._received, seconds=limits.body),
                *hubs,
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
        found = await self._figures.get()
        async with self._writing:  # one at a time, in a thread, so that a crowd keeps nobody waiting
            body = await asyncio.to_thread(exposition, found, self._state(), self._meter)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    async def _page(self, request: web.Request) -> web.Response:
        return await self._told(names=self._access.sees_names(_visit(request)))

    async def _places(self, request: web.Request) -> web.Response:
        """Answer with the names of places, to those who may see them."""
        if self._access.sees_names(_visit(request)):
            return await self._told(names=True)
        if not self._access.token:
            return web.Response(status=HTTPStatus.FORBIDDEN, text=_NO_NAMES)
        headers = {"WWW-Authenticate": 'Basic realm="Bystander: any name, and WEB_TOKEN", charset="UTF-8"'}
        return web.Response(status=HTTPStatus.UNAUTHORIZED, headers=headers, text=_ASK_FOR_NAMES)

    async def _told(self, *, names: bool) -> web.Response:
        seen, asks = await self._overview.get(), bool(self._access.token)
        async with self._writing:
            text = await asyncio.to_thread(status_page, seen, self._state(), names=names, asks=asks)
        return web.Response(text=text, content_type="text/html")

    def _state(self) -> ProcessState:
        return ProcessState(
            loops=self._loops(),
            adapters=self._adapters(),
            now=self._clock.now(),
            started=self._started,
            version=__version__,
            troubles=self._troubles(),
            zone=self._zone,
            sandbox_restarts=self._sandbox_restarts(),
        )


def _visit(request: web.Request) -> Visit:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Visit(headers, request.remote or "", (request.version.major, request.version.minor))


def _verdict(name: str, parts: Mapping[str, bool], troubles: Sequence[str] = ()) -> web.Response:
    """Return 200 when all parts are well, otherwise 503; `troubles` are listed without effect on it."""
    well = all(parts.values())
    status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
    told = {"troubles": list(troubles)} if troubles else {}
    return web.json_response({"ok": well, name: dict(parts), **told}, status=status)


class _Site(web.BaseSite):
    """Listens with the guard as protocol factory."""

    def __init__(self, runner: web.AppRunner, guard: Guard, host: str, port: int) -> None:
        super().__init__(runner, backlog=SHARES.backlog)
        self._guard, self._host, self._port = guard, host, port

    @property
    def name(self) -> str:
        return f"http://{self._host}:{self._port}"

    async def start(self) -> None:
        await super().start()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._guard, self._host, self._port, backlog=SHARES.backlog)


@web.middleware
async def _tell_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except StoreError as error:
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text=f"{error}\n")
    except (web.HTTPException, ConnectionError):
        raise
    except Exception as error:  # noqa: BLE001 -- the client must get an answer
        _log.error("A request to %s failed", _place(request), exc_info=error)
        return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _place(request: web.Request) -> str:
    """Return what was requested, without the secret that the address of a hub has in it."""
    resource = request.match_info.route.resource
    return request.path if resource is None else resource.canonical


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
