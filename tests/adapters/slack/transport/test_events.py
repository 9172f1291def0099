"""What Slack tells of channels and workspaces reaches the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.slack.install.installations import Installed
from adapters.slack.transport.events import ARCHIVED, DELETED
from tests.adapters.slack.ways import Ways, by_socket
from tests.fakes.slack.world import Team


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
    made.news.archive()
    await tell(made, {"type": f"{kind}_archive", "channel": made.news.id, "user": made.alice.id})
    made.news.unarchive()
    await tell(made, {"type": f"{kind}_unarchive", "channel": made.news.id, "user": made.alice.id})

    assert made.services.parked == [(f"slack:{made.news.id}", ARCHIVED)]
    assert made.services.reached == [f"slack:{made.news.id}"]


@pytest.mark.parametrize("kind", ["channel", "group"])
async def test_a_deleted_channel_ends(made: Ways, kind: str) -> None:
    made.news.delete()
    await tell(made, {"type": f"{kind}_deleted", "channel": made.news.id})

    assert made.services.ended == [(f"slack:{made.news.id}", DELETED)]


@pytest.mark.parametrize(
    "kind",
    ["channel_archive", "group_archive", "channel_deleted", "group_deleted", "channel_left", "group_left"],
)
async def test_an_event_that_comes_late_leaves_a_healthy_channel_alone(made: Ways, kind: str) -> None:
    await tell(made, {"type": kind, "channel": made.news.id})

    assert [*made.services.parked, *made.services.reached, *made.services.ended] == []


@pytest.mark.parametrize("kind", ["channel_unarchive", "group_unarchive", "member_joined_channel"])
async def test_an_event_that_comes_late_does_not_let_out_what_waits_for_an_archived_channel(
    made: Ways, kind: str
) -> None:
    made.news.archive()
    await tell(made, {"type": kind, "channel": made.news.id, "user": made.home.bot_user_id})

    assert made.services.reached == []


@pytest.mark.parametrize("kind", ["channel_archive", "channel_deleted", "channel_left", "channel_unarchive"])
@pytest.mark.parametrize("trouble", ["internal_error", "access_denied", 403, 503])
async def test_an_event_about_which_slack_cannot_be_asked_changes_nothing(
    made: Ways, kind: str, trouble: str | int, caplog: pytest.LogCaptureFixture
) -> None:
    made.news.delete()
    if isinstance(trouble, int):
        made.server.faults.status("conversations.info", trouble)
    else:
        made.server.faults.error("conversations.info", trouble)
    await tell(made, {"type": kind, "channel": made.news.id})

    assert [*made.services.parked, *made.services.reached, *made.services.ended] == []
    assert len(caplog.records) == 1
    assert caplog.records[0].exc_info is None


async def test_a_channel_that_the_bot_may_not_look_at_is_left_to_the_next_message(made: Ways) -> None:
    made.server.faults.error("conversations.info", "missing_scope")
    await tell(made, {"type": "channel_deleted", "channel": made.news.id})

    assert made.services.ended == []


async def test_channels_of_another_workspace_have_its_id_before_theirs(made: Ways) -> None:
    team = await guests(made)
    place = team.add_channel("place", archived=True)
    await tell(made, {"type": "channel_archive", "channel": place.id}, team)

    assert made.services.parked == [(f"slack:{team.id}/{place.id}", ARCHIVED)]


async def test_a_private_channel_that_the_bot_is_thrown_out_of_is_parked(made: Ways) -> None:
    secret = made.home.add_channel("secret", private=True, member=True)
    secret.kick_bot()
    await tell(made, {"type": "group_left", "channel": secret.id, "actor_id": made.alice.id})

    assert [address for address, _ in made.services.parked] == [f"slack:{secret.id}"]
    assert "/invite @bystander" in made.services.parked[0][1]


async def test_a_public_channel_that_the_bot_is_thrown_out_of_still_gets_alerts(made: Ways) -> None:
    made.news.kick_bot()
    await tell(made, {"type": "channel_left", "channel": made.news.id})

    assert made.services.parked == []


async def test_a_channel_that_the_bot_is_invited_to_resumes(made: Ways) -> None:
    event = {"type": "member_joined_channel", "channel": made.news.id, "team": made.home.id}
    await tell(made, event | {"user": made.alice.id})
    assert made.services.reached == []
    await tell(made, event | {"user": made.home.bot_user_id})

    assert made.services.reached == [f"slack:{made.news.id}"]


async def test_the_removal_from_the_home_workspace_parks_its_own_places_only(made: Ways) -> None:
    team = await guests(made)
    made.services.known = [f"slack:{made.news.id}", f"slack:{made.alice.id}", f"slack:{team.id}/C1"]
    for deed in await made.home.uninstall():
        await deed.acked()
    await made.events.drain(5)

    assert {address for address, _ in made.services.parked} == {
        f"slack:{made.news.id}",
        f"slack:{made.alice.id}",
    }
    assert "SLACK_BOT_TOKEN" in made.services.parked[0][1]
    assert await made.installations.teams() == [team.id]


async def test_a_removal_that_was_undone_since_is_passed_over(made: Ways) -> None:
    team = await guests(made)
    made.services.known = [f"slack:{team.id}/C1"]
    await tell(made, {"type": "app_uninstalled"}, team)

    assert made.services.parked == []
    assert await made.installations.token(team.id) == team.bot_token


async def test_tokens_of_people_are_none_of_the_bots(made: Ways) -> None:
    team = await guests(made)
    team.revoke()
    await tell(made, {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}, team)
    assert await made.installations.teams() == [team.id]
    await tell(made, {"type": "tokens_revoked", "tokens": {"bot": [team.bot_user_id]}}, team)

    assert await made.installations.teams() == []


@pytest.mark.parametrize(
    "trouble", ["drop", 403, 429, 503, "org_login_required", "invalid_auth", "fatal_error"]
)
async def test_a_removal_is_not_believed_while_slack_does_not_confirm_it(
    made: Ways, trouble: str | int
) -> None:
    team = await guests(made)
    made.services.known = [f"slack:{team.id}/C1"]
    if trouble == "drop":
        made.server.faults.drop("auth.test")
    elif isinstance(trouble, int):
        made.server.faults.status("auth.test", trouble)
    else:
        made.server.faults.error("auth.test", trouble)
    await tell(made, {"type": "app_uninstalled"}, team)

    assert await made.installations.teams() == [team.id]
    assert made.services.parked == []


async def test_a_late_removal_does_not_take_away_a_newer_installation(made: Ways) -> None:
    team = await guests(made)
    await made.workspaces.client(team.id)  # it holds the token of before
    old = team.bot_token
    await team.uninstall()
    await made.server.wait_until(lambda: made.services.notices)
    team.install(new_token=True)
    await made.installations.keep(Installed(team.id, team.name, team.bot_token))
    made.services.parked.clear()
    await tell(made, {"type": "tokens_revoked", "tokens": {"bot": [team.bot_user_id]}}, team)
    await tell(made, {"type": "app_uninstalled"}, team)

    assert await made.installations.token(team.id) == team.bot_token != old
    assert made.services.parked == []


async def test_an_installation_that_was_renewed_while_slack_was_asked_is_kept(made: Ways) -> None:
    team = await guests(made)
    old = team.bot_token
    await made.installations.keep(Installed(team.id, team.name, "xoxb-newer"))

    assert not await made.installations.drop(team.id, old)
    assert await made.installations.token(team.id) == "xoxb-newer"


@pytest.mark.parametrize("tokens", [None, [], "bot", {"bot": None}, {"bot": []}, 3])
async def test_an_event_of_tokens_without_the_bots_changes_nothing(made: Ways, tokens: object) -> None:
    team = await guests(made)
    team.revoke()
    await tell(made, {"type": "tokens_revoked", "tokens": tokens}, team)

    assert await made.installations.teams() == [team.id]


@pytest.mark.parametrize("channel", [None, "", "x", "C1/../C2", {"id": "C1"}])
async def test_an_event_without_a_channel_changes_nothing(made: Ways, channel: object) -> None:
    for kind in ("channel_archive", "channel_unarchive", "channel_deleted", "channel_left"):
        await tell(made, {"type": kind, "channel": channel})

    assert [*made.services.parked, *made.services.reached, *made.services.ended] == []


async def test_an_event_that_comes_twice_is_dealt_with_once(made: Ways) -> None:
    made.news.archive()
    made.server.sockets.duplicate_next()
    await tell(made, {"type": "channel_archive", "channel": made.news.id})
    await tell(made, {"type": "channel_left", "channel": made.news.id})
    await made.events.drain(5)

    assert [address for address, _ in made.services.parked] == [f"slack:{made.news.id}"] * 2
    assert made.services.parked[0][1] == ARCHIVED


async def test_a_channel_that_gets_another_id_is_followed_there(made: Ways) -> None:
    secret = made.home.add_channel("secret", private=True, member=True)
    old = secret.change_id()
    for _ in range(2):
        await tell(made, {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": secret.id})

    assert made.services.moves == [(f"slack:{old}", f"slack:{secret.id}")] * 2


async def test_a_channel_moves_also_while_slack_cannot_be_asked(made: Ways) -> None:
    made.server.faults.drop("conversations.info")
    event = {"type": "channel_id_changed", "old_channel_id": "G0OLD", "new_channel_id": made.news.id}
    await tell(made, event)

    assert made.services.moves == [("slack:G0OLD", f"slack:{made.news.id}")]


@pytest.mark.parametrize("new", ["C0NOBODY", None, "", 3, "x/y"])
async def test_a_channel_does_not_move_to_where_no_channel_is(made: Ways, new: object) -> None:
    event = {"type": "channel_id_changed", "old_channel_id": made.news.id, "new_channel_id": new}
    await tell(made, event)

    assert made.services.moves == []
