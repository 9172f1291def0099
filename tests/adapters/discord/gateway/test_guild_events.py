"""Servers and channels that come and go, while the bot runs and while it does not."""

from __future__ import annotations

import gc
from typing import Any

import discord
import pytest

from adapters.discord.errors import DELETED
from bot.model import Reply
from tests.adapters.discord.rig import Rig, made, to
from tests.fakes.discord.basics import Bits
from tests.fakes.discord.world import Channel

LOOK_UPS = "GET /channels/"


def addresses(*channels: Channel) -> list[str]:
    return [to(each).address for each in channels]


def in_memory(rig: Rig) -> list[discord.Guild]:
    """Return the copies of the server, also those that nobody uses any more."""
    return [each for each in gc.get_objects() if isinstance(each, discord.Guild) and each.id == rig.guild.id]


async def compared(rig: Rig) -> None:
    """Wait until the comparison after a start is through."""
    guild_events = rig.client._watcher
    await rig.until(lambda: (task := getattr(guild_events, "_comparing", None)) and task.done())


# --- servers -----------------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_a_server_that_removes_the_bot_has_its_channels_on_hold_at_once_and_in_one_notice(
    rig: Rig,
) -> None:
    thread, forgotten = rig.guild.add_thread(rig.news), rig.guild.add_thread(rig.news, "old")
    elsewhere = rig.server.add_guild("others").add_text("lobby")
    await rig.known(thread, forgotten, elsewhere)
    rig.services.known = addresses(rig.news, thread, forgotten, elsewhere)
    await compared(rig)
    forgotten.archive()
    await rig.until(lambda: not rig.heard_of(forgotten))
    rig.guild.remove_bot()
    await rig.until(lambda: rig.services.parked)

    (reason,) = {reason for _, reason in rig.services.parked}
    assert [address for address, _ in rig.services.parked] == sorted(addresses(rig.news, thread, forgotten))
    assert "removed from the server “readers”" in reason
    assert "nvite it again" in reason
    assert rig.services.notices == 1
    assert rig.services.ended == []


@pytest.mark.slow
async def test_it_resumes_when_the_bot_is_invited_again(rig: Rig) -> None:
    thread = rig.guild.add_thread(rig.news)
    await rig.known(thread)
    rig.services.known = addresses(rig.news, thread)
    await compared(rig)
    rig.guild.remove_bot()
    await rig.until(lambda: rig.services.parked and not rig.client.get_guild(rig.guild.id))
    rig.guild.add_bot()
    await rig.until(lambda: len(rig.services.reached) >= 2)

    assert rig.services.reached == sorted(addresses(rig.news, thread))


@pytest.mark.slow
async def test_a_channel_where_a_permission_is_missing_stays_on_hold(rig: Rig) -> None:
    closed = rig.guild.add_text("closed")
    rig.services.known = addresses(rig.news, closed)
    await rig.known(closed)
    await compared(rig)
    rig.guild.remove_bot()
    await rig.until(lambda: rig.services.parked and not rig.client.get_guild(rig.guild.id))
    closed.deny(Bits.SEND_MESSAGES)
    rig.guild.add_bot()
    await rig.until(lambda: rig.services.reached)
    await rig.until(lambda: not any(key.startswith("discord:left:") for key in rig.services.memory))

    assert rig.services.reached == addresses(rig.news)


@pytest.mark.slow
async def test_an_outage_at_discord_holds_nothing_and_ends_nothing(rig: Rig) -> None:
    rig.services.known = addresses(rig.news)
    await compared(rig)
    rig.guild.go_down()
    rig.guild.come_back()
    await rig.until(lambda: rig.client.get_guild(rig.guild.id) and not rig.client.guilds[0].unavailable)
    await (await rig.server.interact(rig.alice, rig.news, "health")).answer()

    assert (rig.services.parked, rig.services.ended, rig.services.reached) == ([], [], [])


@pytest.mark.slow
async def test_a_server_in_an_outage_at_the_start_is_left_alone() -> None:
    async with made() as rig:
        rig.services.known = addresses(rig.news)
        rig.services.memory[f"discord:home:{rig.guild.id}:{rig.news.id}"] = "1"
        rig.guild.available = False
        await rig.start()
        await compared(rig)

        assert (rig.services.parked, rig.services.ended) == ([], [])
        assert rig.server.requests_to(LOOK_UPS) == []


@pytest.mark.slow
async def test_a_server_left_while_the_bot_was_off_is_noticed_at_the_start_and_its_return_too(
    rig: Rig,
) -> None:
    rig.services.known = addresses(rig.news)
    await compared(rig)
    await rig.stop()
    rig.guild.remove_bot()
    await rig.start()
    await rig.until(lambda: rig.services.parked)
    await rig.stop()
    rig.guild.add_bot()
    await rig.start()
    await rig.until(lambda: rig.services.reached)

    assert [address for address, _ in rig.services.parked] == rig.services.reached == addresses(rig.news)
    assert rig.services.ended == []


@pytest.mark.slow
async def test_a_removal_while_there_is_no_session_is_noticed_by_the_next_one(rig: Rig) -> None:
    others = rig.server.add_guild("others")
    lobby = others.add_text("lobby")
    await rig.known(lobby)
    rig.services.known = addresses(rig.news, lobby)
    await compared(rig)
    rig.server.sockets.hold()
    others.remove_bot()
    rig.server.sockets.invalidate(resumable=False)
    await rig.until(lambda: rig.services.parked)
    gone = rig.client.get_guild(others.id)
    others.add_bot()
    await rig.until(lambda: rig.services.reached)

    assert gone is None
    assert [address for address, _ in rig.services.parked][:1] == addresses(lobby)
    assert "removed from the server “others”" in rig.services.parked[0][1]
    assert rig.services.reached == addresses(lobby)
    assert rig.services.ended == []


