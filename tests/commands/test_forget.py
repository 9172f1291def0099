"""/forget: what it says, when it asks, and what is left."""

from __future__ import annotations

from bot.model import SuggestedAction
from tests.commands.admins import admin
from tests.commands.news import publish
from tests.commands.room import Room


async def test_it_tells_what_it_would_delete_and_asks_before_it_does(room: Room) -> None:
    await room.say("/follow Trade")
    before = await room.everything()
    reply = await room.say("/forget me")

    assert reply.ok
    assert "It cannot be undone." in reply.text
    assert "You get: Trade; at once, on the console." in reply.text
    assert "To keep a copy first: /export." in reply.text
    assert reply.offers == (SuggestedAction("Forget me", "forget", (("who", "me"), ("confirm", "yes"))),)
    assert await room.everything() == before


async def test_a_person_who_confirms_is_forgotten_and_nobody_else(room: Room) -> None:
    for who in ("alice", "bob"):
        await room.say("/follow Trade", who)
    await room.say("/settings shanghai")
    await publish(room)
    reply = await room.say("/forget me confirm:yes")

    assert reply.text == (
        "You are forgotten. Deleted: 1 subscription and 1 message on record. "
        "Messages that I sent you stay in this chat; only you can delete them."
    )
    assert await room.store.subscriptions("console:alice") == []
    assert len(await room.store.subscriptions("console:bob")) == 1
    assert (await room.say("/following")).text.startswith("You follow nothing.")
    assert "Time zone: UTC, that of the bot" in (await room.say("/settings")).text
    assert [claim.destination.address for claim in await room.claim()] == ["console:bob"]


async def test_the_log_of_a_channel_goes_on_without_the_name(room: Room) -> None:
    await admin(room, "/alerts add Trade mention:@alice")
    await room.say("/forget me yes", "alice")
    await room.say("/forget me yes", "root", admin=True)
    log = await admin(room, "/alerts log")

    assert "no longer mentions somebody who asked to be forgotten" in log
    assert "added Trade, mentioning somebody, by somebody who asked to be forgotten" in log
    assert "root" not in log
    assert "alice" not in await admin(room, "/alerts list")


async def test_only_oneself_can_be_forgotten(room: Room) -> None:
    assert "Nothing was changed." in await room.refused("/forget bob")
    assert "Usage: /forget me" in await room.refused("/forget")


async def test_who_was_never_known_is_told_so(room: Room) -> None:
    reply = await room.say("/forget me confirm:yes", "stranger")

    assert reply.text.startswith("You are forgotten. Deleted: nothing, for nothing was stored.")
