"""Which channel a command on Slack means, and who has a say in it, over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.model import Reply
from tests.adapters.slack_talk_rig import Talk, talk, texts


@pytest.fixture
async def rig() -> AsyncIterator[Talk]:
    async with talk() as each:
        yield each


async def test_alerts_for_this_channel_or_one_given_by_id(rig: Talk) -> None:
    other = rig.team.add_channel("other")
    for text in ("Trade", f"Trade channel:{other.id}", f"Trade channel:<#{other.id}|other>"):
        await rig.answer(f"/alerts add {text}", rig.boss)

    assert rig.desk.asked == [
        ("alerts add", {"categories": "Trade"}),
        *[("alerts add", {"categories": "Trade", "channel": rig.address(other)})] * 2,
    ]


async def test_a_channel_given_by_name_is_refused_with_the_way_out(rig: Talk) -> None:
    answer = await rig.answer("/alerts add Trade channel:#news", rig.boss)

    assert "Slack does not tell me which channel “#news” is" in texts(answer)
    assert rig.desk.asked == []


async def test_alerts_add_says_what_keeps_alerts_out_and_changes_nothing(rig: Talk) -> None:
    old = rig.team.add_channel("old", member=True, archived=True)
    secret = rig.team.add_channel("secret", private=True)
    said = [
        texts(await rig.answer(f"/alerts add Trade channel:{each.id}", rig.boss)) for each in (old, secret)
    ]
    inside = texts(await rig.answer("/alerts add Trade", rig.boss, secret))

    assert "archived" in said[0]
    assert "/invite @bystander" in said[1]
    assert "/invite @bystander" in inside
    assert rig.desk.asked == []


async def test_alerts_in_a_direct_message_need_a_channel(rig: Talk) -> None:
    answer = await rig.answer("/alerts add Trade", rig.boss, rig.boss)

    assert "Alerts go to a channel" in texts(answer)
    assert rig.desk.asked == []


async def test_who_is_no_admin_learns_nothing_of_channels(rig: Talk) -> None:
    secret = rig.team.add_channel("secret", private=True)
    await rig.answer(f"/alerts add Trade channel:{secret.id}")

    assert rig.desk.asked == [("alerts add", {})]
    assert rig.server.calls_to("conversations.info") == []


async def test_a_channel_is_shown_by_its_name(rig: Talk) -> None:
    rig.desk.answer = lambda *_: Reply(f"Channel {rig.news.id} gets: Trade; at once.")
    answer = await rig.answer("/alerts list", rig.boss)
    elements = answer.blocks[0]["elements"][0]["elements"]

    assert elements[0] == {"type": "channel", "channel_id": rig.news.id}


# --- several workspaces ------------------------------------------------------------------------------------


@pytest.fixture
async def two() -> AsyncIterator[tuple[Talk, Any]]:
    """A talk, and an admin of another workspace that has installed the app."""
    async with talk() as rig:
        other = rig.server.add_team("others")
        rig.others.tokens[other.id] = other.bot_token
        chief = other.add_user("chief", admin=True)
        rig.desk.known = [rig.address(rig.news), f"slack:{other.id}/C0AAAAAAA", "discord:channel:1"]
        yield rig, chief


async def test_in_another_workspace_addresses_bear_its_id(two: tuple[Talk, Any]) -> None:
    rig, chief = two
    channel = chief.team.add_channel("there", member=True)
    await rig.answer(f"/alerts add Trade channel:{channel.id}", chief, channel)
    (caller, path, values) = rig.desk.executed[0]

    assert caller.address == rig.address(chief) == f"slack:{chief.team.id}/{chief.id}"
    assert caller.place == values["channel"] == rig.address(channel)
    assert path == "alerts add"


@pytest.mark.parametrize(
    "written", ["{team}/{channel}", "slack:{team}/{channel}", "<#{team}/{channel}|news>"]
)
async def test_an_admin_elsewhere_has_no_say_in_channels_of_this_workspace(
    two: tuple[Talk, Any], written: str
) -> None:
    rig, chief = two
    there = chief.team.add_channel("there", member=True)
    named = written.format(team=rig.team.id, channel=rig.news.id)
    for command in ("add Trade", "remove all", "pause", "log"):
        answer = await rig.answer(f"/alerts {command} channel:{named}", chief, there)
        assert "in another workspace" in texts(answer)

    assert rig.desk.asked == []


async def test_a_bare_id_means_a_channel_of_ones_own_workspace(two: tuple[Talk, Any]) -> None:
    rig, chief = two
    there = chief.team.add_channel("there", member=True)
    await rig.answer(f"/alerts pause channel:slack:{rig.news.id}", chief, there)

    assert rig.desk.asked == [("alerts pause", {"channel": f"slack:{chief.team.id}/{rig.news.id}"})]


async def test_admins_see_the_channels_of_their_own_workspace(two: tuple[Talk, Any]) -> None:
    rig, chief = two
    there = chief.team.add_channel("there", member=True)
    await rig.answer("/alerts list", chief, there)
    await rig.answer("/alerts list", rig.boss)
    rig.desk.known = [rig.address(rig.news)]
    await rig.answer("/alerts list", rig.boss)

    assert [caller.places for caller, _ in rig.desk.lines] == [
        {f"slack:{chief.team.id}/C0AAAAAAA"},
        {rig.address(rig.news)},
        None,
    ]
