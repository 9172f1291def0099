"""A platform's pace: what has no room yet waits in the outbox, and holds up no other platform."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from bot.errors import NotYetError
from bot.model import Action
from bot.pipeline.deliver.outbox import Outbox
from bot.pipeline.deliver.retry_policy import after_error
from bot.pipeline.deliver.settings import DeliverySettings
from bot.ports import Requeued
from tests.contracts.adapters import Pinboard
from tests.contracts.store_samples import T0, follow, publish, row
from tests.pipeline.deliver.office import Office, until
from tests.pipeline.deliver.test_outbox import CLAIM

FULL = NotYetError("More waits than the platform takes.", retry_after=20.0)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("uncertain", [True, False])
def test_what_has_no_room_yet_is_given_back_until_its_turn(action: Action, *, uncertain: bool) -> None:
    claim = replace(CLAIM, action=action, uncertain=uncertain)

    assert after_error(claim, FULL, T0, ()) == Requeued(claim, T0 + timedelta(seconds=20))


async def test_it_goes_out_at_its_turn_and_no_attempt_is_counted(office: Office) -> None:
    office.clock = SystemClock()  # type: ignore[assignment]  # a turn comes by itself
    await office.alert("p1", "p2")
    office.board.meet("send", *[NotYetError("Full.", retry_after=0.02)] * 12)

    assert await office.drain() == 0
    assert office.pinned() == ["p1", "p2"]  # and not as title and link only
    assert [each.attempts for each in await office.store.delivery_log("console:alice", 9)] == [1, 1]


async def test_it_waits_without_being_under_way(office: Office) -> None:
    await office.alert("p1")
    office.board.always("send", FULL)
    outbox = office.outbox()
    running = asyncio.create_task(outbox.run(asyncio.Event()))
    await until(lambda: len(office.board.calls) > 0)
    await asyncio.sleep(0.1)
    states = await office.states()
    due = await office.store.next_delivery_at(["console"])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert states == ["pending"]
    assert due == T0 + timedelta(seconds=20)
    assert len(office.board.calls) == 1


async def test_an_edit_waits_for_its_turn_too(office: Office) -> None:
    await office.alert("p1")
    await office.drain()
    await office.change(row("p1", "alice", title="Changed"))
    office.board.meet("edit", FULL)
    outbox = office.outbox()
    running = asyncio.create_task(outbox.run(asyncio.Event()))
    await until(lambda: any(what == "edit" for what, _ in office.board.calls))
    await asyncio.sleep(0.1)
    due = await office.store.next_delivery_at(["console"])
    office.clock.forward(21)
    outbox.wake()
    await until(lambda: any(note.edits for note in office.board.notes.values()))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert due == T0 + timedelta(seconds=20)


@pytest.fixture
async def stuck(office: Office) -> AsyncIterator[tuple[Outbox, Pinboard]]:
    """An outbox whose other platform takes messages and gives no answer, with more of them than fit."""
    gate = asyncio.Event()

    async def hang() -> None:
        await gate.wait()

    other = Pinboard("discord")
    other.always("send", hang)
    await office.alert("p0")
    await office.drain()
    for number in range(5):
        await follow(office.store, f"discord:{number}", "alice")
    (feed,) = await office.store.feeds()
    await publish(office.store, feed, row("p1", "alice"), at=T0)
    settings = DeliverySettings(concurrency=2)
    outbox = Outbox(office.store, {"discord": other, "console": office.board}, office.clock, settings, "one")
    running = asyncio.create_task(outbox.run(asyncio.Event()))
    yield outbox, other
    gate.set()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_platform_that_has_all_it_can_take_holds_up_no_other(
    office: Office, stuck: tuple[Outbox, Pinboard]
) -> None:
    outbox, other = stuck
    await until(lambda: len(other.calls) == 2)
    await until(lambda: office.pinned() == ["p0", "p1"])
    await office.store.notify(["console:bob"], "Hello.", T0)
    outbox.wake()
    await until(lambda: office.pinned("console:bob") == ["Hello."])

    assert len(other.calls) == 2
