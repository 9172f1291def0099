"""Where Discord is: the one place that decides which address a call or a gateway connection goes to."""

from __future__ import annotations

from types import SimpleNamespace

import aiohttp
import yarl

from adapters.discord.errors import BLOCKED, BLOCKED_BY_THE_EDGE, TABLE
from adapters.discord.gateway import limits
from adapters.discord.gateway.rate_limit import TOO_MANY, RateLimiter, is_for_all, retry_after
from adapters.discord.sdk import DiscordWebSocket, Route
from bot.errors import TemporaryError

_OWN_LIMITS = ("/interactions/", "/webhooks/")  # below the API's base; outside the global rate limit
_FORBIDDEN, _SERVER_ERROR = 403, 500
LONGEST_SLEEP = 5.0  # seconds of a rate limit that discord.py may wait for inside a call
LONGEST_SLEEP_OF_ANSWERS = 60.0  # the same for answers to interactions, whose token lives 15 minutes


class Endpoints:
    """The addresses of one connection to Discord.

    discord.py has no setting for either. Its REST base is a class variable, so that one process talks to one
    REST API at a time; `lift` puts the former one back. Each gateway connection is dialled through `dial`.
    """

    def __init__(self, api_base: str, gateway: str) -> None:
        self._base = api_base.rstrip("/")
        self._path = yarl.URL(self._base).path.rstrip("/")
        self._gateway = yarl.URL(gateway) if gateway else None
        self._told: yarl.URL | None = None
        self._before: str | None = None

    def lay(self) -> None:
        """Send every REST call to our base from now on."""
        if self._before is None:
            self._before, Route.BASE = Route.BASE, self._base

    def lift(self) -> None:
        """Send REST calls where they went before. Safe to call twice."""
        if self._before is not None:
            Route.BASE, self._before = self._before, None

    def learn(self, gateway: str) -> None:
        """Take the gateway that the API named, for when the config names none."""
        self._told = yarl.URL(gateway)

    def dial(self, url: str) -> str:
        """Return the address to connect to instead of the one that discord.py chose.

        With a gateway in the config always that one. Without, the one the API named in place of the
        address built into discord.py, to which it turns for a new session; a resume goes where READY said.
        """
        asked = yarl.URL(url)
        if self._gateway is not None:
            return str(self._gateway.update_query(asked.query))
        if self._told is not None and asked.host == DiscordWebSocket.DEFAULT_GATEWAY.host:
            return str(self._told.update_query(asked.query))
        return url

    def watch(self, pace: RateLimiter) -> aiohttp.TraceConfig:
        """Return a trace that lets each request, also those that discord.py repeats, keep the pace."""

        async def start(_: object, __: SimpleNamespace, request: aiohttp.TraceRequestStartParams) -> None:
            if self._is_ours(request.url):
                await pace.turn()

        async def end(_: object, __: SimpleNamespace, request: aiohttp.TraceRequestEndParams) -> None:
            if request.url.scheme not in ("http", "https"):
                return
            limits.bound_rate_limits(request.response)
            pace.answered(request.response.status, request.response.headers)
            error = await self._taken_over(request, pace)
            if error is not None:
                request.response.close()
                raise error

        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(start)
        trace.on_request_end.append(end)
        return trace

    def _is_ours(self, url: yarl.URL) -> bool:
        """Whether a request counts for the global limit."""
        below = url.path.removeprefix(self._path)
        return url.scheme in ("http", "https") and not below.startswith(_OWN_LIMITS)

    async def _taken_over(
        self, request: aiohttp.TraceRequestEndParams, pace: RateLimiter
    ) -> TemporaryError | None:
        """Return what an answer becomes that discord.py must not see, lest it repeats the request or sleeps.

        Nothing marks a forum post that was made although the answer is a fault: a second one would be a
        double. And a long sleep inside discord.py, if it is cut short, leaves the whole client waiting for
        ever when it was for the global limit. (Its own `max_ratelimit_timeout` refuses calls that are within
        their limit.)
        A 403 of the edge before Discord speaks of the whole bot, so everything waits.
        """
        answer = request.response
        if answer.status >= _SERVER_ERROR:
            is_post = request.method == "POST" and request.url.path.endswith("/threads")
            fault = f"Discord has a fault (it answered {answer.status})."
            return TemporaryError(fault, uncertain=True) if is_post else None
        if answer.status == _FORBIDDEN and await limits.is_of_the_edge(answer):
            wait = retry_after(answer.headers, BLOCKED)
            pace.hold(wait)
            return TemporaryError(TABLE[BLOCKED_BY_THE_EDGE].text, retry_after=wait)
        if answer.status == TOO_MANY:
            wait = retry_after(answer.headers)
            longest = LONGEST_SLEEP if self._is_ours(request.url) else LONGEST_SLEEP_OF_ANSWERS
            if is_for_all(answer.headers) or wait > longest or not await limits.names_a_wait(answer, longest):
                return TemporaryError("Discord asks the bot to slow down.", retry_after=wait)
        return None
