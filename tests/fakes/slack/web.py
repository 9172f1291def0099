"""The Web API's gate: reads a call, finds whose token it bears, checks arguments and rights, answers."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable

from aiohttp import web

from tests.fakes.slack.basics import ApiError, Json, words
from tests.fakes.slack.core import Call, Core, Request
from tests.fakes.slack.faults import Fault
from tests.fakes.slack.limits import too_many
from tests.fakes.slack.reference import METHODS, OVERLOOKED, Signature, lists
from tests.fakes.slack.world import Team

Handler = Callable[[Request], Json]
_JSON_ARGUMENTS = ("blocks", "attachments", "files", "metadata", "view")
_FLAGS = words(
    "unfurl_links unfurl_media mrkdwn reply_broadcast link_names include_all_metadata inclusive return_im "
    "include_num_members include_locale exclude_archived prevent_creation as_user test"
)
_FORMATS = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}


class WebApi:
    """Serves /api/METHOD with a table of handlers."""

    def __init__(self, core: Core, handlers: dict[str, Handler]) -> None:
        self._core = core
        self._handlers = handlers

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, or meet a fault."""
        method = request.match_info["method"]
        call = Call(method, {}, self._core.clock.now())
        self._core.calls.append(call)
        await self._core.faults.wait(method)
        fault = self._core.faults.take(method)
        token, raw = await _read(request)
        call.arguments = _decoded(raw)[0]
        team = self._core.world.by_token(token)
        call.team_id = team.id if team is not None else ""
        if fault is not None and fault.kind in ("drop", "status"):
            return _broken(request, fault, call)
        answer = self._answer(request, call, raw, token, fault)
        if fault is not None and fault.kind == "hang":
            await self._core.faults.healed()
        if fault is not None and fault.kind in ("lose", "hang"):
            return abort(request, call)
        return answer

    def _answer(
        self, request: web.Request, call: Call, raw: Json, token: str, fault: Fault | None
    ) -> web.Response:
        headers: dict[str, str] = {}
        try:
            _meet(fault)
            asked = self._gate(call, raw, token, request)
            headers = {"x-oauth-scopes": ",".join(sorted(asked.owner.scopes))} if asked.owner else {}
            told = {"ok": True, **self._handlers[call.method](asked)}
            call.status = 200
        except ApiError as error:
            told, headers = error.body, {**headers, **error.headers}
            call.status, call.error = error.status, error.name
            if not lists(call.method, error.name):
                self._core.violate(f"the fake answered {error.name} to {call.method}")
        return web.json_response(told, status=call.status, headers=headers)

    def _gate(self, call: Call, raw: Json, token: str, request: web.Request) -> Request:
        """Return the request, or raise why it is not let in."""
        signature = METHODS.get(call.method)
        if signature is None or call.method not in self._handlers:
            self._core.violate(f"{call.method}: there is no such method")
            raise ApiError("unknown_method", req_method=call.method)
        team = self._team(signature, token)
        if team is not None:
            self._core.limits.call(team.id, call.method)
            if signature.scope:
                need_scope(team, signature.scope)
        self._check_arguments(call.method, signature, call.arguments)
        if broken := _decoded(raw)[1]:
            self._core.violate(f"{call.method}: {broken} is no JSON")
            raise ApiError(_FORMATS.get(broken, "invalid_arguments"))
        return Request(call.method, call.arguments, team, _basic(request))

    def _team(self, signature: Signature, token: str) -> Team | None:
        if signature.token == "none":
            return None
        if not token:
            raise ApiError("not_authed")
        if token == self._core.app_token:
            if signature.token != "app":
                raise ApiError("not_allowed_token_type")
            return None
        team = self._core.world.by_token(token)
        if team is None:
            raise ApiError("invalid_auth")
        if team.state:
            raise ApiError(team.state)
        if signature.token != "bot":
            raise ApiError("not_allowed_token_type")
        return team

    def _check_arguments(self, method: str, signature: Signature, arguments: Json) -> None:
        known = signature.arguments | OVERLOOKED
        for name in sorted(arguments.keys() - known):
            self._core.violate(f"{method}: unknown argument {name}")
        missing = sorted(each for each in signature.required if arguments.get(each) in (None, ""))
        if missing:
            self._core.violate(f"{method}: missing argument {', '.join(missing)}")
            raise ApiError("invalid_arguments", *(f"missing required field: {each}" for each in missing))
        if not isinstance(arguments.get("text", ""), str):
            self._core.violate(f"{method}: text is no string")


def _meet(fault: Fault | None) -> None:
    """Raise the error that was planned."""
    if fault is not None and fault.kind == "ratelimit":
        raise too_many(fault.seconds or 1)
    if fault is not None and fault.kind == "error":
        raise ApiError(fault.name)


def need_scope(team: Team, needed: str) -> None:
    """Raise missing_scope unless the token has it."""
    if needed not in team.scopes:
        raise ApiError("missing_scope", needed=needed, provided=",".join(sorted(team.scopes)))


async def _read(request: web.Request) -> tuple[str, Json]:
    """Return the token and the arguments as they came: by query, form or JSON."""
    arguments: Json = dict(request.query)
    arguments.pop("token", None)  # Slack takes none from there
    token = ""
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            body = {}
        arguments |= body if isinstance(body, dict) else {}
        arguments.pop("token", None)
    elif request.can_read_body:
        form = {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
        token = form.pop("token", "")
        arguments |= form
    scheme, _, said = request.headers.get("Authorization", "").partition(" ")
    return (said if scheme.lower() == "bearer" else token), arguments


def _decoded(raw: Json) -> tuple[Json, str]:
    """Return the arguments with JSON and flags read, and the name of the first that is broken."""
    arguments, broken = dict(raw), ""
    for name in _JSON_ARGUMENTS:
        if isinstance(arguments.get(name), str):
            try:
                arguments[name] = json.loads(arguments[name])
            except ValueError:
                broken = broken or name
    for name in _FLAGS:
        if isinstance(arguments.get(name), str):
            arguments[name] = arguments[name].lower() in ("1", "true")
    return arguments, broken


def _basic(request: web.Request) -> tuple[str, str]:
    scheme, _, said = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ("", "")
    try:
        name, _, secret = base64.b64decode(said).decode().partition(":")
    except (binascii.Error, ValueError):
        return ("", "")
    return name, secret


def _broken(request: web.Request, fault: Fault, call: Call) -> web.Response:
    if fault.kind == "drop":
        return abort(request, call)
    call.status, call.error = fault.code, f"status {fault.code}"
    headers = {} if fault.seconds is None else {"Retry-After": str(fault.seconds)}
    page = f"<html><h1>{fault.code}</h1></html>"
    return web.Response(status=fault.code, text=page, content_type="text/html", headers=headers)


def abort(request: web.Request, call: Call | None = None) -> web.Response:
    """Drop the connection without an answer."""
    if call is not None:
        call.status, call.error = 0, "dropped"
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
