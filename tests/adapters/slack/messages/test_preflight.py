"""What keeps alerts out of a channel, before they are promised there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.slack.messages.preflight import finding, refusal
from adapters.slack.transport.workspaces import Workspaces
from bot.errors import TemporaryError
from tests.adapters.slack.rig import FastTime, without_proxy
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Channel, Team


@asynccontextmanager
async def made() -> AsyncIterator[tuple[FakeSlack, Team, Workspaces]]:
    with without_proxy():
        async with FakeSlack() as server:
            team = server.add_team()
            workspaces = Workspaces(
                api_base=server.api_base, pace=FastTime(server.clock).pace(), bot_token=team.bot_token
            )
            try:
                yield server, team, workspaces
            finally:
                await workspaces.aclose()


async def said(workspaces: Workspaces, channel: Channel | str) -> str:
    channel_id = channel if isinstance(channel, str) else channel.id
    return await refusal(await workspaces.client(), channel_id, await workspaces.connect())


async def test_public_channels_and_those_the_bot_is_in_take_alerts() -> None:
    async with made() as (_, team, workspaces):
        channels = [
            team.add_channel("open"),
            team.add_channel("joined", member=True),
            team.add_channel("secret", private=True, member=True),
        ]

        assert [await said(workspaces, each) for each in channels] == ["", "", ""]


async def test_what_keeps_alerts_out_is_told_with_its_mend() -> None:
    async with made() as (_, team, workspaces):
        hidden = await said(workspaces, team.add_channel("hidden", private=True))
        archived = await said(workspaces, team.add_channel("old", archived=True, member=True))
        unknown = await said(workspaces, "C0NOWHERE")
        direct = await said(workspaces, await direct_messages(team))
        team.scopes.discard("chat:write.public")
        uninvited = await said(workspaces, team.add_channel("open"))

        assert "/invite @bystander" in hidden
        assert "unarchive" in archived
        assert "choose another" in unknown
        assert "/follow" in direct
        assert "/invite @bystander" in uninvited
        assert all(each.endswith(".") for each in (hidden, archived, unknown, direct, uninvited))


async def direct_messages(team: Team) -> str:
    team.scopes.add("im:read")
    return team.dm(team.add_user("alice"))


async def test_what_may_not_be_looked_at_is_tried() -> None:
    async with made() as (_, team, workspaces):
        team.scopes.discard("channels:read")

        assert await said(workspaces, team.add_channel("open")) == ""


async def test_slack_out_of_reach_is_told_as_such() -> None:
    async with made() as (server, team, workspaces):
        channel = team.add_channel("open")
        await workspaces.connect()
        server.faults.status("conversations.info", 503)
        with pytest.raises(TemporaryError):
            await said(workspaces, channel)


async def test_the_check_says_where_alerts_can_go_and_where_not() -> None:
    async with made() as (_, team, workspaces):
        await workspaces.connect()
        joined, public = team.add_channel("joined", member=True), team.add_channel("open")
        archived = team.add_channel("old", archived=True)
        alice, gone = team.add_user("alice"), team.add_user("gone", deactivated=True)
        found = {
            name: await finding(workspaces, f"slack:{place}")
            for name, place in {
                "joined": joined.id,
                "public": public.id,
                "archived": archived.id,
                "person": alice.id,
                "deactivated": gone.id,
                "nobody": "U0NOBODY",
                "elsewhere": "T0NOBODY/C0NOBODY",
                "nowhere": "elsewhere",
            }.items()
        }

        assert {name for name, (well, _) in found.items() if well} == {"joined", "public", "person"}
        assert "/invite @bystander" in found["public"][1]
        assert "/invite" not in found["joined"][1]
        assert found["archived"][1].startswith(f"slack:{archived.id}: ")
        assert "deactivated" in found["deactivated"][1]
        assert "/slack/install" in found["elsewhere"][1]


async def test_the_check_needs_no_right_to_look_at_people() -> None:
    async with made() as (_, team, workspaces):
        alice = team.add_user("alice")
        team.scopes.discard("users:read")
        well, line = await finding(workspaces, f"slack:{alice.id}")

        assert well
        assert "users:read" in line
