"""Places and workspaces on Slack that cannot be reached, told with the mend. Over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.errors import Scope
from bot.model import Destination
from tests.adapters.slack.rig import KEY, POST, Rig, alert, key, made, refused
from tests.fakes.slack.world import Channel, User


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """A started Slack adapter on a fake Slack."""
    async with made() as each:
        await each.start()
        yield each


@pytest.mark.parametrize(
    ("trouble", "word"),
    [
        ("archived", "unarchive"),
        ("deleted", "does not exist"),
        ("kicked from a private channel", "/invite"),
        ("never invited", "/invite"),
        ("not invited to a public one", "/invite"),
        ("deactivated", "choose another"),
        ("messages tab off", "Messages tab"),
        ("read-only", "posting permissions"),
    ],
)
async def test_a_place_out_of_reach_is_told_with_its_mend(rig: Rig, trouble: str, word: str) -> None:
    place: Channel | User = rig.news
    secret = rig.team.add_channel("secret", private=True, member=True)
    if trouble == "archived":
        rig.news.archive()
    elif trouble == "deleted":
        rig.news.delete()
    elif trouble == "kicked from a private channel":
        place = secret
        secret.kick_bot()
    elif trouble == "never invited":
        place = rig.team.add_channel("hidden", private=True)
    elif trouble == "not invited to a public one":
        place = rig.team.add_channel("open")
        rig.team.scopes.discard("chat:write.public")
    elif trouble == "deactivated":
        place = rig.team.add_user("gone", deactivated=True)
    elif trouble == "messages tab off":
        place = rig.alice
        rig.server.faults.error(POST, "messages_tab_disabled")
    else:
        rig.server.faults.error(POST, "restricted_action_read_only_channel")
    error = await refused(rig, rig.to(place))

    assert error.scope is Scope.DESTINATION
    assert word in str(error)
    assert str(error).endswith(".")


async def test_a_public_channel_needs_no_invitation(rig: Rig) -> None:
    place = rig.team.add_channel("open")
    await rig.adapter.send(rig.to(place), alert(1), KEY)

    assert len(rig.messages(place)) == 1


async def test_a_revoked_token_shuts_the_platform_at_home_and_one_workspace_elsewhere() -> None:
    async with made() as rig:
        other = rig.server.add_team("others")
        await rig.installed(other)
        await rig.start()
        channel = other.add_channel("news", member=True)
        there, here = rig.to(channel), rig.to(rig.news)
        await rig.adapter.send(there, alert(1), key(1))
        other.revoke()
        elsewhere = await refused(rig, there)
        await rig.adapter.send(here, alert(1), key(2))
        other.install()
        await rig.installed(other)
        await rig.adapter.send(there, alert(2), key(3))
        rig.team.revoke()
        at_home = await refused(rig, here)

        assert (elsewhere.scope, at_home.scope) == (Scope.DESTINATION, Scope.ADAPTER)
        assert "SLACK_BOT_TOKEN" in str(at_home)
        assert len(rig.messages(channel)) == 2


async def test_an_address_in_a_workspace_without_the_app_is_out_of_reach(rig: Rig) -> None:
    error = await refused(rig, Destination(1, "slack:T0ELSEWHERE/C0ELSEWHERE"))

    assert error.scope is Scope.DESTINATION
    assert "/slack/install" in str(error)


async def test_the_home_workspace_may_also_be_named(rig: Rig) -> None:
    await rig.adapter.send(Destination(1, f"slack:{rig.team.id}/{rig.news.id}"), alert(1), KEY)

    assert len(rig.messages(rig.news)) == 1
