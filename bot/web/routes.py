"""What adapters serve, on aiohttp: `bot.ports.WebRoute` made into routes of the web server."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler
from multidict import CIMultiDict

from bot.ports import MOST_BODY, WebHandler, WebRequest, WebRoute

_log = logging.getLogger(__name__)


def routes_of(served: Iterable[WebRoute]) -> list[web.RouteDef]:
    """Return routes as aiohttp takes them."""
    return [web.route(each.method, each.path, _handler(each.handle)) for each in served]


def _handler(handle: WebHandler) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        body = await request.content.read(MOST_BODY + 1)
        while len(body) <= MOST_BODY and (more := await request.content.read(MOST_BODY + 1 - len(body))):
            body += more
        if len(body) > MOST_BODY:
            return web.Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = WebRequest(request.path, request.raw_path.partition("?")[2], headers, body)
        try:
            made = await handle(asked)
        except Exception:  # noqa: BLE001 -- the port says so: a 500, and the server goes on
            _log.exception("A request to %s failed", request.path)
            return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)
        return web.Response(status=made.status, headers=CIMultiDict(made.headers), body=made.body)

    return answer
