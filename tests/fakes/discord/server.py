"""A fake Discord on loopback: REST v10 and gateway, held against Discord's own OpenAPI document.

    async with FakeDiscord() as server:
        channel = server.add_guild("readers").add_text("news")
        ...                                   # a client with server.api_base, server.gateway, server.token
        assert [message.content for message in server.messages(channel)] == ["…"]

Leaving the block fails when a request or an answer did not fit Discord (`violations`). What is stored and
why a thing is refused: `world`, `messages`, `checks`. What can go wrong:
`server.faults` (REST) and `server.sockets` (gateway). Time can be moved: `server.clock.advance(180)`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.discord import events as discord_events
from tests.fakes.discord.basics import Clock, Json
from tests.fakes.discord.commands import CommandBook
from tests.fakes.discord.core import Core, Exchange
from tests.fakes.discord.faults import Faults
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.guard import Guard
from tests.fakes.discord.interactions import Interaction, InteractionHub
from tests.fakes.discord.limits import RateLimits
from tests.fakes.discord.messages import MessageBook, StoredMessage
from tests.fakes.discord.people import User
from tests.fakes.discord.rest import API, Rest
from tests.fakes.discord.rest_account import AccountRoutes
from tests.fakes.discord.rest_guilds import GuildRoutes
from tests.fakes.discord.rest_hooks import HookRoutes
from tests.fakes.discord.rest_messages import MessageRoutes, announce
from tests.fakes.discord.rest_threads import ThreadRoutes
from tests.fakes.discord.world import Channel, Guild, World

TOKEN = "MTIz.fake.token"
_BODY_LIMIT = 30 * 1024 * 1024


class FakeDiscord:
    """One Discord with one application and its bot. `guard=False` leaves the OpenAPI document aside."""

    def __init__(self, *, guard: bool = True, token: str = TOKEN) -> None:
        self.clock = Clock()
        self.world = World(self.clock)
        limits = RateLimits(self.clock)
        self.core = Core(self.clock, self.world, MessageBook(self.world), limits, Guard(enabled=guard), token)
        self.commands = CommandBook(self.core)
        self.hub = InteractionHub(self.core, self.commands)
        self.sockets = Gateway(self.core)
        self.threads = ThreadRoutes(self.core)
        self.core.publish = self.sockets.publish
        discord_events.connect(self.core)
        self._runner: web.AppRunner | None = None

    # --- life ----------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        if error is None:
            self.assert_lawful()

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1."""
        app = web.Application(client_max_size=_BODY_LIMIT)
        app.router.add_get("/", self.sockets.serve)
        Rest(self.core, self._routes()).add_to(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.core.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        self.faults.heal()
        await self.sockets.close_all()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def aclose(self) -> None:
        """Stop, and fail on violations, where no `async with` does it."""
        await self.stop()
        self.assert_lawful()

    def assert_lawful(self) -> None:
        """Raise AssertionError with every violation."""
        assert not self.violations, "\n".join(["not as Discord has it:", *self.violations])

    def take_violations(self) -> list[str]:
        """Return the violations so far and forget them: for tests that send what Discord refuses."""
        found = list(self.violations)
        self.violations.clear()
        return found

    def _routes(self) -> dict[str, Any]:
        tables = (
            AccountRoutes(self.core),
            GuildRoutes(self.core),
            MessageRoutes(self.core),
            self.threads,
            self.commands,
            HookRoutes(self.core, self.hub),
        )
        return {line: handler for table in tables for line, handler in table.table().items()}

    # --- addresses and records -----------------------------------------------------------------------------

    @property
    def api_base(self) -> str:
        """What `discord.http.Route.BASE` has to be."""
        return self.core.base + API

    @property
    def gateway(self) -> str:
        """What `DiscordWebSocket.DEFAULT_GATEWAY` has to be."""
        return self.core.gateway

    @property
    def token(self) -> str:
        """The only token that is let in."""
        return self.core.token

    @property
    def faults(self) -> Faults:
        """The plan of what goes wrong with requests."""
        return self.core.faults

    @property
    def limits(self) -> RateLimits:
        """The rate limits, with their counters `refused` and `invalid_requests`."""
        return self.core.limits

    @property
    def requests(self) -> list[Exchange]:
        """Every request with its answer, in the order of arrival."""
        return self.core.requests

    @property
    def violations(self) -> list[str]:
        """What did not fit Discord so far."""
        return self.core.guard.violations

    @property
    def sent_identifies(self) -> list[Json]:
        """The `d` of every IDENTIFY."""
        return self.sockets.identifies

    def requests_to(self, start: str) -> list[Exchange]:
        """Return the requests whose line ("POST /channels/…") begins so."""
        return [each for each in self.requests if each.line.startswith(start)]

    def messages(self, channel: Channel) -> list[StoredMessage]:
        """Return the messages of a channel that everybody there sees, oldest first."""
        return self.core.book.of(channel)

    # --- the world -----------------------------------------------------------------------------------------

    def add_guild(
        self,
        name: str = "guild",
        *,
        owner: User | None = None,
        bot_permissions: int = 0,
        with_bot: bool = True,
    ) -> Guild:
        """Add a guild; its channels come from `guild.add_text(…)` and the like."""
        return self.world.add_guild(name, owner=owner, bot_permissions=bot_permissions, with_bot=with_bot)

    def add_user(self, name: str, *, accepts_dms: bool = True, has_app: bool = False) -> User:
        """Add somebody; `has_app` installed the application for themselves."""
        return self.world.add_user(name, accepts_dms=accepts_dms, has_app=has_app)

    def dm_of(self, user: User) -> Channel:
        """Return the DM between the bot and a user."""
        return self.world.dm_of(user)

    def say(self, channel: Channel, author: User, content: str) -> StoredMessage:
        """Let somebody else write a message."""
        message = self.core.book.add(channel, author, {"content": content})
        announce(self.core, "MESSAGE_CREATE", message)
        return message

    def delete(self, message: StoredMessage) -> None:
        """Let a moderator delete a message."""
        self.core.book.delete(message)
        announce(self.core, "MESSAGE_DELETE", message)

    # --- people use the bot --------------------------------------------------------------------------------

    async def interact(
        self, user: User, where: Guild | Channel, command: str, /, *, offered: bool = True, **options: Any
    ) -> Interaction:
        """Use a slash command ("alerts add") with its options, in a channel, a DM or a guild's first channel.

        NotOfferedError when Discord's client would not offer it, unless `offered=False`.
        """
        return self.hub.command(user, where, command, options, offered=offered)

    async def autocomplete(
        self, user: User, where: Guild | Channel, command: str, focused: str, /, **options: Any
    ) -> list[Json]:
        """Type into the option `focused` and return what is suggested."""
        return await self.hub.autocomplete(user, where, command, focused, options).choices()

    async def click(self, user: User, message: StoredMessage, custom_id: str) -> Interaction:
        """Click a button."""
        return self.hub.component(user, message, custom_id)

    async def choose(
        self, user: User, message: StoredMessage, custom_id: str, values: list[str]
    ) -> Interaction:
        """Choose in a select menu."""
        return self.hub.component(user, message, custom_id, values)

    async def submit(self, opened: Interaction, /, **fields: Any) -> Interaction:
        """Send the modal that an interaction opened; `fields` by custom id."""
        return await self.hub.submit(opened, fields)

    def revoke_token(self) -> None:
        """Let the token be worth nothing from now on: 401 and 4004."""
        self.core.token = "revoked"
        self.sockets.close(4004)

    async def wait_until(self, condition: Callable[[], object], *, patience: float = 20.0) -> None:
        """Wait until a condition holds."""
        async with asyncio.timeout(patience):
            while not condition():  # noqa: ASYNC110 -- any condition, not one event
                await asyncio.sleep(0.005)

    async def wait_for_sessions(self, count: int = 1) -> None:
        """Wait until so many gateway sessions are connected."""
        await self.wait_until(lambda: len(list(self.sockets.live())) >= count)
