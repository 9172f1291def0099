"""Who is an admin on Slack."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.interactions.permissions import (
    NO_SCOPE,
    PERMISSIONS,
    SILENT,
    Permissions,
    Rights,
    may_manage,
    zone_name,
)
from tests.adapters.any_messages import unhurried
from tests.adapters.slack.rig import without_proxy
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Team, User

TEAM = "T0AAAAAAA"
ADMIN = {"id": "U1", "team_id": TEAM, "is_admin": True}


class Slack:
    """A workspace, and a clock that only moves when it is told to."""

    def __init__(self, server: FakeSlack) -> None:
        self.server = server
        self.team: Team = server.add_team()
        self.client = AsyncWebClient(self.team.bot_token, server.api_base, retry_handlers=[])
        self.now = 0.0
        self.people = Permissions(["U0CONFIG001", "T0OTHERTEAM/U0CONFIG002"], clock=lambda: self.now)

    async def admits(self, user: User, **more: Any) -> bool:
        return (await self.rights(user, **more)).admin

    async def rights(self, user: User, **more: Any) -> Rights:
        return await self.people.rights(self.client, self.team.id, user.id, **more)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    with without_proxy():
        async with FakeSlack() as server:
            made = Slack(server)
            try:
                yield made
            finally:
                await made.people.aclose()


async def test_admins_and_owners_of_the_workspace_are_admins_and_nobody_else(slack: Slack) -> None:
    team = slack.team
    people = [
        team.add_user("admin", admin=True),
        team.add_user("owner", owner=True),
        team.users[team.owner_id],
        team.add_user("member"),
        team.add_user("guest", guest=True),
        team.add_user("gone", admin=True, deactivated=True),
    ]

    assert [await slack.admits(each) for each in people] == [True, True, True, False, False, False]


async def test_the_time_zone_of_a_person_is_known_where_slack_tells_it(slack: Slack) -> None:
    there = slack.team.add_user("there")
    there.tz = "Asia/Shanghai"

    assert (await slack.rights(there)).zone == "Asia/Shanghai"
    assert (await slack.rights(slack.team.add_user("gone", deactivated=True))).zone == ""


@pytest.mark.parametrize("user", [None, "", {}, {"tz": None}, {"tz": 8}, [{"tz": "UTC"}]])
def test_a_time_zone_that_is_no_text_is_none(user: object) -> None:
    assert zone_name(user) == ""


async def test_slack_is_asked_once_in_some_minutes(slack: Slack) -> None:
    boss = slack.team.add_user("boss", admin=True)
    assert [await slack.admits(boss) for _ in range(3)] == [True] * 3
    boss.admin = False
    slack.now = PERMISSIONS.kept - 1
    still = await slack.admits(boss)
    slack.now = PERMISSIONS.kept + 1

    assert still
    assert not await slack.admits(boss)
    assert len(slack.server.calls_to("users.info")) == 2


async def test_while_slack_does_not_tell_nobody_is_an_admin_and_the_log_says_why(
    slack: Slack, caplog: pytest.LogCaptureFixture
) -> None:
    boss = slack.team.add_user("boss", admin=True)
    slack.team.scopes.discard("users:read")
    with caplog.at_level(logging.WARNING):
        refused = await slack.rights(boss)
    slack.team.scopes.add("users:read")
    slack.now = PERMISSIONS.kept

    assert refused == Rights(doubt=NO_SCOPE)
    assert "users:read" in NO_SCOPE
    assert "users:read" in caplog.text
    assert await slack.admits(boss)


async def test_who_asks_does_not_wait_long_for_slack(slack: Slack) -> None:
    boss = slack.team.add_user("boss", admin=True)
    slack.server.faults.delay("users.info", 60)

    assert await slack.rights(boss, patience=0.05) == SILENT


async def test_an_answer_that_came_too_late_holds_for_the_next_time(slack: Slack) -> None:
    boss = slack.team.add_user("boss", admin=True)
    slack.server.faults.delay("users.info", 60)
    too_early = await slack.rights(boss, patience=0.05)
    await slack.server.wait_until(lambda: slack.server.calls_to("users.info"))
    slack.server.faults.heal()

    assert too_early == SILENT
    assert await slack.admits(boss)
    assert len(slack.server.calls_to("users.info")) == 1


async def test_after_a_fault_slack_is_asked_again_at_once(slack: Slack) -> None:
    boss = slack.team.add_user("boss", admin=True)
    slack.server.faults.status("users.info", 503)

    assert await slack.rights(boss) == SILENT
    assert await slack.admits(boss)


def test_the_admins_of_the_config_may_change_while_it_runs() -> None:
    admins: list[str] = []
    people = Permissions(admins)
    seen = []
    for now in ([], ["U0CONFIG001"], []):
        admins[:] = now
        seen.append(people.is_operator(TEAM, "U0CONFIG001", TEAM))

    assert seen == [False, True, False]


def test_the_config_names_admins_by_their_workspace() -> None:
    people = Permissions(["U0CONFIG001", "T0OTHERTEAM/U0CONFIG002"])

    assert people.is_operator(TEAM, "U0CONFIG001", TEAM)
    assert people.is_operator("T0OTHERTEAM", "U0CONFIG002", TEAM)
    assert not people.is_operator("T0OTHERTEAM", "U0CONFIG001", TEAM)
    assert not people.is_operator(TEAM, "U0CONFIG002", TEAM)


def test_an_admin_of_another_workspace_who_shares_a_channel_is_none_here() -> None:
    assert may_manage(ADMIN, TEAM)
    assert not may_manage(ADMIN | {"team_id": "T0OTHERTEAM"}, TEAM)
    assert not may_manage(ADMIN | {"is_stranger": True}, TEAM)
    assert not may_manage({key: value for key, value in ADMIN.items() if key != "team_id"}, TEAM)


def test_in_an_organisation_an_admin_of_one_of_its_workspaces_is_one_there() -> None:
    of_two = ADMIN | {"team_id": "E0AAAAAAA", "enterprise_user": {"teams": [TEAM]}}

    assert may_manage(of_two, TEAM)
    assert not may_manage(of_two, "T0OTHERTEAM")


@unhurried
@given(st.recursive(st.none() | st.booleans() | st.text(), lambda each: st.dictionaries(st.text(), each)))
def test_whatever_slack_tells_otherwise_makes_nobody_an_admin(told: Any) -> None:
    assert not may_manage(told, TEAM)
    assert not may_manage({"team_id": TEAM, "is_admin": told if told is not True else "yes"}, TEAM)
