"""Decides who may use admin commands: admins and owners of the workspace, and the admins of the config.

While Slack does not say whether a user is an admin, admin commands are refused with the reason.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from cachetools import TLRUCache
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import name_of, translate
from adapters.slack.interactions.request_context import RequestContext
from adapters.slack.messages import destinations
from adapters.slack.transport.workspaces import Workspaces
from bot.errors import PermanentError
from bot.model import Caller
from bot.ports import BotServices


@dataclass(frozen=True, slots=True)
class PermissionSettings:
    """How long Slack is waited for, and its answers are kept."""

    kept: float = 300.0  # seconds for which Slack's answer is cached
    kept_unknown: float = 30.0  # seconds until the next request after Slack refused one
    patience: float = 5.0  # seconds to wait for Slack's answer
    people: int = 10_000  # people in the cache


PERMISSIONS = PermissionSettings()
NO_SCOPE = (
    "The bot cannot ask Slack who is an admin, for it lacks the scope users:read; add it "
    "(api.slack.com/apps, OAuth & Permissions, Scopes) and install the app again."
)
_NO_SCOPE = "missing_scope"
_RIGHTS = ("is_admin", "is_owner", "is_primary_owner")
_NEVER = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")

_Person = tuple[str, str]  # workspace and id

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rights:
    """Whether a user is an admin. `doubt`: why that is unknown, one sentence; "" if it is known.

    `zone`: the name of their time zone, as Slack gives it; "" for unknown.
    """

    admin: bool = False
    doubt: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class UnsureCaller(Caller):
    """A user of whom Slack does not say whether they are an admin; `doubt` says why."""

    doubt: str = ""


class _Kept(NamedTuple):
    """Rights, and the seconds for which they are cached."""

    rights: Rights
    seconds: float


def _expiry(_: _Person, kept: _Kept, now: float) -> float:
    return now + kept.seconds


SILENT = Rights(doubt="Slack does not tell at present who is an admin; try again in a moment.")


class Permissions:
    """Knows admins. `admins`: ids from the config, `U…` in the home workspace, `T…/U…` in another."""

    def __init__(self, admins: Collection[str] = (), clock: Callable[[], float] = time.monotonic) -> None:
        self._admins = admins
        self._known: TLRUCache[_Person, _Kept] = TLRUCache(PERMISSIONS.people, _expiry, timer=clock)
        self._asking: dict[_Person, asyncio.Task[Rights]] = {}

    def is_operator(self, team: str, user: str, home: str) -> bool:
        """Whether the config names a user; ids without a workspace belong to `home`."""
        return f"{team}/{user}" in self._admins or (team in ("", home) and user in self._admins)

    async def rights(
        self, client: AsyncWebClient, team: str, user: str, patience: float = PERMISSIONS.patience
    ) -> Rights:
        """Return a user's rights, unknown after `patience` seconds; a later response is still cached."""
        person = (team, user)
        if (known := self._known.get(person)) is not None:
            return known.rights
        if person not in self._asking:
            self._asking[person] = asyncio.create_task(self._ask(client, person))
        asking = self._asking[person]
        await asyncio.wait({asking}, timeout=patience)
        return asking.result() if asking.done() and not asking.cancelled() else SILENT

    async def aclose(self) -> None:
        """Cancel all requests."""
        asking = list(self._asking.values())
        for each in asking:
            each.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def _ask(self, client: AsyncWebClient, person: _Person) -> Rights:
        team, user = person
        try:
            answer = await client.users_info(user=user)
            user_info = answer.get("user")
            rights, kept = Rights(may_manage(user_info, team), zone=zone_name(user_info)), PERMISSIONS.kept
        except Exception as error:  # noqa: BLE001 -- `translate` maps every error
            told = translate(error)
            _log.warning("Slack does not tell who is an admin: %s", told)
            rights = Rights(doubt=NO_SCOPE) if name_of(error) == _NO_SCOPE else SILENT
            kept = PERMISSIONS.kept_unknown if isinstance(told, PermanentError) else 0.0
        finally:
            del self._asking[person]
        self._known[person] = _Kept(rights, kept)
        return rights


def may_manage(user: Any, team: str) -> bool:
    """Whether a users.info response shows an admin or owner of this very workspace.

    For people of another workspace in a shared channel, Slack reports the rights they have there.
    """
    if not isinstance(user, Mapping) or any(user.get(each) for each in _NEVER):
        return False
    organisation = user.get("enterprise_user")
    teams = organisation.get("teams") if isinstance(organisation, Mapping) else None
    at_home = user.get("team_id") == team or (isinstance(teams, list) and team in teams)
    return at_home and any(user.get(each) is True for each in _RIGHTS)


def zone_name(user: Any) -> str:
    """Return the time zone in a users.info response, "" if there is none."""
    zone = user.get("tz") if isinstance(user, Mapping) else None
    return zone if isinstance(zone, str) else ""


class Callers:
    """Identifies who typed or clicked, and their rights."""

    def __init__(self, services: BotServices, workspaces: Workspaces, people: Permissions) -> None:
        self._services = services
        self._workspaces = workspaces
        self._people = people

    async def caller(self, origin: RequestContext, patience: float = PERMISSIONS.patience) -> Caller:
        """Return the caller with their rights. DeliveryError: no client for that workspace."""
        home = self._workspaces.home
        client = await self._workspaces.client(origin.team)
        address = destinations.address(origin.team, origin.user, home)
        place = destinations.address(origin.team, origin.channel, home) if origin.in_channel else address
        if self.is_operator(origin):
            return Caller(address, place, admin=True)
        server = destinations.server_name(origin.team)
        rights = await self._people.rights(client, origin.team, origin.user, patience)
        if rights.doubt:
            return UnsureCaller(address, place, server=server, doubt=rights.doubt)
        if not rights.admin:
            return Caller(address, place, server=server, zone=rights.zone)
        places = await self._places(origin.team)
        return Caller(address, place, admin=True, places=places, server=server, zone=rights.zone)

    async def aclose(self) -> None:
        """Cancel all requests to Slack."""
        await self._people.aclose()

    def is_operator(self, origin: RequestContext) -> bool:
        """Whether the config names the user as an admin, who sees every workspace."""
        return self._people.is_operator(origin.team, origin.user, self._workspaces.home)

    async def _places(self, team: str) -> frozenset[str] | None:
        """Return the addresses in a workspace; None (no limit) if the home workspace has all there are."""
        known = await self._services.addresses(f"{destinations.PLATFORM}:")
        if not self._workspaces.is_home(team):
            return frozenset(each for each in known if each.startswith(destinations.prefix(team)))
        own = frozenset(each for each in known if "/" not in each)
        return own if len(own) < len(known) else None
