"""What can go wrong on the way to Discord and back. A fault takes the request and the way on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from tests.fakes.discord.limits import Refusal, refusal
from tests.fakes.discord.problems import ApiError

Proceed = Callable[[], Awaitable[web.Response]]
UNCHECKED = web.ResponseKey("unchecked", bool)  # marks answers that Discord would not give
Fault = Callable[[web.Request, Proceed], Awaitable[web.Response]]


def status(code: int, text: str = "", *, done: bool = False) -> Fault:
    """Answer with a bare status and an HTML page, as the proxies before Discord do.

    Nothing is done; with `done` all that was asked is, as when a proxy has waited too long.
    """

    async def fault(_request: web.Request, proceed: Proceed) -> web.Response:
        if done:
            await proceed()
        return web.Response(
            status=code, text=text or f"<html><h1>{code}</h1></html>", content_type="text/html"
        )

    return fault


def answer(code: int, body: object, **headers: str) -> Fault:
    """Answer with any JSON, text (as it is) or bytes, whether Discord would or not; nothing is done.

    Names of headers are written with "_" for "-"; without a content type it is "application/json".
    """

    async def fault(_request: web.Request, _proceed: Proceed) -> web.Response:
        text = body if isinstance(body, str) else json.dumps(body)
        told = {"Content-Type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return _unchecked(web.Response(status=code, body=text.encode(), headers=told))

    return fault


def mislead(**headers: str) -> Fault:
    """Do what was asked and answer as always, but with these headers ("_" for "-") for the real ones."""

    async def fault(_request: web.Request, proceed: Proceed) -> web.Response:
        answered = await proceed()
        answered.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
        return answered

    return fault


def _unchecked(answered: web.Response) -> web.Response:
    """Mark an answer that Discord would not give, so that the guard leaves it alone."""
    answered[UNCHECKED] = True
    return answered


def refuse(code: int, *, status: int = 0, message: str = "") -> Fault:
    """Answer with this error whatever was asked: `refuse(50013)`, `refuse(200000, status=400)`."""

    async def fault(_request: web.Request, _proceed: Proceed) -> web.Response:
        raise ApiError(code, status=status, message=message)

    return fault


def too_many(retry_after: float, *, scope: str = "user") -> Fault:
    """Answer 429 with a scope: user, global, shared, or ban for Cloudflare's, without `Via`."""

    async def fault(_request: web.Request, _proceed: Proceed) -> web.Response:
        return too_many_response(refusal(scope, retry_after))

    return fault


def too_many_response(told: Refusal) -> web.Response:
    """Return a 429; a banned address gets the plain page of Cloudflare."""
    if told.scope == "ban":
        return web.Response(status=429, text="error code: 1015", headers=told.headers)
    headers = {**told.headers, "Content-Type": "application/json"}
    return web.Response(status=429, body=json.dumps(told.body).encode(), headers=headers)


class Storm:
    """Answer 429 for so many seconds from the first request on, each with the rest of them; then pass.

    `refused` counts the 429s.
    """

    def __init__(self, seconds: float, *, scope: str = "user") -> None:
        self.refused = 0
        self._seconds = seconds
        self._scope = scope
        self._end: float | None = None

    async def __call__(self, _request: web.Request, proceed: Proceed) -> web.Response:
        now = asyncio.get_running_loop().time()
        self._end = now + self._seconds if self._end is None else self._end
        if now >= self._end:
            return await proceed()
        self.refused += 1
        return too_many_response(refusal(self._scope, self._end - now))


def drop_before() -> Fault:
    """Close the connection before anything was done."""

    async def fault(request: web.Request, _proceed: Proceed) -> web.Response:
        _abort(request)
        return web.Response()

    return fault


def drop_after() -> Fault:
    """Do what was asked, then close the connection: the answer is lost."""

    async def fault(request: web.Request, proceed: Proceed) -> web.Response:
        answer = await proceed()
        _abort(request)
        return answer

    return fault


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


class Hang:
    """Say nothing until `release()`. `arrived` is set once a request waits; with `done` the work is done."""

    def __init__(self, *, done: bool = False) -> None:
        self.arrived = asyncio.Event()
        self._done = done
        self._released = asyncio.Event()

    async def __call__(self, _request: web.Request, proceed: Proceed) -> web.Response:
        answer = await proceed() if self._done else None
        self.arrived.set()
        await self._released.wait()
        return answer or await proceed()

    def release(self) -> None:
        """Let those who wait go on, and those who come later pass."""
        self._released.set()


@dataclass
class _Planned:
    fault: Fault
    on: str
    left: int  # negative: for ever


class Faults:
    """A plan of faults. `on` is how "METHOD /path" below /api/v10 begins; the first that fits is met."""

    def __init__(self) -> None:
        self._plan: list[_Planned] = []
        self._hangs: list[Hang] = []

    def next(self, fault: Fault, on: str = "", *, times: int = 1) -> None:
        """Let the next requests meet a fault: `next(status(502), "POST /channels/", times=2)`."""
        self._add(_Planned(fault, on, times))

    def always(self, fault: Fault, on: str = "") -> None:
        """Let every request meet a fault until `heal()`; those of `next` come first."""
        self._add(_Planned(fault, on, -1))

    def heal(self) -> None:
        """Forget all faults and release who hangs."""
        self._plan.clear()
        self.release()

    def release(self) -> None:
        """Let go of every request that hangs."""
        for hang in self._hangs:
            hang.release()

    @property
    def pending(self) -> int:
        """Planned faults that nobody has met yet, without the standing ones."""
        return sum(max(0, each.left) for each in self._plan)

    def take(self, line: str) -> Fault | None:
        """Return the fault for a request line ("POST /channels/1/messages")."""
        fitting = [each for each in self._plan if line.startswith(each.on)]
        chosen = next((each for each in fitting if each.left > 0), next(iter(fitting), None))
        if chosen is None:
            return None
        if chosen.left > 0:
            chosen.left -= 1
            if not chosen.left:
                self._plan.remove(chosen)
        return chosen.fault

    def _add(self, planned: _Planned) -> None:
        self._plan.append(planned)
        if isinstance(planned.fault, Hang):
            self._hangs.append(planned.fault)
