"""A client of Slack's Web API with the bot's rate limit and without the SDK's retries."""

from __future__ import annotations

import logging
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.errors import retry_after
from adapters.slack.transport.rate_limit import POST, RateLimiter

TIMEOUT = 15  # seconds for one request

_chatter = logging.getLogger(f"{__name__}.sdk")
_chatter.setLevel(logging.CRITICAL)  # it logs message texts; the callers log what matters


class Client(AsyncWebClient):
    """slack_sdk's client for one workspace (`team`, "" for the home workspace).

    It has no retry handlers, because the SDK's would post a message twice if the answer to it was lost.
    Besides the SDK's errors, a call may raise NotYetError: the rate limit would make it wait too long.
    """

    def __init__(
        self, *, team: str, token: str, base_url: str, pace: RateLimiter, session: aiohttp.ClientSession
    ) -> None:
        super().__init__(
            token=token,
            base_url=base_url,
            timeout=TIMEOUT,
            session=session,
            retry_handlers=[],
            logger=_chatter,
        )
        self.team = team
        self._pace = pace

    async def api_call(self, api_method: str, **arguments: Any) -> AsyncSlackResponse:
        """Call a method when the rate limit allows it; a 429 delays further calls of that method."""
        channel = (arguments.get("json") or {}).get("channel", "") if api_method == POST else ""
        await self._pace.turn(self.team, api_method, channel)
        try:
            return await super().api_call(api_method, **arguments)
        except SlackApiError as error:
            if (seconds := retry_after(error)) is not None:
                await self._pace.hold(self.team, api_method, seconds)
            raise
