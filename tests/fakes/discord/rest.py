"""The way of a REST request: log, guard, fault, token, limits, handler, guard again."""

from __future__ import annotations

import json
import traceback
from functools import partial
from typing import Any

from aiohttp import web

from tests.fakes.discord.core import Call, Core, Exchange, Handler, Reply, Routes
from tests.fakes.discord.faults import UNCHECKED, too_many_response
from tests.fakes.discord.problems import ApiError, invalid

API = "/api/v10"
# Calls that carry their own token in the path; they are outside the global limit too.
_OWN_TOKEN = ("/interactions/", "/webhooks/{webhook_id}/{webhook_token}")
_MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token")


class Rest:
    """Answers requests below /api/v10 by a table of routes."""

    def __init__(self, core: Core, routes: Routes) -> None:
        self._core = core
        self._routes = routes

    def add_to(self, app: web.Application) -> None:
        """Register the routes."""
        for line, handler in self._routes.items():
            method, template = line.split(" ")
            app.router.add_route(method, API + template, partial(self._serve, template, handler))
        app.router.add_route("*", API + "/{rest:.*}", partial(self._serve, "", _nowhere))

    async def _serve(self, template: str, handler: Handler, request: web.Request) -> web.Response:
        exchange = await self._read(request)
        self._guard_request(template, exchange)
        fault = self._core.faults.take(exchange.line)
        proceed = partial(self._answer, template, handler, request, exchange)
        try:
            response = await (fault(request, proceed) if fault else proceed())
        except ApiError as error:
            response = _json(Reply(error.body(), error.status))
        self._close(exchange, request, response)
        return response

    async def _read(self, request: web.Request) -> Exchange:
        path = request.path.removeprefix(API)
        exchange = Exchange(request.method, path, dict(request.query), None, self._core.clock.now())
        self._core.requests.append(exchange)
        if request.content_type == "multipart/form-data":
            form = await request.post()
            exchange.body = json.loads(str(form["payload_json"])) if "payload_json" in form else {}
            files = [each for name, each in form.items() if name.startswith("files")]
            exchange.uploads = {
                each.filename: each.file.read() for each in files if isinstance(each, web.FileField)
            }
        elif data := await request.read():
            try:
                exchange.body = json.loads(data)
            except ValueError:
                exchange.body = data.decode(errors="replace")
        return exchange

    def _guard_request(self, template: str, exchange: Exchange) -> None:
        guard = self._core.guard
        guard.request(exchange.method, exchange.path, exchange.query, exchange.body)
        guard.message(exchange.method, template, exchange.path, exchange.body, files=exchange.files)

    async def _answer(
        self, template: str, handler: Handler, request: web.Request, exchange: Exchange
    ) -> web.Response:
        exchange.heard = True
        ban = self._core.limits.ban()
        if ban is not None:
            return too_many_response(ban)
        own_token = template.startswith(_OWN_TOKEN)
        if not own_token and template and request.headers.get("Authorization") != f"Bot {self._core.token}":
            raise ApiError(0)
        call = Call(exchange, dict(request.match_info))
        major = "/".join(call.path[name] for name in _MAJOR if name in call.path)
        refusal, headers = self._core.limits.check(f"{request.method} {template}", major, exempt=own_token)
        if refusal is not None:
            return too_many_response(refusal)
        return _json(await self._handle(handler, call), headers)

    async def _handle(self, handler: Handler, call: Call) -> Reply:
        exchange = call.exchange
        try:
            return await handler(call)
        except ApiError as error:
            return Reply(error.body(), error.status)
        except Exception:  # noqa: BLE001 -- a body that no handler was made for: the test has to hear of it
            trouble = f"{exchange.line} broke the fake:\n{traceback.format_exc()}"
            self._core.guard.violations.append(trouble)
            return Reply({"message": "500: Internal Server Error", "code": 0}, 500)

    def _close(self, exchange: Exchange, request: web.Request, response: web.Response) -> None:
        exchange.lost = request.transport is None or request.transport.is_closing()
        if exchange.lost and not exchange.heard:
            return
        exchange.status = response.status
        self._core.limits.note(response.status, response.headers.get("X-RateLimit-Scope", ""))
        if UNCHECKED in response:
            return
        if response.content_type == "application/json" or response.status == 204:
            exchange.answer = json.loads(response.body) if isinstance(response.body, bytes) else None
            self._core.guard.answer(exchange.method, exchange.path, response.status, exchange.answer)


def check_message(core: Core, operation: str, call: Call) -> None:
    """Raise ApiError 50035 or 50006 when the message in a request is not one that Discord takes."""
    if call.body is not None and not isinstance(call.body, dict):
        raise ApiError(50109)
    errors = tuple(core.guard.message_errors(operation, call.body, files=call.exchange.files))
    if errors:
        raise invalid(*errors)


async def _nowhere(_call: Call) -> Reply:
    return Reply({"message": "404: Not Found", "code": 0}, 404)


def _json(reply: Reply, headers: dict[str, str] | None = None) -> web.Response:
    if reply.status == 204:
        return web.Response(status=204, headers=headers)
    # The type is given by hand: with a charset after it discord.py does not take it for JSON.
    told = {**(headers or {}), "Content-Type": "application/json"}
    return web.Response(status=reply.status, body=_dump(reply.body), headers=told)


def _dump(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
