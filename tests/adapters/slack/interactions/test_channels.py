"""Which channel a command on Slack means, and who has a say in it, over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.model import Filing, Reply
from tests.adapters.discord.rig import post
from tests.adapters.slack.talk_rig import Talk, talk, texts


@pytest.fixture
async def rig() -> AsyncIterator[Talk]:
    async with talk() as each:
        yield each


async def test_alerts_for_this_channel_or_one_given_by_id(rig: Talk) -> None:
    other = rig.team.add_channel("other")
    for text in ("Trade", f"Trade channel:{other.id}", f"Trade channel:<#{other.id}|other>"):
        await rig.answer(f"/alerts add {text}", rig.boss)

    assert rig.services.asked == [
        ("alerts add", {"categories": "Trade"}),
        *[("alerts add", {"categories": "Trade", "channel": rig.address(other)})] * 2,
    ]


async def test_a_channel_given_by_name_is_refused_with_the_way_out(rig: Talk) -> None:
    answer = await rig.answer("/alerts add Trade channel:#news", rig.boss)

    assert "Slack does not tell me which channel “#news” is" in texts(answer)
    assert rig.services.asked == []


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
    assert rig.services.asked == []


@pytest.mark.parametrize("line", ["add Trade", "settings quiet:22-7", "style title", "pause"])
async def test_alerts_in_a_direct_message_need_a_channel(rig: Talk, line: str) -> None:
    answer = await rig.answer(f"/alerts {line}", rig.boss, rig.boss)

    assert "Alerts go to a channel" in texts(answer)
    assert rig.services.asked == []


async def test_who_is_no_admin_learns_nothing_of_channels(rig: Talk) -> None:
    secret = rig.team.add_channel("secret", private=True)
    await rig.answer(f"/alerts add Trade channel:{secret.id}")

    assert rig.services.asked == [("alerts add", {})]
    assert rig.server.calls_to("conversations.info") == []


async def test_a_channel_is_shown_by_its_name(rig: Talk) -> None:
    rig.services.answer = lambda *_: Reply(f"Channel {rig.news.id} gets: Trade; at once.")
    answer = await rig.answer("/alerts list", rig.boss)
    elements = answer.blocks[0]["elements"][0]["elements"]

    assert elements[0] == {"type": "channel", "channel_id": rig.news.id}


async def test_what_a_post_says_of_channels_stays_text(rig: Talk) -> None:
    rig.services.known = [rig.address(rig.news)]
    title = f"Channel {rig.news.id} wins, slack:{rig.news.id} too; channel C0FAKE00009 is out"
    told = replace(post(1), title=title, link="", filing=Filing((title,)))
    rig.services.answer = lambda *_: Reply("The newest post:", (told,))
    answer = await rig.answer("/latest")
    view = await rig.home(rig.boss)

    for shown in (answer.shown_blocks, view.shown_blocks):
        assert "'channel_id'" not in str(shown)
        assert title in texts(shown)


@pytest.mark.parametrize(
    "said", ["Channel C0FAKE00009 wins, slack:C0FAKE00009 too.", "You get “channel {}”."]
)
async def test_channels_that_are_none_of_ours_or_quoted_stay_text(rig: Talk, said: str) -> None:
    rig.services.known = [rig.address(rig.news)]
    rig.services.answer = lambda *_: Reply(said.format(rig.news.id))
    answer = await rig.answer("/why")
    view = await rig.home(rig.boss)

    for shown in (answer.shown_blocks, view.shown_blocks):
        assert said.format(rig.news.id) in texts(shown)


async def test_channels_that_get_alerts_are_shown_by_their_names_elsewhere_too(rig: Talk) -> None:
    other = rig.team.add_channel("other")
    rig.services.known = [rig.address(other)]
    rig.services.answer = lambda *_: Reply(f"Channel {other.id} gets: Trade.")
    answer = await rig.answer("/alerts list", rig.boss)
    view = await rig.home(rig.boss)

    for shown in (answer.shown_blocks, view.shown_blocks):
        assert f"'channel_id': '{other.id}'" in str(shown)


async def test_alerts_add_advises_to_invite_the_bot_where_it_is_no_member(rig: Talk) -> None:
    other = rig.team.add_channel("other")
    outside = texts(await rig.answer(f"/alerts add Trade channel:{other.id}", rig.boss))
    inside = texts(await rig.answer("/alerts add Trade", rig.boss))
    rig.services.answer = lambda *_: Reply("No category is called Trade.", ok=False)
    refused = texts(await rig.answer(f"/alerts add Trade channel:{other.id}", rig.boss))

    assert "Also type /invite @bystander there: without it, alerts wait" in outside
    assert "/invite" not in inside
    assert "/invite" not in refused


@pytest.mark.parametrize("command", ["/alerts add", "/alerts add Trade", "/alerts list", "/alerts pause"])
async def test_an_admin_is_told_when_slack_does_not_tell_who_is_one(rig: Talk, command: str) -> None:
    rig.server.faults.status("users.info", 503)
    answer = await rig.answer(command, rig.boss)

    assert "Slack does not tell at present who is an admin; try again" in texts(answer)
    assert rig.services.asked == []


async def test_the_form_opens_for_an_admin_once_slack_has_told_who_is_one(rig: Talk) -> None:
    rig.server.faults.delay("users.info", 60)
    answer = await rig.answer("/alerts add", rig.boss)
    rig.server.faults.heal()
    deed = await rig.command("/alerts add", rig.boss)
    await rig.until(lambda: rig.server.calls_to("views.open"))

    assert "try again in a moment" in texts(answer)
    assert deed.answers == []
    assert len(rig.server.calls_to("users.info")) == 1


async def test_an_admin_is_told_of_the_scope_that_is_missing(rig: Talk) -> None:
    rig.team.scopes.discard("users:read")
    answer = await rig.answer("/alerts add Trade", rig.boss)

    assert "users:read" in texts(answer)
    assert rig.services.asked == []


# --- several workspaces ------------------------------------------------------------------------------------


@pytest.fixture
async def two() -> AsyncIterator[tuple[Talk, Any]]:
    """A talk, and an admin of another workspace that has installed the app."""
    async with talk() as rig:
        other = rig.server.add_team("others")
        rig.others.tokens[other.id] = other.bot_token
        chief = other.add_user("chief", admin=True)
        rig.services.known = [rig.address(rig.news), f"slack:{other.id}/C0AAAAAAA", "discord:channel:1"]
        yield rig, chief


async def test_in_another_workspace_addresses_bear_its_id(two: tuple[Talk, Any]) -> None:
    rig, chief = two
    channel = chief.team.add_channel("there", member=True)
    await rig.answer(f"/alerts add Trade channel:{channel.id}", chief, channel)
    (caller, path, values) = rig.services.executed[0]

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

    assert rig.services.asked == []


async def test_a_bare_id_means_a_channel_of_ones_own_workspace(two: tuple[Talk, Any]) -> None:
    rig, chief = two
    there = chief.team.add_channel("there", member=True)
    await rig.answer(f"/alerts pause channel:slack:{rig.news.id}", chief, there)

    assert rig.services.asked == [("alerts pause", {"channel": f"slack:{chief.team.id}/{rig.news.id}"})]


async def test_admins_see_the_channels_of_their_own_workspace(two: tuple[Talk, Any]) -> None:
    rig, chief = two
    there = chief.team.add_channel("there", member=True)
    await rig.answer("/alerts list", chief, there)
    await rig.answer("/alerts list", rig.boss)
    rig.services.known = [rig.address(rig.news)]
    await rig.answer("/alerts list", rig.boss)

    assert [caller.places for caller, _ in rig.services.lines] == [
        {f"slack:{chief.team.id}/C0AAAAAAA"},
        {rig.address(rig.news)},
        None,
    ]


async def test_an_admin_elsewhere_cannot_change_the_feeds_that_all_share(two: tuple[Talk, Any]) -> None:
    rig, chief = two
    there = chief.team.add_channel("there", member=True)
    for line in ("/feeds add https://blog.example/", "/feeds remove Blog", "/bystander feeds remove Blog"):
        assert "those of every workspace" in texts(await rig.answer(line, chief, there))
    assert not [path for path, _ in rig.services.asked if path.startswith("feeds")]
    await rig.answer("/feeds list", chief, there)
    boss = rig.team.add_user("chair", admin=True)
    await rig.answer("/feeds add https://blog.example/", boss)

    lines = [line for _, line in rig.services.lines]
    assert lines == ["/feeds list", "/feeds add https://blog.example/"]
