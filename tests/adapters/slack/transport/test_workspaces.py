"""Whose token and whose client serves a workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from adapters.slack.transport.rate_limit import RateLimiter
from adapters.slack.transport.workspaces import Workspaces
from bot.errors import PermanentError, Scope, TemporaryError
from tests.adapters.slack.rig import without_proxy
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Team


@dataclass
class Tokens:
    """Installations in memory, which count how often they are asked."""

    known: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def token(self, team: str) -> str:
        self.asked.append(team)
        return self.known.get(team, "")


@dataclass
class Rig:
    server: FakeSlack
    home: Team
    other: Team
    tokens: Tokens
    workspaces: Workspaces


@asynccontextmanager
async def made(*, bot_token: str | None = None, installations: bool = True) -> AsyncIterator[Rig]:
    with without_proxy():
        async with FakeSlack() as server:
            home, other, tokens = server.add_team("home"), server.add_team("other"), Tokens()
            tokens.known[other.id] = other.bot_token
            workspaces = Workspaces(
                api_base=server.api_base,
                pace=RateLimiter(),
                bot_token=home.bot_token if bot_token is None else bot_token,
                installations=tokens if installations else None,
            )
            try:
                yield Rig(server, home, other, tokens, workspaces)
            finally:
                await workspaces.aclose()


async def test_slack_tells_who_the_bot_is_at_home() -> None:
    async with made() as rig:
        me = await rig.workspaces.connect()

        assert rig.workspaces.home == me.team == rig.home.id
        assert (me.user, me.bot, me.name) == (rig.home.bot_user_id, rig.home.bot_id, "bystander")
        assert me.team_name == "home"
        assert "chat:write" in me.scopes
        assert rig.workspaces.is_home("")
        assert rig.workspaces.is_home(rig.home.id)
        assert not rig.workspaces.is_home(rig.other.id)


async def test_each_workspace_has_its_own_token_and_home_needs_no_installation() -> None:
    async with made() as rig:
        await rig.workspaces.connect()
        clients = [await rig.workspaces.client(team) for team in ("", rig.home.id, rig.other.id)]

        assert [each.token for each in clients] == [
            rig.home.bot_token,
            rig.home.bot_token,
            rig.other.bot_token,
        ]
        assert clients[0] is clients[1]
        assert rig.tokens.asked == [rig.other.id]
        assert all(each.retry_handlers == [] for each in clients)


async def test_who_the_bot_is_elsewhere_is_asked_once_and_anew_after_it_was_forgotten() -> None:
    async with made() as rig:
        await rig.workspaces.connect()
        first = [await rig.workspaces.identity(rig.other.id) for _ in range(3)]
        rig.other.revoke()
        rig.other.install()
        rig.tokens.known[rig.other.id] = rig.other.bot_token
        rig.workspaces.forget(rig.other.id)
        rig.workspaces.forget(rig.home.id)
        again = await rig.workspaces.client(rig.other.id)

        assert {each.user for each in first} == {rig.other.bot_user_id}
        assert again.token == rig.other.bot_token
        assert len(rig.server.calls_to("auth.test")) == 2
        assert rig.tokens.asked == [rig.other.id] * 2


async def test_a_workspace_without_the_app_is_out_of_reach() -> None:
    async with made() as rig:
        await rig.workspaces.connect()
        with pytest.raises(PermanentError, match="/slack/install") as error:
            await rig.workspaces.client("T0NOBODY")

        assert error.value.scope is Scope.DESTINATION


async def test_while_home_is_not_known_nobody_is_sent_away_for_good() -> None:
    async with made() as rig:
        with pytest.raises(TemporaryError):
            await rig.workspaces.client(rig.home.id)
        at_home = await rig.workspaces.client("")

        assert at_home.token == rig.home.bot_token


async def test_without_a_home_only_installed_workspaces_are_served() -> None:
    async with made(bot_token="") as rig:
        with pytest.raises(PermanentError, match="SLACK_BOT_TOKEN") as error:
            await rig.workspaces.client("")
        elsewhere = await rig.workspaces.client(rig.other.id)

        assert error.value.scope is Scope.DESTINATION
        assert elsewhere.token == rig.other.bot_token


async def test_a_revoked_token_shuts_its_own_workspace() -> None:
    async with made() as rig:
        await rig.workspaces.connect()
        rig.other.revoke()
        rig.home.revoke()
        with pytest.raises(PermanentError) as elsewhere:
            await rig.workspaces.identity(rig.other.id)
        with pytest.raises(PermanentError, match="SLACK_BOT_TOKEN") as at_home:
            await rig.workspaces.connect()

        assert (elsewhere.value.scope, at_home.value.scope) == (Scope.DESTINATION, Scope.ADAPTER)


async def test_it_can_be_closed_twice_and_used_again() -> None:
    async with made(installations=False) as rig:
        await rig.workspaces.aclose()
        await rig.workspaces.connect()
        await rig.workspaces.aclose()
        await rig.workspaces.aclose()
        me = await rig.workspaces.connect()

        assert me.team == rig.home.id
