"""Who may use the commands for admins: the workspace's own admins and owners, and those of the config."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import places
from adapters.slack.errors import translate
from adapters.slack.origin import Origin
from adapters.slack.workspaces import Workspaces
from bot.model import Caller
from bot.ports import Desk

KEPT = 300.0  # seconds that an answer of Slack's holds
KEPT_UNKNOWN = 30.0  # seconds until Slack is asked again after it did not answer
PATIENCE = 5.0  # seconds
MOST = 10_000  # people remembered
_RIGHTS = ("is_admin", "is_owner", "is_primary_owner")
_NEVER = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")

_log = logging.getLogger(__name__)


class People:
    """Knows admins. `admins`: ids that are admins everywhere, `U…`, or `T…/U…` in another workspace."""

    def __init__(self, admins: Iterable[str] = (), clock: Callable[[], float] = time.monotonic) -> None:
        self._admins = frozenset(admins)
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, bool]] = {}  # until when, and what

    def is_operator(self, team: str, user: str, home: str) -> bool:
        """Whether the config names somebody; `home` is the workspace whose ids stand there alone."""
        return f"{team}/{user}" in self._admins or (team in ("", home) and user in self._admins)

    async def is_admin(
        self, client: AsyncWebClient, team: str, user: str, patience: float = PATIENCE
    ) -> bool:
        """Whether somebody is an admin or owner of a workspace; not while Slack does not tell."""
        until, known = self._known.get((team, user), (0.0, False))
        now = self._clock()
        if now < until:
            return known
        try:
            async with asyncio.timeout(patience):
                answer = await client.users_info(user=user)
            known, kept = may_manage(answer.get("user"), team), KEPT
        except Exception as error:  # noqa: BLE001 -- the table knows what each means
            _log.warning("Slack does not tell who is an admin, so nobody is for now: %s", translate(error))
            known, kept = False, KEPT_UNKNOWN
        while len(self._known) >= MOST:
            del self._known[next(iter(self._known))]
        self._known[team, user] = (now + kept, known)
        return known


def may_manage(user: Any, team: str) -> bool:
    """Whether what Slack tells of a user makes them an admin or owner of this very workspace.

    People of another workspace who share a channel are told of with the rights they have at home.
    """
    if not isinstance(user, Mapping) or any(user.get(each) for each in _NEVER):
        return False
    organisation = user.get("enterprise_user")
    teams = organisation.get("teams") if isinstance(organisation, Mapping) else None
    at_home = user.get("team_id") == team or (isinstance(teams, list) and team in teams)
    return at_home and any(user.get(each) is True for each in _RIGHTS)


class Callers:
    """Makes those who type or click known to the desk."""

    def __init__(self, desk: Desk, workspaces: Workspaces, people: People) -> None:
        self._desk = desk
        self._workspaces = workspaces
        self._people = people

    async def caller(self, origin: Origin, patience: float = PATIENCE) -> Caller:
        """Return who did something, with their rights. DeliveryError: the bot is not in that workspace."""
        home = self._workspaces.home
        client = await self._workspaces.client(origin.team)
        address = places.address(origin.team, origin.user, home)
        place = places.address(origin.team, origin.channel, home) if origin.in_channel else address
        if self.is_operator(origin):
            return Caller(address, place, admin=True)
        if not await self._people.is_admin(client, origin.team, origin.user, patience):
            return Caller(address, place)
        return Caller(address, place, admin=True, places=await self._places(origin.team))

    def is_operator(self, origin: Origin) -> bool:
        """Whether the config makes somebody an admin, who sees every workspace."""
        return self._people.is_operator(origin.team, origin.user, self._workspaces.home)

    async def _places(self, team: str) -> frozenset[str] | None:
        """Return the destinations in a workspace, None where there are no others."""
        known = await self._desk.addresses(f"{places.PLATFORM}:")
        if not self._workspaces.is_home(team):
            return frozenset(each for each in known if each.startswith(places.prefix(team)))
        own = frozenset(each for each in known if "/" not in each)
        return own if len(own) < len(known) else None
