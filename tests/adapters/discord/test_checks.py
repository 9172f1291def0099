"""What `bystander check` finds out about Discord."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.discord.checks import fits
from bot.errors import PermanentError
from tests.adapters.discord.rig import Rig, made, to
from tests.fakes.discord.basics import Bits


async def findings(rig: Rig, *addresses: str, sync: bool = False) -> dict[bool, list[str]]:
    found: dict[bool, list[str]] = {True: [], False: []}
    for well, line in await rig.adapter.inspect(rig.services.commands, addresses, sync=sync):
        found[well].append(line)
    return found


async def test_all_is_well_after_a_start() -> None:
    async with made() as rig:
        await rig.start()
        await rig.adapter.aclose()
        thread, forum = rig.guild.add_thread(rig.news), rig.guild.add_forum()
        found = await findings(rig, *(to(each).address for each in (rig.news, thread, forum)))

        assert found[False] == []
        assert len(found[True]) == 5
        assert rig.server.sent_identifies[1:] == []


async def test_before_the_first_start_nothing_is_wrong() -> None:
    async with made() as rig:
        rig.guild.remove_bot()
        found = await findings(rig)

        assert found[False] == []
        assert "none is registered yet; the first start does that" in found[True][1]
        assert "in none yet; open the link that `bystander discord-invite` prints" in found[True][2]
        assert rig.server.commands.overwrites == 0


async def test_commands_that_differ_are_told_and_registered_when_asked() -> None:
    async with made() as rig:
        await rig.adapter.inspect(rig.services.commands[:3], (), sync=True)
        before = await findings(rig)
        registered = await findings(rig, sync=True)
        after = await findings(rig)

        assert "check --sync" in before[False][0]
        assert "registered now" in registered[True][1]
        assert after[False] == []
        assert rig.server.commands.overwrites == 2


async def test_each_channel_is_told_with_what_it_lacks() -> None:
    async with made() as rig:
        hidden, gone = rig.guild.add_text("hidden"), rig.guild.add_text("gone")
        thread = rig.guild.add_thread(rig.guild.add_text("parent"))
        rig.news.deny(Bits.EMBED_LINKS)
        hidden.deny(Bits.VIEW_CHANNEL)
        assert thread.parent is not None
        thread.parent.deny(Bits.SEND_MESSAGES_IN_THREADS)
        gone.delete()
        places = [to(each).address for each in (rig.news, hidden, thread, gone)]
        found = await findings(rig, *places, sync=True)

        assert [line.partition(": ")[0] for line in found[False]] == places
        for line, word in zip(
            found[False],
            ("Embed Links", "cannot see", "Send Messages in Threads", "does not exist"),
            strict=True,
        ):
            assert word in line


async def test_a_thread_is_well_below_a_channel_where_the_bot_may_not_write() -> None:
    async with made() as rig:
        thread = rig.guild.add_thread(rig.news)
        rig.news.deny(Bits.SEND_MESSAGES)
        found = await findings(rig, to(thread).address, sync=True)

        assert found[False] == []


@pytest.mark.parametrize(("tag", "well"), [("Nothing", False), ("Other", True)])
async def test_a_forum_that_demands_a_tag_needs_one_that_fits_anything(tag: str, *, well: bool) -> None:
    async with made() as rig:
        forum = rig.guild.add_forum("posts", [tag], demands_tag=True)
        found = await findings(rig, to(forum).address, sync=True)

        assert any(to(forum).address in line for line in found[well])
        assert ("demands a tag" in str(found[False])) is not well


async def test_a_wrong_token_is_told() -> None:
    async with made(token="wrong") as rig:
        try:
            await findings(rig)
        except PermanentError as error:
            told = str(error)

        assert "DISCORD_TOKEN" in told


def test_what_discord_adds_and_leaves_out_makes_no_difference() -> None:
    sent: dict[str, Any] = {"name": "a", "options": [], "required": False, "permissions": 32, "list": [1, 2]}

    assert fits(sent, {"name": "a", "permissions": "32", "list": [1, 2], "id": "7", "nsfw": False})
    assert not fits(sent, {"name": "b", "permissions": "32", "list": [1, 2]})
    assert not fits(sent, {"name": "a", "permissions": "0", "list": [1, 2]})
    assert not fits(sent, {"name": "a", "permissions": "32", "list": [2, 1]})
    assert not fits(sent, {"name": "a", "permissions": "32", "list": [1, 2], "options": [{"name": "x"}]})
