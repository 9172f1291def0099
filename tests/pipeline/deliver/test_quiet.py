"""Quiet hours at the outbox: what may have arrived is looked for, and nothing is sent before they end."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bot.model import Preferences, QuietHours
from tests.contracts.adapters import LOST
from tests.contracts.store_samples import ALICE, T0
from tests.pipeline.deliver.office import Office

NOON = QuietHours(time(12, 30), time(14))  # T0 is noon


@pytest.fixture
async def night(office: Office) -> Office:
    """An office whose message may have arrived, and where it is quiet by now."""
    await office.alert("p1")
    await office.store.set_preferences(ALICE, Preferences(quiet=NOON), T0)
    return office


async def test_what_did_not_arrive_is_held_after_the_look(night: Office) -> None:
    night.board.meet("send", LOST)
    await night.drain()
    night.clock.forward(3600)
    await night.drain()
    assert [call for call, _ in night.board.calls] == ["send", "find"]
    assert await night.states() == ["held"]

    night.clock.time = T0 + timedelta(hours=2)
    await night.drain()
    assert [call for call, _ in night.board.calls] == ["send", "find", "send"]
    assert night.pinned() == ["p1"]


async def test_what_arrived_is_found_and_settled(night: Office) -> None:
    night.board.meet("lost", LOST)
    await night.drain()
    night.clock.forward(3600)
    await night.drain()

    assert [call for call, _ in night.board.calls] == ["send", "find"]
    assert await night.states() == ["sent"]


async def test_an_outbox_that_is_asked_again_holds_and_ends(night: Office) -> None:
    night.clock.forward(3600)
    assert await night.drain() == 0

    assert night.board.calls == []
    assert await night.states() == ["held"]
