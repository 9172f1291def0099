"""The Discord adapter: `bot.ports.Adapter`, put together from the parts of this folder."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from adapters.discord.checks import Finding, inspect, invitation, visit
from adapters.discord.errors import fatal, of_the_bot, translate
from adapters.discord.gateway.client import Client
from adapters.discord.gateway.endpoints import Endpoints
from adapters.discord.gateway.guild_events import GuildEvents
from adapters.discord.gateway.guild_index import GuildIndex
from adapters.discord.gateway.library_log import handing_over
from adapters.discord.gateway.listen import LISTENING, door_of, listen
from adapters.discord.gateway.rate_limit import RateLimiter
from adapters.discord.gateway.starts import STARTS, Starts, StartSettings
from adapters.discord.interactions import registration
from adapters.discord.interactions.conversation import Conversation
from adapters.discord.messages.delivery import Delivery
from adapters.discord.sdk import discord
from adapters.shared.backoff import Backoff
from adapters.shared.outage import Outage
from adapters.shared.tasks import Tasks
from bot.errors import DeliveryError, PermanentError, Scope, TemporaryError
from bot.model import CommandSpec, Destination, Message
from bot.ports import BotServices, Doorkeeper, WebRoute

API_BASE = "https://discord.com/api/v10"
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds between attempts to connect
NOT_CONNECTED = "Discord is not connected at present."

_log = logging.getLogger(__name__)


class DiscordAdapter:
    """Alerts and commands on Discord.

    `api_base`, `gateway`: the addresses of Discord; an empty `gateway` is asked from the API. `shards`: first
    and last shard of this process, and their total; None for all. One process at a time listens on a shard;
    one that finds all of its door taken stands by and only sends. `admins`: ids of users who are admins
    everywhere. `publish`: whether messages in announcement channels are published to the servers that follow.
    `pace`: how fast it calls Discord; by default as fast as all processes may together. `starts`: how fast
    its shards start.
    """

    name = "discord"

    def __init__(
        self,
        *,
        token: str,
        api_base: str = API_BASE,
        gateway: str = "",
        shards: tuple[int, int, int] | None = None,
        admins: Collection[str] = (),
        publish: bool = False,
        pace: RateLimiter | None = None,
        starts: StartSettings = STARTS,
    ) -> None:
        self._token = token
        self._endpoints = Endpoints(api_base, gateway)
        self._shards = shards
        self._admins = admins
        self._publish = publish
        self._given_pace = pace
        self._pace = pace or RateLimiter()
        self._start_settings = starts
        self._services: BotServices | None = None
        self._client: Client | None = None
        self._delivery: Delivery | None = None
        self._conversation: Conversation | None = None
        self._keeper: Doorkeeper | None = None
        self._service: asyncio.Task[None] | None = None
        self._tasks = Tasks("Discord")
        self._outage = Outage(_log, "The connection to Discord")
        self._renewed = False  # whether there was a connection before this one
        self._refused: PermanentError | None = None  # why Discord refuses the bot for good

    @property
    def routes(self) -> Sequence[WebRoute]:
        """No routes: the adapter serves nothing on the web server."""
        return ()

    @property
    def connected(self) -> bool:
        """Whether commands come in and messages can go out; while it stands by, whether messages can."""
        return self.stands_by or (self._client is not None and self._client.is_up)

    @property
    def stands_by(self) -> bool:
        """Whether another process listens (bot.ports.StandsBy)."""
        usable = self._client is not None and not self._client.is_closed()
        return usable and self._keeper is not None and not self._keeper.held

    @property
    def trouble(self) -> str:
        """Why the adapter is not connected, in one sentence; "" while it is."""
        if self._refused is not None:
            return str(self._refused)
        return "" if self.connected else self._outage.trouble or NOT_CONNECTED

    # --- life -------------------------------------------------------------------------------------------

    async def start(self, services: BotServices) -> None:
        """Connect. PermanentError: the token or the shards are refused. Other failures are retried later."""
        self._services, self._refused = services, None
        self._pace = self._given_pace or RateLimiter(state=services.shared)
        self._endpoints.lay()
        keeper = self._keeper = await services.door(door_of(self._shards))
        try:
            client = await self._log_in(services, keeper)
        except TemporaryError as error:
            self._failed(error)
            client = None
        except PermanentError as error:
            self._refused = error
            await keeper.aclose()
            raise
        self._service = asyncio.create_task(self._serve(services, keeper, client))
        if client is not None and keeper.held and not client.start_after:
            await self._wait_for(client, self._service)

    async def run(self) -> None:
        """Serve until cancelled; PermanentError once Discord refuses the bot for good."""
        if self._refused is not None:
            raise self._refused
        if self._service is not None:
            await asyncio.shield(self._service)

    async def aclose(self) -> None:
        """Wait for running answers, then disconnect."""
        self._services = None
        await self._tasks.drain(LISTENING.last_words)
        if self._service is not None:
            self._service.cancel()
            await asyncio.gather(self._service, return_exceptions=True)
            self._service = None
        await self._hang_up()
        if self._keeper is not None:
            await self._keeper.aclose()
        self._endpoints.lift()

    async def _wait_for(self, client: Client, service: asyncio.Task[None]) -> None:
        up = asyncio.create_task(client.up.wait())
        await asyncio.wait({up, service}, timeout=LISTENING.patience, return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        if service.done():
            await service

    def _failed(self, error: Exception) -> None:
        """Note that the connection failed."""
        self._outage.note(str(translate(error)))

    def online(self) -> None:
        """Note that the connection works (adapters.discord.gateway.listeners.Listener)."""
        self._outage.end()

    async def _serve(self, services: BotServices, keeper: Doorkeeper, client: Client | None) -> None:
        """Stay connected: make a new client whenever the connection of the last one has ended."""
        backoff = Backoff(FIRST_WAIT, LONGEST_WAIT)
        with handing_over(self._failed):
            while True:
                pause = 0.0
                try:
                    client = client or await self._log_in(services, keeper)
                    await listen(client, keeper, partial(self._tasks.drain, LISTENING.last_words))
                except Exception as error:  # noqa: BLE001 -- whatever ended the connection, a new one is made
                    if (final := fatal(error)) is not None:
                        self._refused = final
                        await self._hang_up()
                        await keeper.aclose()
                        raise final from None
                    self._failed(error)
                    if client is not None and client.up.is_set():
                        backoff.reset()
                    pause = backoff.step()
                client = None
                await self._hang_up()
                self._renewed = True
                await asyncio.sleep(pause)

    async def _log_in(self, services: BotServices, keeper: Doorkeeper) -> Client:
        """Return a client that may call the API; TemporaryError or PermanentError."""
        client = Client(self._endpoints, self._pace, self._shards)
        try:
            await client.login(self._token)
            if keeper.held:
                await client.prepare()
            delivery = Delivery(client, self._pace, services, publish=self._publish)
            guild_index = GuildIndex(services)
            starts = Starts(services.shared, settings=self._start_settings)
            events = GuildEvents(client, guild_index, services, renewed=self._renewed)
            client.tell(self, events, starts)
            self._conversation = Conversation(services, self, guild_index, self._tasks, self._admins)
            self._client, self._delivery = client, delivery
            await self._sync_if_changed()
        except Exception as error:  # noqa: BLE001 -- `translate` maps every error
            await client.close()
            self._client = self._delivery = None
            raise of_the_bot(error) from None
        return client

    async def _hang_up(self) -> None:
        client, self._client, self._delivery = self._client, None, None
        if client is not None:
            await client.close()

    # --- messages ---------------------------------------------------------------------------------------

    async def send(self, destination: Destination, message: Message, key: str) -> str:
        """Send a message; see the port."""
        return await self._ready().send(destination, message, key)

    async def edit(self, destination: Destination, reference: str, message: Message, key: str) -> str:
        """Change a sent message; see the port."""
        return await self._ready().edit(destination, reference, message, key)

    async def find(self, destination: Destination, key: str, since: datetime) -> str | None:
        """Look for a message in the history of its place; see the port."""
        return await self._ready().find(destination, key, since)

    def _ready(self) -> Delivery:
        if self._delivery is not None:
            return self._delivery
        if self._refused is not None:
            raise self._refused
        raise TemporaryError(NOT_CONNECTED)

    # --- commands ---------------------------------------------------------------------------------------

    async def sync(self, *, force: bool = False) -> bool:
        """Register the commands with Discord if they changed or with `force`; return whether it did so.

        TemporaryError or PermanentError when Discord refuses.
        """
        services, client = self._services, self._client
        if services is None or client is None:
            raise TemporaryError(NOT_CONNECTED)
        return await registration.sync(client, services, force=force)

    async def _sync_if_changed(self) -> None:
        """Register the commands if they changed. After an error the ones registered before still work."""
        try:
            if await self.sync():
                _log.info("The commands are registered with Discord.")
        except DeliveryError as error:
            if isinstance(error, PermanentError) and error.scope is Scope.ADAPTER:
                raise
            _log.error("The commands are not registered with Discord: %s", error)

    async def invitation(self) -> str:
        """Return the link that adds the bot to a server, with the permissions and scopes it needs."""
        async with visit(self._endpoints, self._pace, self._token) as client:
            return invitation(client)

    async def inspect(
        self, wanted: Sequence[CommandSpec], addresses: Iterable[str], *, sync: bool = False
    ) -> list[Finding]:
        """Check the token, the commands, and the permissions in channels.

        `sync` registers the commands when Discord has others. DeliveryError: Discord is out of reach.
        """
        async with visit(self._endpoints, self._pace, self._token) as client:
            return await inspect(client, wanted, addresses, sync=sync)

    # --- what people do (gateway.listeners.Listener) ---------------------------------------------

    async def interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answer a command, a click or suggestions; not those that another process may answer by now."""
        if self._keeper is None or not self._keeper.held:
            _log.debug("An interaction is left to the process that listens now.")
        elif self._conversation is not None and self._services is not None:
            # discord.py may cancel the event's task. The answer still finishes, and `aclose` waits for it.
            await asyncio.shield(self._tasks.start(self._conversation.receive(interaction)))

    async def greet(self, user_id: int, text: str, key: str) -> None:
        """Send a user a first direct message (interactions.conversation.Greeter)."""
        try:
            await self._ready().greet(user_id, text, key)
        except Exception as error:
            raise translate(error) from error
