"""The workspaces that the bot serves: their tokens and clients, and the bot's identity in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import aiohttp
from cachetools import LRUCache
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.errors import CLOSED, at_login, translate
from adapters.slack.transport.client import TIMEOUT, Client
from adapters.slack.transport.rate_limit import RateLimiter
from bot.errors import DeliveryError, PermanentError, Scope, TemporaryError

MOST_CLIENTS = 1_000  # workspaces in memory
NO_HOME = (
    "There is no home workspace; put its bot token into SLACK_BOT_TOKEN, or add the channel again from the "
    "workspace it is in."
)


class Installations(Protocol):
    """The workspaces that installed the app by OAuth."""

    async def token(self, team: str) -> str:
        """Return the bot token of a workspace, "" where the app is not installed."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in a workspace, from auth.test."""

    team: str  # its id
    team_name: str
    user: str  # the bot's user id, U…
    bot: str  # the bot's own id, B…
    name: str  # as people mention it, without @
    scopes: frozenset[str]  # of the token; empty if Slack does not say


class Workspaces:
    """Clients by workspace id. "" means the home workspace, that of the bot token."""

    def __init__(
        self,
        *,
        api_base: str,
        pace: RateLimiter,
        bot_token: str = "",
        installations: Installations | None = None,
    ) -> None:
        self._api_base = api_base
        self._pace = pace
        self._bot_token = bot_token
        self._installations = installations
        self._clients: LRUCache[str, Client] = LRUCache(MOST_CLIENTS)
        self._identities: LRUCache[str, Identity] = LRUCache(MOST_CLIENTS)
        self._session: aiohttp.ClientSession | None = None
        self.home = ""  # id of the home workspace, once known

    def is_home(self, team: str) -> bool:
        """Whether this is the workspace of the bot token."""
        return not team or team == self.home

    async def connect(self) -> Identity:
        """Ask Slack who the bot is in the home workspace. PermanentError(ADAPTER): it refuses the token."""
        self._identities.pop("", None)
        identity = await self.identity("")
        self.home = identity.team
        return identity

    async def client(self, team: str = "") -> Client:
        """Return the client of a workspace.

        PermanentError(DESTINATION): the app is not installed there. TemporaryError: that is unknown yet.
        """
        team = "" if self.is_home(team) else team
        if team not in self._clients:
            self._clients[team] = self._made(team, await self._token(team))
        return self._clients[team]

    async def identity(self, team: str = "") -> Identity:
        """Return who the bot is in a workspace; cached. DeliveryError: Slack does not say."""
        team = "" if self.is_home(team) else team
        if team not in self._identities:
            client = await self.client(team)
            try:
                told = await client.auth_test()
            except Exception as error:  # noqa: BLE001 -- `translate` maps every error
                raise (translate(error, elsewhere=True) if team else at_login(error)) from None
            self._identities[team] = _identity(told)
        return self._identities[team]

    def forget(self, team: str) -> None:
        """Drop the cached client of a workspace whose token may have changed; the home workspace's stays."""
        if not self.is_home(team):
            self._clients.pop(team, None)
            self._identities.pop(team, None)

    async def renewed(self, team: str) -> bool:
        """Drop the client of a workspace that was refused; return whether its token is another one now."""
        used = self._clients.get(team)
        self.forget(team)
        try:
            return used is not None and used.token != await self._token(team)
        except DeliveryError:
            return False

    async def aclose(self) -> None:
        """Close the connections; later calls open new ones."""
        self._clients.clear()
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _token(self, team: str) -> str:
        if not team:
            if not self._bot_token:
                raise PermanentError(NO_HOME, scope=Scope.DESTINATION)
            return self._bot_token
        token = await self._installations.token(team) if self._installations else ""
        if not token and self._bot_token and not self.home:  # it may be the home workspace
            raise TemporaryError("Slack is not connected at present.")
        if not token:
            raise PermanentError(CLOSED, scope=Scope.DESTINATION)
        return token

    def _made(self, team: str, token: str) -> Client:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT))
        return Client(team=team, token=token, base_url=self._api_base, pace=self._pace, session=self._session)


def _identity(told: AsyncSlackResponse) -> Identity:
    """Return the identity in a response of auth.test. TemporaryError: it has none, so it is not Slack's."""
    named = {
        name: value if isinstance(value := told.get(name), str) else ""
        for name in ("team_id", "team", "user_id", "user", "bot_id")
    }
    if not (named["team_id"] and named["user_id"]):
        raise TemporaryError("Slack did not say who the bot is.", retry_after=60.0)
    scopes = str(told.headers.get("x-oauth-scopes", ""))
    return Identity(
        team=named["team_id"],
        team_name=named["team"],
        user=named["user_id"],
        bot=named["bot_id"],
        name=named["user"],
        scopes=frozenset(filter(None, (each.strip() for each in scopes.split(",")))),
    )
