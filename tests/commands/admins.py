"""What an admin types in the channel "ops"."""

from __future__ import annotations

from tests.commands.room import Room


async def admin(room: Room, line: str) -> str:
    """Type a line as an admin in the channel "ops"; it must succeed."""
    reply = await room.say(line, "root", admin=True, place="ops")
    assert reply.ok, reply.text
    return reply.text


async def refused(room: Room, line: str) -> str:
    return await room.refused(line, "root", admin=True, place="ops")
