"""The Slack adapter: implements `bot.ports.Adapter` with the parts in this folder."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from slack_bolt.app.async_app import AsyncApp

from adapters.shared.backoff import Backoff
from adapters.shared.outage import Outage
from adapters.slack import checks
from adapters.slack.checks import Finding
from adapters.slack.errors import TABLE
from adapters.slack.install.installations import Installations
from adapters.slack.install.manifest import INSTALL_PATH
from adapters.slack.install.oauth import InstallRoutes
from adapters.slack.interactions.conversation import Conversation
from adapters.slack.interactions.permissions import Permissions
from adapters.slack.messages.delivery import Delivery
from adapters.slack.transport.app import make_app
from adapters.slack.transport.events import Events
from adapters.slack.transport.http_mode import HttpLink
from adapters.slack.transport.rate_limit import PACE, PaceSettings, RateLimiter
from adapters.slack.transport.socket_mode import SocketLink
from adapters.slack.transport.workspaces import Workspaces
from bot.errors import PermanentError, Scope, TemporaryError
from bot.model import Destination, Message
from bot.ports import BotServices, KeyValueStore, SharedState, WebRoute

API_BASE = "https://slack.com/api/"
SOCKET, HTTP = "socket", "http"
LAST_WORDS = 3.0  # seconds that closing waits for running answers
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds between attempts to reach Slack
NOTHING_SET = (
    "There is no bot token; put it into SLACK_BOT_TOKEN (api.slack.com/apps, OAuth & Permissions) and start "
    "again."
)
NOT_CONNECTED = "Slack is not connected at present."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts that exist from start to close."""

    workspaces: Workspaces
    installations: Installations | None
    delivery: Delivery
    conversation: Conversation
    events: Events
    app: AsyncApp


