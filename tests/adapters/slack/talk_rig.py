"""What people do on Slack, heard over the wire by the real parts of the adapter: Bolt, the SDK, sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from adapters.slack.interactions.conversation import Conversation
from adapters.slack.interactions.permissions import Permissions
from adapters.slack.interactions.settings import CONVERSATION, ConversationSettings
from adapters.slack.messages.delivery import Delivery
from adapters.slack.transport.app import make_app
from adapters.slack.transport.http_mode import HttpLink
from adapters.slack.transport.rate_limit import RateLimiter
from adapters.slack.transport.socket_mode import SocketLink
from adapters.slack.transport.workspaces import Workspaces
from bot.model import Caller, Reply
from bot.web.routes import routes_of
from tests.adapters.discord.rig import NotingServices
from tests.adapters.slack.rig import without_proxy
from tests.fakes.slack.deeds import Deed
from tests.fakes.slack.messages import StoredMessage, elements_of
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.views import View
from tests.fakes.slack.world import Channel, Team, User

__all__ = ["Talk", "TalkDesk", "buttons", "talk", "texts"]


HOME = frozenset({"following", "settings", "latest", "alerts list", "health"})  # what an App Home asks for


class TalkDesk(NotingServices):
    """A desk that also notes lines as they come."""

    def __init__(self, **answers: Any) -> None:
        super().__init__(**answers)
        self.lines: list[tuple[Caller, str]] = []

    async def run(self, caller: Caller, line: str) -> Reply:
        self.lines.append((caller, line))
        return self.answer(caller, line.removeprefix("/").partition(" ")[0], {"line": line})

    @property
    def asked(self) -> list[tuple[str, dict[str, str]]]:
        """What was executed, but for what App Homes show."""
        own = [each for each in self.executed if each[0].place != each[0].address or each[1] not in HOME]
        return [(path, values) for _, path, values in own]


class Elsewhere:
    """The tokens of the workspaces that installed the app, by id."""

    def __init__(self) -> None:
        self.tokens: dict[str, str] = {}

    async def token(self, team: str) -> str:
        return self.tokens.get(team, "")


@dataclass
class Talk:
    """A workspace with a channel, a member and an admin, and the adapter's parts that listen to them."""

    server: FakeSlack
    services: Any  # a desk, by default one that notes
    http: bool = False
    prefix: str = "bystander"
    admins: tuple[str, ...] = ()
    settings: ConversationSettings = CONVERSATION
    team: Team = field(init=False)
    others: Elsewhere = field(default_factory=Elsewhere)

    def __post_init__(self) -> None:
        self.team = self.server.add_team()
        self.news = self.team.add_channel("news", member=True)
        self.alice = self.team.add_user("alice")
        self.boss = self.team.add_user("boss", admin=True)
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        """Begin to listen."""
        self.workspaces = Workspaces(
            api_base=self.server.api_base,
            pace=RateLimiter(),
            bot_token=self.team.bot_token,
            installations=self.others,
        )
        self._stack.push_async_callback(self.workspaces.aclose)
        await self.workspaces.connect()
        greeter = Delivery(self.workspaces, self.services)
        self.conversation = Conversation(
            self.services,
            self.workspaces,
            Permissions(self.admins),
            greeter,
            prefix=self.prefix,
            settings=self.settings,
        )
        self._stack.push_async_callback(self.conversation.drain, 5)
        app = make_app(self.server.api_base, self.workspaces)
        self.conversation.register(app)
        link = HttpLink(self.server.signing_secret) if self.http else SocketLink(self.server.app_token)
        self._stack.push_async_callback(link.aclose)
        if isinstance(link, HttpLink):
            await self._serve(link)
        await link.start(app)

    async def stop(self) -> None:
        """Stop listening, after all that is under way."""
        await self._stack.aclose()

    async def restart(self, settings: ConversationSettings = CONVERSATION) -> None:
        """Begin anew: nothing that was in memory is left."""
        await self.stop()
        self.settings = settings
        await self.start()

    async def drain(self) -> None:
        """Wait until everything is answered and every App Home is in step."""
        await self.conversation.drain(10)

    async def command(self, text: str, who: User | None = None, where: Channel | User | None = None) -> Deed:
        """Let somebody, alice in the channel by default, type a command; wait for its acknowledgement."""
        name, _, rest = text.partition(" ")
        deed = await self.server.command(who or self.alice, where or self.news, name, rest)
        await deed.acked()
        return deed

    async def answer(
        self, text: str, who: User | None = None, where: Channel | User | None = None
    ) -> StoredMessage:
        """Let somebody type a command and return the answer that only they see."""
        deed = await self.command(text, who, where)
        await deed.answered()
        return deed.shown[0]

    async def click(self, where: StoredMessage | View, label: str, who: User | None = None) -> Deed:
        """Let somebody click the button with this label; wait for its acknowledgement."""
        action_id = buttons(where)[label]
        deed = await self.server.click(who or self.alice, where, action_id)
        await deed.acked()
        return deed

    async def home(self, who: User | None = None) -> View:
        """Open somebody's App Home and return it."""
        await (await self.server.open_home(who or self.alice)).acked()
        await self.drain()
        return self.home_now(who)

    def home_now(self, who: User | None = None) -> View:
        """Return the App Home as somebody sees it now."""
        view = self.server.home(who or self.alice)
        assert view is not None, "no App Home"
        return view

    def address(self, place: Channel | User) -> str:
        """Return the address of a channel or a person."""
        return f"slack:{place.id}" if place.team is self.team else f"slack:{place.team.id}/{place.id}"

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds."""
        await self.server.wait_until(condition)

    async def _serve(self, link: HttpLink) -> None:
        """Put the adapter's route on a web server, as the bot does."""
        app = web.Application()
        app.add_routes(routes_of(link.routes))
        runner = web.AppRunner(app)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.server.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}{link.routes[0].path}"


def buttons(where: StoredMessage | View) -> dict[str, str]:
    """Return the labels of all buttons with their action ids."""
    return {
        each["text"]["text"]: each["action_id"]
        for block in where.shown_blocks
        for each in elements_of(block)
        if each["type"] == "button"
    }


def texts(value: Any) -> str:
    """Return all words that people read in some blocks."""
    if isinstance(value, StoredMessage | View):
        value = value.shown_blocks
    if isinstance(value, list):
        return "\n".join(filter(None, map(texts, value)))
    if isinstance(value, dict):
        own = value.get("text")
        inside = [texts(each) for key, each in value.items() if key != "text" or not isinstance(own, str)]
        return "\n".join(filter(None, [own if isinstance(own, str) else "", *inside]))
    return ""


@asynccontextmanager
async def talk(services: Any = None, **settings: Any) -> AsyncIterator[Talk]:
    """Return a talk that goes on; at the end all that was sent must have been lawful."""
    with without_proxy():
        async with FakeSlack() as server:
            made = Talk(server, services or TalkDesk(), **settings)
            try:
                await made.start()
                yield made
            finally:
                await made.stop()
