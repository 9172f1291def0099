"""The ways in from a fake Slack: a Bolt app with one command, by sockets or by HTTP, events, OAuth."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
from aiohttp import web

from adapters.slack.install.installations import Installations
from adapters.slack.install.oauth import InstallRoutes
from adapters.slack.transport.app import make_app
from adapters.slack.transport.events import Events
from adapters.slack.transport.http_mode import HttpLink
from adapters.slack.transport.rate_limit import RateLimiter
from adapters.slack.transport.socket_mode import SocketLink, SocketSettings
from adapters.slack.transport.workspaces import Workspaces
from bot.ports import KeyValueStore, WebAnswer, WebRequest
from bot.web.routes import routes_of
from tests.adapters.discord.rig import NotingServices
from tests.adapters.slack.rig import without_proxy
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Team

PUBLIC = "https://bot.example"


@dataclass
class Ways:
    """What listens to a Slack; `heard` is what people typed behind /follow."""

    server: FakeSlack
    home: Team
    services: NotingServices
    memory: KeyValueStore
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.news = self.home.add_channel("news", member=True)
        self.alice = self.home.add_user("alice")
        self.installations = Installations(self.memory, self.server.client_secret)
        self.workspaces = Workspaces(
            api_base=self.server.api_base,
            pace=RateLimiter(),
            bot_token=self.home.bot_token,
            installations=self.installations,
        )
        self.app = make_app(self.server.api_base, self.workspaces)
        self.events = Events(self.services, self.workspaces, self.installations)
        self.events.register(self.app)
        self.door = InstallRoutes(
            client_id=self.server.client_id,
            client_secret=self.server.client_secret,
            public_url=PUBLIC,
            api_base=self.server.api_base,
        )

        @self.app.command("/follow")
        async def follow(ack: Any, command: dict[str, Any]) -> None:
            self.heard.append(command["text"])
            await ack()

    def socket_link(self, **settings: Any) -> SocketLink:
        """Return a link that is fast enough for a test."""
        app_token = settings.pop("app_token", self.server.app_token)
        swift = SocketSettings(ping_every=5.0, first_wait=0.05, grace=0.1, patience=5.0)
        return SocketLink(app_token, replace(swift, **settings))

    async def type(self, text: str) -> None:
        """Let Alice type /follow; it has to be acknowledged."""
        await (await self.server.command(self.alice, self.news, "/follow", text)).acked()

    def browser(self) -> Browser:
        """Return a new browser."""
        return Browser(self.door, self.server)


@asynccontextmanager
async def ways(memory: KeyValueStore | None = None) -> AsyncIterator[Ways]:
    """Return the ways in from a Slack with one workspace; nothing listens yet."""
    services = NotingServices()
    with without_proxy():
        async with FakeSlack() as server:
            made = Ways(server, server.add_team("home"), services, memory or services)
            await made.workspaces.connect()
            try:
                yield made
            finally:
                await made.events.drain(5)
                await made.workspaces.aclose()


@asynccontextmanager
async def by_socket(
    memory: KeyValueStore | None = None, **settings: Any
) -> AsyncIterator[tuple[Ways, SocketLink]]:
    """Return the ways in with sockets up."""
    async with ways(memory) as made:
        link = made.socket_link(**settings)
        try:
            await link.start(made.app)
            yield made, link
        finally:
            await link.aclose()


@asynccontextmanager
async def by_http(memory: KeyValueStore | None = None) -> AsyncIterator[tuple[Ways, HttpLink]]:
    """Return the ways in with Slack's requests served; the link is not started."""
    async with ways(memory) as made:
        link = HttpLink(made.server.signing_secret)
        app = web.Application()
        app.add_routes(routes_of(link.routes))
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            made.server.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
            yield made, link
        finally:
            await link.aclose()
            await runner.cleanup()


@dataclass
class Browser:
    """Somebody who installs the app. TLS is a proxy's business, so the Secure cookie is carried by hand."""

    door: InstallRoutes
    server: FakeSlack
    cookie: str = ""

    async def ask(self, path: str, query: str = "") -> WebAnswer:
        """Open one of the bot's pages."""
        handle = {each.path: each.handle for each in self.door.routes}[path]
        headers = {"cookie": self.cookie} if self.cookie else {}
        answer = await handle(WebRequest(path, query, headers))
        for name, value in answer.headers:
            if name == "set-cookie":
                jar = SimpleCookie(value)
                self.cookie = "; ".join(f"{key}={each.value}" for key, each in jar.items())
        return answer

    async def begin(self, team: Team | None = None) -> str:
        """Go to Slack and press Allow there; return the query with which Slack sends the browser back."""
        to_slack = header(await self.ask("/slack/install"), "location")
        self.server.next_install = team
        async with (
            aiohttp.ClientSession(trust_env=False) as session,
            session.get(to_slack, allow_redirects=False) as answer,
        ):
            assert answer.status == 302, await answer.text()
            back = urlsplit(answer.headers["Location"])
        assert f"{back.scheme}://{back.netloc}{back.path}" == f"{PUBLIC}/slack/oauth_redirect"
        return back.query

    async def install(self, team: Team) -> WebAnswer:
        """Install the app in a workspace; return the last page."""
        return await self.ask("/slack/oauth_redirect", await self.begin(team))


def header(answer: WebAnswer, name: str) -> str:
    """Return a header of an answer."""
    return dict(answer.headers)[name]


def value_of(query: str, name: str) -> str:
    """Return a field of a query."""
    return parse_qs(query)[name][0]