class SlackAdapter:
    """Alerts and commands on Slack.

    `mode`: "socket" or "http". `api_base`: URL of Slack's Web API. `bot_token`: that of the home workspace;
    others install the app by `client_id`, `client_secret` and `public_url`. `prefix`: the command that
    accepts all others as its text. `per_minute`: messages in one workspace. `admins`: ids of people who are
    admins everywhere, "U…" in the home workspace, "T…/U…" in another. `first_wait`: seconds until the first
    retry while Slack cannot be reached.
    """

    name = "slack"

    def __init__(
        self,
        *,
        mode: str = SOCKET,
        api_base: str = API_BASE,
        bot_token: str = "",
        app_token: str = "",
        signing_secret: str = "",
        client_id: str = "",
        client_secret: str = "",
        public_url: str = "",
        prefix: str = "bystander",
        per_minute: float = PACE.per_minute,
        admins: Collection[str] = (),
        pace: RateLimiter | None = None,
        first_wait: float = FIRST_WAIT,
    ) -> None:
        self._mode = mode
        self._api_base = api_base
        self._bot_token = bot_token
        self._app_token = app_token
        self._signing_secret = signing_secret
        self._client_id = client_id
        self._client_secret = client_secret
        self._public_url = public_url
        self._prefix = prefix
        self._admins = admins
        self._first_wait = first_wait
        self._pace_settings = PaceSettings(per_minute=per_minute)
        self._given_pace = pace
        self._link = SocketLink(app_token) if mode == SOCKET else HttpLink(signing_secret)
        self._door = InstallRoutes(
            client_id=client_id, client_secret=client_secret, public_url=public_url, api_base=api_base
        )
        self._parts: _Parts | None = None
        self._service: asyncio.Task[None] | None = None
        self._refused: PermanentError | None = None  # why Slack refuses the bot for good
        self._known = False  # whether the bot's identity is known
        self._outage = Outage(_log, "Slack")

    @property
    def routes(self) -> Sequence[WebRoute]:
        """The routes on the web server: Slack's requests in mode "http", and the OAuth pages."""
        return (*self._link.routes, *self._door.routes)

    @property
    def connected(self) -> bool:
        """Whether commands can come in and messages can go out; while it stands by, whether messages can."""
        return self.stands_by or (self._parts is not None and self._known and self._link.connected)

    @property
    def stands_by(self) -> bool:
        """Whether other processes have all connections that Slack allows (bot.ports.StandsBy)."""
        return self._parts is not None and self._known and self._link.stands_by

    @property
    def trouble(self) -> str:
        """Why it is not connected, one sentence; "" while it is connected."""
        if self._refused is not None:
            return str(self._refused)
        if self.connected:
            return ""
        return (self._link.trouble if self._known else self._outage.trouble) or NOT_CONNECTED

    # --- life -------------------------------------------------------------------------------------------

    async def start(self, services: BotServices) -> None:
        """Connect. PermanentError: a token is missing or refused. An unreachable Slack is retried later."""
        self._refused = None
        parts = self._parts = self._made(services)
        try:
            reached = await self._reach(parts, services)
        except PermanentError as error:
            self._refuse(error)
            raise
        self._service = asyncio.create_task(self._serve(parts, services, reached=reached))

    async def run(self) -> None:
        """Serve until cancelled; PermanentError once Slack refuses the bot for good."""
        if self._refused is not None:
            raise self._refused
        if self._service is not None:
            await asyncio.shield(self._service)

    async def aclose(self) -> None:
        """Accept no more input, wait for running answers, then disconnect."""
        self._door.close()
        if self._service is not None:
            self._service.cancel()
            await asyncio.gather(self._service, return_exceptions=True)
            self._service = None
        await self._link.aclose()
        parts, self._parts, self._known = self._parts, None, False
        if parts is not None:
            await parts.conversation.drain(LAST_WORDS)
            await parts.events.drain(LAST_WORDS)
            await parts.workspaces.aclose()

    def _made(self, services: BotServices) -> _Parts:
        """Build the parts, without a call to Slack."""
        installations = Installations(services, self._client_secret) if self._client_secret else None
        workspaces = self._workspaces(installations, services.shared)
        delivery = Delivery(workspaces, services)
        conversation = Conversation(
            services, workspaces, Permissions(self._admins), delivery, prefix=self._prefix
        )
        events = Events(services, workspaces, installations)
        app = make_app(self._api_base, workspaces)
        conversation.register(app)
        events.register(app)
        return _Parts(workspaces, installations, delivery, conversation, events, app)

    def _workspaces(
        self, installations: Installations | None, state: SharedState | None = None
    ) -> Workspaces:
        """Build the workspaces. `state`: what all processes share; None for calls of the command line."""
        return Workspaces(
            api_base=self._api_base,
            pace=self._given_pace or RateLimiter(self._pace_settings, state=state),
            bot_token=self._bot_token,
            installations=installations,
        )

    async def _reach(self, parts: _Parts, services: BotServices) -> bool:
        """Ask for the bot's identity and start to serve; False if Slack cannot be reached."""
        try:
            await self._identify(parts)
        except TemporaryError as error:
            self._outage.note(str(error))
            return False
        self._known = True
        self._outage.end()
        if parts.installations is not None:
            self._door.open(services, parts.workspaces, parts.installations)
        await parts.events.returned()
        await self._link.start(parts.app)
        return True

    async def _identify(self, parts: _Parts) -> None:
        """Ask for the bot's identity in the home workspace. TemporaryError or PermanentError(ADAPTER)."""
        if not self._bot_token:
            if not self._door.routes:
                raise PermanentError(NOTHING_SET, scope=Scope.ADAPTER)
            return
        me = await parts.workspaces.connect()
        if not me.bot:  # with a user token, messages would appear to be from that user
            raise PermanentError(TABLE["not_allowed_token_type"].text, scope=Scope.ADAPTER)
        _log.info("Slack knows the bot as @%s in %s.", me.name, me.team_name)

    async def _serve(self, parts: _Parts, services: BotServices, *, reached: bool) -> None:
        """Retry until Slack is reached, then serve."""
        backoff = Backoff(self._first_wait, LONGEST_WAIT)
        try:
            while not reached:
                await asyncio.sleep(backoff.step())
                reached = await self._reach(parts, services)
            await self._link.run()
        except PermanentError as error:
            self._refuse(error)
            raise

    def _refuse(self, error: PermanentError) -> None:
        self._refused = error
        self._door.refuse()

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
        if self._refused is not None:
            raise self._refused
        if self._parts is None:
            raise TemporaryError(NOT_CONNECTED)
        return self._parts.delivery

    # --- the command line ---------------------------------------------------------------------------------

    async def inspect(self, addresses: Iterable[str], memory: KeyValueStore | None = None) -> list[Finding]:
        """Check tokens, scopes, the connection, workspaces and channels.

        `memory`: the store of installations; None: they are not checked.
        """
        kept = Installations(memory, self._client_secret) if memory and self._client_secret else None
        workspaces = self._workspaces(kept)
        if self._mode == SOCKET:
            ways = [await checks.inspect_socket(self._api_base, self._app_token)]
        else:
            ways = checks.inspect_http(self._signing_secret, self._public_url)
        ways += checks.inspect_oauth(self._client_id, self._client_secret, self._public_url)
        install_url = f"{self._public_url.rstrip('/')}{INSTALL_PATH}" if self._client_secret else ""
        try:
            return await checks.inspect(workspaces, ways, kept, addresses, install_url=install_url)
        finally:
            await workspaces.aclose()
