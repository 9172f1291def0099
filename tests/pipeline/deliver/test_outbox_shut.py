"""A platform that shuts the bot out: admins elsewhere are told once, /health can tell, and it ends."""

from __future__ import annotations

import pytest

from bot.errors import StoreError
from bot.pipeline.deliver.outbox import Outbox
from bot.pipeline.deliver.platform_health import PlatformHealth, ShutReport
from bot.pipeline.deliver.settings import DeliverySettings
from bot.ports import SHUT as KEY
from tests.contracts.adapters import SHUT, Pinboard
from tests.pipeline.deliver.office import ADMIN, FaultyStore, Office

ADMINS = (ADMIN, "discord:boss")
SETTINGS = DeliverySettings(admins=ADMINS)


@pytest.fixture
def health() -> PlatformHealth:
    return PlatformHealth(("discord", "console"), SETTINGS.shut_pause)


def outbox_of(office: Office, other: Pinboard, health: PlatformHealth) -> Outbox:
    adapters = {"discord": other, "console": office.board}
    report = ShutReport(health, office.store, office.clock, ADMINS)
    return Outbox(office.store, adapters, office.clock, SETTINGS, "one", report=report)


async def test_admins_elsewhere_are_told_once_and_the_end_is_noted(
    office: Office, health: PlatformHealth
) -> None:
    other = Pinboard("discord")
    other.always("send", SHUT)
    outbox = outbox_of(office, other, health)
    await office.alert("p1", "p2", to="discord:news")
    for _ in range(3):
        await outbox.drain()
        office.clock.forward(SETTINGS.shut_pause)
    shut = await office.store.list_values(KEY)
    closed = health.closed
    other.always("send", None)
    await outbox.drain()
    await outbox.drain()

    assert shut == {f"{KEY}discord": "The token was revoked."}
    assert closed == {"discord"}
    assert office.pinned(ADMIN) == [
        "Nothing goes out on discord: The token was revoked. Its alerts wait, and go out once that is mended."
    ]
    assert [note.destination.address for note in other.notes.values()] == ["discord:news"] * 2
    assert health.closed == frozenset()
    assert await office.store.list_values(KEY) == {}


async def test_many_messages_that_meet_the_shut_door_are_one_line_of_the_log(
    office: Office, health: PlatformHealth, caplog: pytest.LogCaptureFixture
) -> None:
    other = Pinboard("discord")
    other.always("send", SHUT)
    for number in range(40):
        await office.alert(f"p{number}", to=f"discord:{number}")
    await outbox_of(office, other, health).drain()

    assert caplog.messages == ["Nothing goes out on discord for 300 s: The token was revoked."]


async def test_what_is_stored_at_the_start_is_true_until_the_platform_accepts_something(
    office: Office, health: PlatformHealth
) -> None:
    await ShutReport(health, office.store, office.clock, ADMINS).shut("discord", "The token was revoked.")
    await office.store.set_value(f"{KEY}elsewhere", "It is not in the config any more.")
    fresh = PlatformHealth(("discord", "console"), SETTINGS.shut_pause)
    report = ShutReport(fresh, office.store, office.clock, ADMINS)
    await report.recall()
    await report.opened("console")
    before = await office.store.list_values(KEY)
    await report.opened("discord")

    assert fresh.closed == frozenset()
    assert before == {f"{KEY}discord": "The token was revoked."}
    assert await office.store.list_values(KEY) == {}


async def test_several_processes_that_are_shut_out_tell_the_admins_once(office: Office) -> None:
    for _ in range(3):
        report = ShutReport(
            PlatformHealth(("discord", "console"), SETTINGS.shut_pause), office.store, office.clock, ADMINS
        )
        await report.recall()
        assert await report.shut("discord", "The token was revoked.")
    outbox = outbox_of(office, Pinboard("discord"), PlatformHealth(("discord", "console"), 1.0))
    await outbox.drain()

    assert len(office.pinned(ADMIN)) == 1


async def test_a_store_that_refuses_does_not_stop_the_report(office: Office, health: PlatformHealth) -> None:
    faulty = FaultyStore(office.store)
    faulty.fail("tell_once", StoreError("The disk is full."))
    faulty.fail("set_value", StoreError("The disk is full."))
    report = ShutReport(health, faulty, office.clock, ADMINS)

    assert await report.shut("discord", "The token was revoked.")
    assert health.closed == {"discord"}
    await report.opened("discord")
    assert health.closed == frozenset()
