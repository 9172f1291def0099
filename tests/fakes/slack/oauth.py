"""Installing by OAuth v2: the page with the Allow button, and the exchange of its code."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from tests.fakes.slack.basics import ApiError, Json, words
from tests.fakes.slack.core import Core, Request
from tests.fakes.slack.web import Handler
from tests.fakes.slack.world import Team

_LIFE = 600.0  # seconds that a code is good for
KNOWN_SCOPES = words(
    """app_mentions:read channels:history channels:join channels:manage channels:read chat:write
    chat:write.customize chat:write.public commands emoji:read files:read files:write groups:history
    groups:read groups:write im:history im:read im:write links:read links:write metadata.message:read
    mpim:history mpim:read mpim:write pins:read pins:write reactions:read reactions:write reminders:read
    reminders:write team:read usergroups:read usergroups:write users.profile:read users:read
    users:read.email users:write"""
)


@dataclass
class _Grant:
    team: Team
    scopes: set[str]
    redirect_uri: str
    until: float


class OAuth:
    """Serves GET /oauth/v2/authorize and oauth.v2.access. Whoever opens the page has clicked Allow."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._grants: dict[str, _Grant] = {}
        self.next_install: Team | None = None
        self.deny_next = False
        self.new_tokens = False  # a re-install gives another token

    def table(self) -> dict[str, Handler]:
        """Return the handlers by method."""
        return {"oauth.v2.access": self._access}

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        """Send the browser back with a code, or with error=access_denied after `deny_next`."""
        query = request.query
        scopes = {each for each in query.get("scope", "").replace(" ", ",").split(",") if each}
        faults = [*self._faults(query, scopes)]
        if faults:
            self._core.violations += [f"/oauth/v2/authorize: {fault}" for fault in faults]
            return web.Response(status=400, text="\n".join(faults))
        redirect = query.get("redirect_uri") or (self._core.redirect_urls or [""])[0]
        told = {"state": query["state"]}
        if self.deny_next:
            self.deny_next = False
            told["error"] = "access_denied"
        else:
            told["code"] = self._grant(
                self._team(query.get("team", "")), scopes, query.get("redirect_uri", "")
            )
        raise web.HTTPFound(f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(told)}")

    def _faults(self, query: Mapping[str, str], scopes: set[str]) -> list[str]:
        redirect, registered = query.get("redirect_uri", ""), self._core.redirect_urls
        known = not registered or any(redirect.startswith(each) for each in registered)
        checks = {
            "invalid client_id": query.get("client_id") == self._core.client_id,
            "no scopes": bool(scopes),
            f"unknown scopes: {sorted(scopes - KNOWN_SCOPES)}": not scopes - KNOWN_SCOPES,
            "no state": bool(query.get("state")),
            "no redirect_uri": bool(redirect or registered),
            "redirect_uri did not match any configured URIs": known or not redirect,
        }
        return [fault for fault, well in checks.items() if not well]

    def _team(self, team_id: str) -> Team:
        teams = self._core.world.teams
        chosen, self.next_install = teams.get(team_id) or self.next_install, None
        return chosen or next(iter(teams.values()))

    def _grant(self, team: Team, scopes: set[str], redirect_uri: str) -> str:
        code = f"{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._grants[code] = _Grant(team, scopes, redirect_uri, self._core.clock.now() + _LIFE)
        return code

    def _access(self, asked: Request) -> Json:
        client_id = asked.client[0] or asked.get("client_id")
        secret = asked.client[1] or asked.get("client_secret")
        if client_id != self._core.client_id:
            raise ApiError("invalid_client_id")
        if secret != self._core.client_secret:
            raise ApiError("bad_client_secret")
        grant = self._grants.pop(str(asked.get("code") or ""), None)
        if grant is None or grant.until < self._core.clock.now():
            raise ApiError("invalid_code")
        if (asked.get("redirect_uri") or "") != grant.redirect_uri:
            raise ApiError("bad_redirect_uri")
        team = grant.team
        team.install(grant.scopes, new_token=self.new_tokens)
        return {
            "access_token": team.bot_token,
            "token_type": "bot",
            "scope": ",".join(sorted(team.scopes)),
            "bot_user_id": team.bot_user_id,
            "app_id": team.app_id,
            "team": {"id": team.id, "name": team.name},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": team.owner_id},
        }
