"""What adapters serve, on aiohttp: `bot.ports.WebRoute` made into routes of the web server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler
from multidict import CIMultiDict

from bot.logs.limit import limit
from bot.ports import MOST_BODY, WebHandler, WebRequest, WebRoute

_log = logging.getLogger(__name__)
limit(_log)


def routes_of(
    served: Iterable[WebRoute],
    received: Callable[[web.Request], None] = lambda _: None,
    *,
    seconds: float = 10.0,
) -> list[web.RouteDef]:
    """Return routes as aiohttp takes them; `received` is told of each request that is there as a whole.

    A body that takes longer than `seconds` is not waited for.
    """
    return [web.route(each.method, each.path, _handler(each.handle, received, seconds)) for each in served]


def _handler(handle: WebHandler, received: Callable[[web.Request], None], seconds: float) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        body = await _body_of(request, seconds)
        if isinstance(body, HTTPStatus):
            refused = web.Response(status=body)
            refused.force_close()  # what is left of the request is not read
            return refused
        received(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = WebRequest(request.path, request.raw_path.partition("?")[2], headers, body)
        try:
            made = await handle(asked)
        except Exception:  # noqa: BLE001 -- the port says so: a 500, and the server goes on
            _log.exception("A request to %s failed", request.path)
            return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)
        return web.Response(status=made.status, headers=CIMultiDict(made.headers), body=made.body)

    return answer


async def _body_of(request: web.Request, seconds: float) -> bytes | HTTPStatus:
    """Return the body of a request, or the status that refuses it: too large, too slow, cut off or odd."""
    if (request.content_length or 0) > MOST_BODY:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            while len(body) <= MOST_BODY and (more := await _more_of(request, MOST_BODY + 1 - len(body))):
                body += more
    except TimeoutError:
        return HTTPStatus.REQUEST_TIMEOUT
    except (OSError, ValueError, EOFError, web.PayloadAccessError, web.RequestPayloadError):
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if len(body) > MOST_BODY else bytes(body)


async def _more_of(request: web.Request, most: int) -> bytes:
    """Return what comes next of a body; ConnectionError when the visitor left before it was asked for.

    aiohttp's own error for that is a plain RuntimeError, which would be logged as a fault of the bot.
    """
    try:
        return await request.content.read(most)
    except RuntimeError as error:
        if request.transport is not None:
            raise
        raise ConnectionResetError("The visitor closed the connection.") from error
