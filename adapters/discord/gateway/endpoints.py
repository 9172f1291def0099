"""Decides the address of every REST call and gateway connection, and applies the rate limit to calls."""

from __future__ import annotations

from http import HTTPStatus
from types import SimpleNamespace

import aiohttp
import yarl

from adapters.discord.errors import ERRORS, TABLE, Code
from adapters.discord.gateway import limits
from adapters.discord.gateway.rate_limit import PACE, RateLimiter, is_for_all, retry_after
from adapters.discord.sdk import DiscordWebSocket, Route
from bot.errors import TemporaryError

_OWN_LIMITS = ("/interactions/", "/webhooks/")  # below the API's base; outside the global rate limit


class Endpoints:
    """The addresses of one connection to Discord.

    discord.py has a setting neither for the REST base nor for the gateway. Its REST base is a class variable,
    so a process can use only one REST API at a time. `lay` sets it, `lift` restores it, and `dial` chooses
    the address of the gateway.
    """

    def __init__(self, api_base: str, gateway: str) -> None:
        self._base = api_base.rstrip("/")
        self._path = yarl.URL(self._base).path.rstrip("/")
        self._gateway = yarl.URL(gateway) if gateway else None
        self._told: yarl.URL | None = None
        self._before: str | None = None

    def lay(self) -> None:
        """Send every REST call to the configured base from now on."""
        if self._before is None:
            self._before, Route.BASE = Route.BASE, self._base

    def lift(self) -> None:
        """Restore the previous base of REST calls. Safe to call twice."""
        if self._before is not None:
            Route.BASE, self._before = self._before, None

    def learn(self, gateway: str) -> None:
        """Store the gateway address that the API returned. It is used when the config names none."""
        self._told = yarl.URL(gateway)

    def dial(self, url: str) -> str:
        """Return the address to connect to, given the one that discord.py chose.

        A gateway in the config always wins. Otherwise the one from the API replaces the built-in address that
        discord.py uses for new sessions. To resume a session, discord.py uses the address from READY.
        """
        asked = yarl.URL(url)
        if self._gateway is not None:
            return str(self._gateway.update_query(asked.query))
        if self._told is not None and asked.host == DiscordWebSocket.DEFAULT_GATEWAY.host:
            return str(self._told.update_query(asked.query))
        return url

    def watch(self, pace: RateLimiter) -> aiohttp.TraceConfig:
        """Return a trace that applies the rate limit to each request, also to discord.py's retries."""

        async def start(_: object, __: SimpleNamespace, request: aiohttp.TraceRequestStartParams) -> None:
            if self._is_ours(request.url):
                await pace.turn()

        async def end(_: object, __: SimpleNamespace, request: aiohttp.TraceRequestEndParams) -> None:
            if request.url.scheme not in ("http", "https"):
                return
            limits.bound_rate_limits(request.response)
            await pace.answered(request.response.status, request.response.headers)
            error = await self._taken_over(request, pace)
            if error is not None:
                request.response.close()
                raise error

        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(start)
        trace.on_request_end.append(end)
        return trace

    def _is_ours(self, url: yarl.URL) -> bool:
        """Whether a request counts towards the global rate limit."""
        below = url.path.removeprefix(self._path)
        return url.scheme in ("http", "https") and not below.startswith(_OWN_LIMITS)

    async def _taken_over(
        self, request: aiohttp.TraceRequestEndParams, pace: RateLimiter
    ) -> TemporaryError | None:
        """Return the error to raise in place of a response that discord.py must not handle; None for others.

        discord.py retries after a server error. A forum post has no nonce, so a retry could post it twice.

        discord.py sleeps after a 429. If a sleep for the global limit is cancelled, its client waits for
        ever. (Its option `max_ratelimit_timeout` also refuses calls that are within their limit.)

        A 403 from Cloudflare concerns the whole bot, so all calls wait.
        """
        answer = request.response
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            is_post = request.method == "POST" and request.url.path.endswith("/threads")
            fault = f"Discord has a fault (it answered {answer.status})."
            return TemporaryError(fault, uncertain=True) if is_post else None
        if answer.status == HTTPStatus.FORBIDDEN and await limits.is_of_the_edge(answer):
            wait = retry_after(answer.headers, ERRORS.blocked)
            await pace.hold(wait)
            return TemporaryError(TABLE[Code.BLOCKED_BY_THE_EDGE].text, retry_after=wait)
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            wait = retry_after(answer.headers)
            ours = self._is_ours(request.url)
            longest = PACE.longest_sleep if ours else PACE.longest_sleep_of_answers
            if is_for_all(answer.headers) or wait > longest or not await limits.names_a_wait(answer, longest):
                return TemporaryError("Discord asks the bot to slow down.", retry_after=wait)
        return None
