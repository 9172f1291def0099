"""The address at which hubs verify requests and push (WebSub): `/websub/<secret>`.

A push is only a sign that its feed is to be polled, so its body is not kept: it is signed while it arrives,
and forgotten. Whether a signature is right is not told, as that would help to guess one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from bot.ports import HubDoor, PushOutcome
from bot.web.routes import next_part
from bot.web.signature import Signature


@dataclass(frozen=True, slots=True)
class PushLimits:
    """How much of a push is read. A hub may send a whole feed, and may give up after one refusal."""

    body: int = 10_000_000  # bytes
    part: int = 65_536  # bytes that are in memory at a time


LIMITS = PushLimits()
_SECRET = re.compile(r"[A-Za-z0-9_-]{20,100}")


class HubRoutes:
    """Serves a `HubDoor`. `received` is called with each request once it has arrived completely.

    A body that takes longer than `seconds` is refused.
    """

    def __init__(self, door: HubDoor, received: Callable[[web.Request], None], *, seconds: float) -> None:
        self._door, self._received, self._seconds = door, received, seconds

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        path = "/websub/{secret}"
        return [web.get(path, self._asked, allow_head=False), web.post(path, self._pushed)]

    async def _asked(self, request: web.Request) -> web.Response:
        """Answer a hub that verifies a request; the challenge goes back as plain text, and nothing else."""
        secret = _secret(request)
        answer = await self._door.asked(secret, request.query) if secret else None
        if answer is None:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        return web.Response(text=answer, content_type="text/plain")

    async def _pushed(self, request: web.Request) -> web.Response:
        secret = _secret(request)
        known = await self._door.known(secret) if secret else None
        if known is None or known.leaving:
            self._door.refused(PushOutcome.UNKNOWN)
            gone = HTTPStatus.NOT_FOUND if known is None else HTTPStatus.GONE
            return _unread(gone)
        signature = Signature(request.headers.get("X-Hub-Signature", ""), known.key)
        if (refusal := await self._read(request, signature)) is not None:
            self._door.refused(PushOutcome.UNREAD)
            return _unread(refusal)
        self._received(request)
        if signature.matches():
            await self._door.pushed(known)
        else:
            self._door.refused(PushOutcome.FORGED if signature.is_usable else PushOutcome.UNSIGNED)
        return web.Response(status=HTTPStatus.ACCEPTED)

    async def _read(self, request: web.Request, signature: Signature) -> HTTPStatus | None:
        """Read the body for its signature; return a status to refuse it with, None if all of it came."""
        if (request.content_length or 0) > LIMITS.body:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        size = 0
        try:
            async with asyncio.timeout(self._seconds):
                while part := await next_part(request, LIMITS.part):
                    size += len(part)
                    if size > LIMITS.body:
                        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
                    signature.update(part)
        except TimeoutError:
            return HTTPStatus.REQUEST_TIMEOUT
        except (OSError, ValueError, EOFError, web.PayloadAccessError, web.RequestPayloadError):
            return HTTPStatus.BAD_REQUEST
        return None


def _secret(request: web.Request) -> str:
    """Return the secret in the address; "" for one that can be none."""
    found = _SECRET.fullmatch(request.match_info["secret"])
    return found[0] if found else ""


def _unread(status: HTTPStatus) -> web.Response:
    """Return a refusal after which the rest of the request is not read."""
    refused = web.Response(status=status)
    refused.force_close()
    return refused
