"""Turns the `bot.ports.WebRoute` objects of adapters into aiohttp routes of the web server."""

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
    """Return aiohttp routes; `received` is called with each request once it has arrived completely.

    A body that takes longer than `seconds` is refused with status 408.
    """
    return [web.route(each.method, each.path, _handler(each.handle, received, seconds)) for each in served]


def _handler(handle: WebHandler, received: Callable[[web.Request], None], seconds: float) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        body = await _body_of(request, seconds)
        if isinstance(body, HTTPStatus):
            refused = web.Response(status=body)
            refused.force_close()  # the rest of the request is not read
            return refused
        received(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = WebRequest(request.path, request.raw_path.partition("?")[2], headers, body)
        try:
            made = await handle(asked)
        except Exception:  # noqa: BLE001 -- as the port promises: answer 500 and go on
            _log.exception("A request to %s failed", request.path)
            return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)
        return web.Response(status=made.status, headers=CIMultiDict(made.headers), body=made.body)

    return answer


async def _body_of(request: web.Request, seconds: float) -> bytes | HTTPStatus:
    """Return the body, or the status that refuses the request: too large, too slow, cut off, malformed."""
    if (request.content_length or 0) > MOST_BODY:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            while len(body) <= MOST_BODY and (more := await next_part(request, MOST_BODY + 1 - len(body))):
                body += more
    except TimeoutError:
        return HTTPStatus.REQUEST_TIMEOUT
    except (OSError, ValueError, EOFError, web.PayloadAccessError, web.RequestPayloadError):
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if len(body) > MOST_BODY else bytes(body)


async def next_part(request: web.Request, most: int) -> bytes:
    """Return the next part of a body; ConnectionResetError when the client has already disconnected.

    aiohttp then raises a plain RuntimeError, which would be logged as a fault of the bot.
    """
    try:
        return await request.content.read(most)
    except RuntimeError as error:
        if request.transport is not None:
            raise
        raise ConnectionResetError("The visitor closed the connection.") from error