@pytest.mark.slow
async def test_a_server_joined_while_the_bot_starts_resumes(rig: Rig) -> None:
    rig.services.known = addresses(rig.news)
    await compared(rig)
    rig.guild.remove_bot()
    await rig.until(lambda: rig.services.parked and not rig.client.get_guild(rig.guild.id))
    await rig.restart()
    rig.guild.add_bot()  # the session is there; discord.py still waits for the servers it was told of
    await rig.until(lambda: rig.services.reached)

    assert rig.services.reached == addresses(rig.news)


# --- channels ----------------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_a_channel_deleted_while_the_bot_was_off_ends_at_the_start(rig: Rig) -> None:
    stays = rig.guild.add_text("stays")
    rig.services.known = addresses(rig.news, stays)
    await rig.known(stays)
    await compared(rig)
    await rig.stop()
    rig.news.delete()
    await rig.start()
    await rig.until(lambda: rig.services.ended)
    await rig.restart()
    await compared(rig)

    assert (to(rig.news).address, DELETED) in rig.services.ended
    assert {address for address, _ in rig.services.ended} == set(addresses(rig.news))
    assert rig.services.parked == []


@pytest.mark.slow
async def test_an_archived_thread_is_looked_up_and_stays() -> None:
    async with made() as rig:
        thread = rig.guild.add_thread(rig.news)
        thread.archive()
        rig.services.known = addresses(thread)
        await rig.start()
        await rig.until(lambda: rig.server.requests_to(LOOK_UPS))
        await rig.until(lambda: f"discord:home:{rig.guild.id}:{thread.id}" in rig.services.memory)

        assert (rig.services.parked, rig.services.ended) == ([], [])


@pytest.mark.slow
async def test_a_channel_that_the_bot_may_not_see_is_on_hold_and_does_not_end() -> None:
    async with made() as rig:
        hidden = rig.server.add_guild("others", with_bot=False).add_text("secret")
        rig.services.known = addresses(hidden)
        await rig.start()
        await rig.until(lambda: rig.services.parked)

        assert [address for address, _ in rig.services.parked] == addresses(hidden)
        assert rig.services.ended == []


@pytest.mark.slow
async def test_what_belongs_to_another_process_is_left_to_it() -> None:
    async with made(shards=(0, 0, 2)) as rig:
        other = next(guild for guild in map(rig.server.add_guild, "ab") if (guild.id >> 22) % 2 == 1)
        lobby = other.add_text("lobby")
        rig.services.known = addresses(lobby)
        rig.services.memory[f"discord:home:{other.id}:{lobby.id}"] = "1"
        await rig.start()
        await compared(rig)

        assert (rig.services.parked, rig.services.ended) == ([], [])
        assert rig.server.requests_to(LOOK_UPS) == []


async def test_the_server_of_a_channel_is_kept_when_alerts_are_added_there(rig: Rig) -> None:
    rig.services.answer = lambda _caller, _path, values: Reply("No.", ok="Trade" in values["categories"])
    thread = rig.guild.add_thread(rig.news)
    await rig.known(thread)
    uses: tuple[tuple[str, dict[str, Any]], ...] = (("Trade", {"channel": thread}), ("Nonsense", {}))
    for categories, options in uses:
        asked = await rig.server.interact(rig.boss, rig.news, "alerts add", categories=categories, **options)
        await asked.answer()

    assert [key for key in rig.services.memory if "home" in key] == [
        f"discord:home:{rig.guild.id}:{thread.id}"
    ]


async def test_an_admin_sees_the_channels_of_the_server_they_are_in_and_one_of_the_config_all(
    rig: Rig,
) -> None:
    other, thread = rig.guild.add_text("other"), rig.guild.add_thread(rig.news)
    elsewhere = rig.server.add_guild("others").add_text("lobby")
    await rig.known(other, thread, elsewhere)
    archived = rig.guild.add_thread(rig.news, "old")
    rig.services.memory[f"discord:home:{rig.guild.id}:{archived.id}"] = "1"
    archived.archive()
    await rig.until(lambda: not rig.heard_of(archived))
    await (await rig.server.interact(rig.boss, rig.news, "alerts list")).answer()
    await (await rig.server.interact(rig.alice, rig.server.dm_of(rig.alice), "health")).answer()
    await rig.restart(admins=[str(rig.boss.id)])
    await (await rig.server.interact(rig.boss, rig.news, "alerts list")).answer()
    seen = [caller.places for caller, _, _ in rig.services.executed]

    here = {f"discord:channel:{each.id}" for each in (rig.news, other, thread, archived)}
    assert seen == [here, {f"discord:user:{rig.alice.id}"}, None]


async def test_a_new_session_leaves_no_server_of_the_old_one_in_memory(rig: Rig) -> None:
    await compared(rig)
    first = id(rig.client.guilds[0])
    gc.disable()  # chance is not to do it
    try:
        rig.server.sockets.invalidate(resumable=False)
        await rig.until(lambda: rig.client.guilds and id(rig.client.guilds[0]) != first)
        await rig.until(lambda: len(in_memory(rig)) == 1)
    finally:
        gc.enable()


async def test_a_new_connection_leaves_no_server_of_the_old_one_in_memory(rig: Rig) -> None:
    await compared(rig)
    first = id(rig.client)
    gc.disable()  # chance is not to do it
    try:
        await rig.client.close()
        await rig.until(lambda: rig.adapter._client and id(rig.client) != first and rig.client.guilds)
        await rig.until(lambda: len(in_memory(rig)) == 1)
    finally:
        gc.enable()
