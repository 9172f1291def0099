"""/alerts of an admin of one server among several."""

from __future__ import annotations

import pytest

from bot.model import Caller, Reply
from tests.commands.admins import admin
from tests.commands.room import Room


async def of_one_server(room: Room, line: str, *, place: str = "ops") -> Reply:
    """Type a line as an admin of a server that has the channels "ops" and "news"."""
    here = frozenset({"console:ops", "console:news"})
    return await room.dispatcher.run(
        Caller("console:root", f"console:{place}", admin=True, places=here), line
    )


async def test_list_tells_an_admin_of_one_server_of_its_channels_only(room: Room) -> None:
    for channel in ("ops", "news", "elsewhere"):
        await admin(room, f"/alerts add Trade channel:{channel}")

    assert (await of_one_server(room, "/alerts list")).text.splitlines() == [
        "This channel gets: Trade; at once.",
        "Channel news gets: Trade; at once.",
    ]
    assert "Channel elsewhere gets" in await admin(room, "/alerts list")


@pytest.mark.parametrize(
    "line", ["add Trade channel:elsewhere", "remove all channel:elsewhere", "test elsewhere", "log elsewhere"]
)
async def test_a_channel_of_another_server_is_out_of_reach(room: Room, line: str) -> None:
    await admin(room, "/alerts add Trade channel:elsewhere")
    before = await room.everything()
    reply = await of_one_server(room, f"/alerts {line}")

    assert not reply.ok
    assert reply.text.startswith("Channel elsewhere is not among the channels here; choose one that is.")
    assert await room.everything() == before


async def test_the_place_where_a_command_is_typed_is_always_in_reach(room: Room) -> None:
    assert (await of_one_server(room, "/alerts add Trade channel:news")).ok
    assert (await of_one_server(room, "/alerts add Trade", place="a new thread")).ok
