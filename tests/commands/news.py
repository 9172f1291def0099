"""A post of the newest news, and its publication."""

from __future__ import annotations

from tests.commands.room import Room, post_row

NEWS = post_row(30, "New tariffs", ("Trade",), ("Boeing", "Technology"))


async def publish(room: Room) -> None:
    await room.publish((await room.store.feeds())[0], NEWS)
