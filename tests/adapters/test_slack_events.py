"""What Slack tells of channels and workspaces reaches the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.slack.install.installations import Installed
from adapters.slack.transport.events import ARCHIVED, DELETED
from tests.adapters.slack_ways import Ways, by_socket
from tests.fakes.slack_world import Team


@pytest.fixture
async def made() -> AsyncIterator[Ways]:
    """The ways in, with sockets up."""
    async with by_socket() as (ways, _):
        await ways.server.wait_for_connections()
        yield ways


async def tell(made: Ways, event: dict[str, Any], team: Team | None = None) -> None:
    """Let Slack send an event and wait until it is dealt with."""
    await (await made.server.event(team or made.home, event)).acked()
    await made.events.drain(5)


async def guests(made: Ways) -> Team:
    """Return another workspace that has the app."""
    team = made.server.add_team("guests")
    await made.installations.keep(Installed(team.id, team.name, team.bot_token))
    return team


@pytest.mark.parametrize("kind", ["channel", "group"])
async def test_an_archived_channel_is_parked_and_comes_back(made: Ways, kind: str) -> None:
    await tell(made, {"type": f"{kind}_archive", "channel": made.news.id, "user": made.alice.id})
    await tell(made, {"type": f"{kind}_unarchive", "channel": made.news.id, "user": made.alice.id})

    assert made.desk.parked == [(f"slack:{made.news.id}", ARCHIVED)]
    assert made.desk.reached == [f"slack:{made.news.id}"]


@pytest.mark.parametrize("kind", ["channel", "group"])
async def test_a_deleted_channel_ends(made: Ways, kind: str) -> None:
    await tell(made, {"type": f"{kind}_deleted", "channel": made.news.id})

    assert made.desk.ended == [(f"slack:{made.news.id}", DELETED)]


async def test_channels_of_another_workspace_have_its_id_before_theirs(made: Ways) -> None:
    team = await guests(made)
    place = team.add_channel("place")
    await tell(made, {"type": "channel_archive", "channel": place.id}, team)

    assert made.desk.parked == [(f"slack:{team.id}/{place.id}", ARCHIVED)]


async def test_a_private_channel_that_the_bot_is_thrown_out_of_is_parked(made: Ways) -> None:
    secret = made.home.add_channel("secret", private=True, member=True)
    secret.kick_bot()
    await tell(made, {"type": "group_left", "channel": secret.id, "actor_id": made.alice.id})

    assert [address for address, _ in made.desk.parked] == [f"slack:{secret.id}"]
    assert "/invite @bystander" in made.desk.parked[0][1]


async def test_a_public_channel_that_the_bot_is_thrown_out_of_still_gets_alerts(made: Ways) -> None:
    made.news.kick_bot()
    await tell(made, {"type": "channel_left", "channel": made.news.id})

    assert made.desk.parked == []


async def test_a_channel_that_the_bot_is_invited_to_resumes(made: Ways) -> None:
    event = {"type": "member_joined_channel", "channel": made.news.id, "team": made.home.id}
    await tell(made, event | {"user": made.alice.id})
    assert made.desk.reached == []
    await tell(made, event | {"user": made.home.bot_user_id})

    assert made.desk.reached == [f"slack:{made.news.id}"]


async def test_the_removal_from_the_home_workspace_parks_its_own_places_only(made: Ways) -> None:
    team = await guests(made)
    made.desk.known = [f"slack:{made.news.id}", f"slack:{made.alice.id}", f"slack:{team.id}/C1"]
    for deed in await made.home.uninstall():
        await deed.acked()
    await made.events.drain(5)

    assert {address for address, _ in made.desk.parked} == {f"slack:{made.news.id}", f"slack:{made.alice.id}"}
    assert "SLACK_BOT_TOKEN" in made.desk.parked[0][1]
    assert await made.installations.teams() == [team.id]


async def test_a_removal_that_was_undone_since_is_passed_over(made: Ways) -> None:
    team = await guests(made)
    made.desk.known = [f"slack:{team.id}/C1"]
    await tell(made, {"type": "app_uninstalled"}, team)

    assert made.desk.parked == []
    assert await made.installations.token(team.id) == team.bot_token


async def test_tokens_of_people_are_none_of_the_bots(made: Ways) -> None:
    team = await guests(made)
    team.revoke()
    await tell(made, {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}, team)
    assert await made.installations.teams() == [team.id]
    await tell(made, {"type": "tokens_revoked", "tokens": {"bot": [team.bot_user_id]}}, team)

    assert await made.installations.teams() == []


async def test_a_removal_is_believed_while_slack_cannot_be_asked(made: Ways) -> None:
    team = await guests(made)
    made.server.faults.drop("auth.test")
    await tell(made, {"type": "app_uninstalled"}, team)

    assert await made.installations.teams() == []


@pytest.mark.parametrize("channel", [None, "", "x", "C1/../C2", {"id": "C1"}])
async def test_an_event_without_a_channel_changes_nothing(made: Ways, channel: object) -> None:
    for kind in ("channel_archive", "channel_unarchive", "channel_deleted", "channel_left"):
        await tell(made, {"type": kind, "channel": channel})

    assert [*made.desk.parked, *made.desk.reached, *made.desk.ended] == []


async def test_an_event_that_comes_twice_says_the_same_twice(made: Ways) -> None:
    made.server.sockets.duplicate_next()
    await tell(made, {"type": "channel_archive", "channel": made.news.id})
    await made.server.wait_until(lambda: len(made.desk.parked) == 2)

    assert set(made.desk.parked) == {(f"slack:{made.news.id}", ARCHIVED)}
