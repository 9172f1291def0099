"""A platform that shuts the bot out: admins elsewhere are told once, /health can tell, and it ends."""

from __future__ import annotations

from bot.pipeline.deliver.outbox import ADAPTER_PAUSE, DeliverySettings, Outbox
from bot.ports import SHUT as KEY
from tests.contracts.adapters import SHUT, Pinboard
from tests.pipeline.office import ADMIN, Office


def outbox_of(office: Office, other: Pinboard) -> Outbox:
    settings = DeliverySettings(admins=(ADMIN, "discord:boss"))
    adapters = {"discord": other, "console": office.board}
    return Outbox(office.store, adapters, office.clock, settings, "one")


async def test_admins_elsewhere_are_told_once_and_the_end_is_noted(office: Office) -> None:
    other = Pinboard("discord")
    other.always("send", SHUT)
    outbox = outbox_of(office, other)
    await office.alert("p1", "p2", to="discord:news")
    for _ in range(3):
        await outbox.drain()
        office.clock.forward(ADAPTER_PAUSE)
    shut = await office.store.list_values(KEY)
    closed = outbox.closed
    other.always("send", None)
    await outbox.drain()
    await outbox.drain()

    assert shut == {f"{KEY}discord": "The token was revoked."}
    assert closed == {"discord"}
    assert office.pinned(ADMIN) == [
        "Nothing goes out on discord: The token was revoked. Its alerts wait, and go out once that is mended."
    ]
    assert [note.destination.address for note in other.notes.values()] == ["discord:news"] * 2
    assert outbox.closed == frozenset()
    assert await office.store.list_values(KEY) == {}
