"""The real clients of Slack against the fake, as its own tests use them: Bolt, sockets, the Web API."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Team


def web_client(slack: FakeSlack, team: Team) -> AsyncWebClient:
    """Return a client of one workspace that repeats nothing by itself; no proxy stands before loopback."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        os.environ.pop(name, None)
    return AsyncWebClient(token=team.bot_token, base_url=slack.api_base, retry_handlers=[])


def bolt(slack: FakeSlack, team: Team) -> AsyncApp:
    """Return an app of one workspace."""
    return AsyncApp(client=web_client(slack, team), signing_secret=slack.signing_secret)


@asynccontextmanager
async def connected(slack: FakeSlack, app: AsyncApp, sockets: int = 2) -> AsyncIterator[None]:
    """Connect an app by Socket Mode."""
    async with AsyncExitStack() as stack:
        for _ in range(sockets):
            handler = AsyncSocketModeHandler(app, slack.app_token, web_client=app.client, ping_interval=0.3)
            stack.push_async_callback(handler.close_async)
            await handler.connect_async()  # type: ignore[no-untyped-call] # the SDK has no types here
        await slack.wait_for_connections(sockets)
        yield


@asynccontextmanager
async def served(slack: FakeSlack, app: AsyncApp) -> AsyncIterator[None]:
    """Serve an app by HTTP and point the fake at it."""
    site = web.Application()

    async def events(request: web.Request) -> web.StreamResponse:
        answer = await app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answer)

    site.router.add_post("/slack/events", events)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield
    finally:
        await runner.cleanup()


def error_of(refused: SlackApiError) -> str:
    """Return the name of the error."""
    return str(refused.response["error"])
