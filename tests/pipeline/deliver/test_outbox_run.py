"""The delivery loop: waking, stopping, dying, and a store that refuses for a while."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.clock import steady_seconds
from bot.errors import StoreError
from bot.pipeline.deliver.outbox import Outbox
from bot.pipeline.deliver.settings import DeliverySettings
from tests.owners import ended_owner
from tests.pipeline.deliver.office import FaultyStore, Office, until

FULL = StoreError("The database cannot grow because the disk is full.")


@pytest.fixture
def faulty(office: Office) -> FaultyStore:
    return FaultyStore(office.store)


class Gate:
    """A trouble that holds an adapter until it is opened."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def __call__(self) -> None:
        self.reached.set()
        await self.opened.wait()


@asynccontextmanager
async def running(outbox: Outbox) -> AsyncIterator[asyncio.Event]:
    """Run an outbox; it is told to stop at the end, and must."""
    stop = asyncio.Event()
    task = asyncio.create_task(outbox.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        await task


async def test_what_is_announced_is_delivered_without_waiting(office: Office) -> None:
    outbox = office.outbox()
    async with running(outbox):
        await asyncio.sleep(0)
        await office.alert("p1")
        outbox.wake()
        await until(lambda: office.pinned() == ["p1"])
        await office.alert("p2", "p3")
        outbox.wake()
        await until(lambda: office.pinned() == ["p1", "p2", "p3"])


async def test_a_place_that_hangs_holds_up_no_other(office: Office) -> None:
    gate = Gate()
    office.board.meet("send", gate)
    await office.alert("p1", "p2")
    outbox = office.outbox()
    async with running(outbox):
        await gate.reached.wait()
        await office.alert("p3", "p4", to="console:bob")
        outbox.wake()
        await until(lambda: office.pinned("console:bob") == ["p3", "p4"])
        assert office.pinned() == []
        gate.opened.set()
        await until(lambda: office.pinned() == ["p1", "p2"])


async def test_no_more_are_under_way_than_is_set(office: Office) -> None:
    gates = [Gate() for _ in range(3)]
    office.board.meet("send", *gates)
    for name in ("ann", "bob", "cleo"):
        await office.alert(f"for {name}", to=f"console:{name}")
    async with running(office.outbox(concurrency=2)):
        await until(lambda: gates[0].reached.is_set() and gates[1].reached.is_set())
        await asyncio.sleep(0.05)
        assert not gates[2].reached.is_set()
        for gate in gates:
            gate.opened.set()
        await until(lambda: len(office.board.notes) == 3)


# --- stopping -----------------------------------------------------------------------------------------------


async def test_stopping_lets_what_is_in_flight_end_and_records_it(office: Office) -> None:
    gate = Gate()
    office.board.meet("send", gate)
    await office.alert("p1", "p2")
    async with running(office.outbox()) as stop:
        await gate.reached.wait()
        stop.set()
        await asyncio.sleep(0)
        gate.opened.set()

    assert await office.states() == ["sent", "pending"]  # nothing new was begun


async def test_what_outlasts_the_grace_is_cut_off_and_looked_for_at_the_next_start(office: Office) -> None:
    office.board.meet("lost", Gate())
    await office.alert("p1")
    async with running(office.outbox(grace=0.05, owner=ended_owner())):
        await until(lambda: office.pinned() == ["p1"])
    assert await office.states() == ["sending"]
    await office.store.take_over("two")
    await office.outbox(owner="two").drain()

    assert [call for call, _ in office.board.calls] == ["send", "find"]
    assert (office.pinned(), await office.states()) == (["p1"], ["sent"])


async def test_what_was_claimed_while_stopping_is_given_back(office: Office) -> None:
    await office.alert("p1")
    outbox, stop = office.outbox(), asyncio.Event()
    stop.set()
    await outbox._start_due(stop)

    assert await office.states() == ["pending"]
    assert office.board.calls == []
    assert await office.drain() == 0
    assert [call for call, _ in office.board.calls] == ["send"]  # no doubt about it, so no look


async def test_what_was_sent_is_recorded_even_when_the_loop_is_cancelled(office: Office) -> None:
    gate = Gate()
    office.board.meet("lost", gate)
    await office.alert("p1")
    task = asyncio.create_task(office.outbox().run(asyncio.Event()))
    await gate.reached.wait()
    task.cancel()
    await asyncio.sleep(0)
    gate.opened.set()
    with contextlib.suppress(asyncio.CancelledError):
        await task

    assert await office.states() == ["sent"]


async def test_an_adapter_that_never_answers_is_left_and_the_message_looked_for(office: Office) -> None:
    office.board.meet("lost", Gate())
    await office.alert("p1")

    assert await office.outbox(send_timeout=0.3).drain() == 1
    office.clock.forward(1)
    assert await office.drain() == 0
    assert [call for call, _ in office.board.calls] == ["send", "find"]
    assert office.pinned() == ["p1"]


@pytest.mark.parametrize("uncertain", [False, True])
async def test_a_message_that_was_claimed_too_long_ago_is_given_back(
    office: Office, *, uncertain: bool
) -> None:
    """As when the process was paused in between: by now another one may be sending it."""
    await office.alert("p1")
    outbox = office.outbox()
    (claim,) = await office.store.claim(
        "me", office.clock.now(), lease=90, limit=9, platforms=["console"], catch_up_after=5
    )
    claim = replace(claim, uncertain=uncertain)
    await outbox.deliver(claim, steady_seconds() - DeliverySettings().send_timeout)

    assert (office.board.calls, await office.states()) == ([], ["pending"])
    assert await office.drain() == 0
    assert [call for call, _ in office.board.calls] == ["send"]


# --- a store that refuses -----------------------------------------------------------------------------------


async def test_an_outcome_is_kept_until_the_store_takes_it(office: Office, faulty: FaultyStore) -> None:
    faulty.fail("settle", FULL, FULL)
    await office.alert("p1", "p2")
    outbox = office.outbox(store=faulty)
    async with running(outbox):
        await until(lambda: office.pinned() == ["p1", "p2"])

    assert await office.states() == ["sent", "sent"]
    assert [call for call, _ in office.board.calls] == ["send", "send"]


@pytest.mark.parametrize("method", ["claim", "next_delivery_at"])
async def test_the_loop_goes_on_when_the_store_answers_again(
    office: Office, faulty: FaultyStore, method: str
) -> None:
    faulty.fail(method, FULL)
    outbox = office.outbox(store=faulty)
    async with running(outbox):
        await until(lambda: method in faulty.calls)
        await office.alert("p1")
        outbox.wake()
        await until(lambda: office.pinned() == ["p1"])


async def test_draining_says_that_the_store_refuses(office: Office, faulty: FaultyStore) -> None:
    faulty.fail("claim", FULL)
    await office.alert("p1")

    with pytest.raises(StoreError, match="disk is full"):
        await office.outbox(store=faulty).drain()


async def test_a_store_that_never_takes_an_outcome_does_not_keep_the_bot_from_stopping(
    office: Office, faulty: FaultyStore
) -> None:
    faulty.fail("settle", *[FULL] * 99)
    await office.alert("p1")
    async with running(office.outbox(store=faulty, grace=0.0)):
        await until(lambda: "settle" in faulty.calls)

    assert await office.states() == ["sending"]
    office.clock.forward(DeliverySettings().lease)
    await office.drain()
    assert office.pinned() == ["p1"]


async def test_a_part_that_dies_ends_the_loop_with_its_error(office: Office, faulty: FaultyStore) -> None:
    faulty.fail("claim", RuntimeError("a bug"))
    await office.alert("p1")

    with pytest.raises(RuntimeError, match="a bug"):
        await office.outbox(store=faulty).run(asyncio.Event())


# --- idling -------------------------------------------------------------------------------------------------


async def test_it_does_not_ask_again_and_again_while_there_is_no_room(
    office: Office, faulty: FaultyStore
) -> None:
    gate = Gate()
    office.board.meet("send", gate)
    await office.alert("p1")
    await office.alert("p2", to="console:bob")
    async with running(office.outbox(store=faulty, concurrency=1)):
        await gate.reached.wait()
        await asyncio.sleep(0.5)
        asked = len(faulty.calls)
        gate.opened.set()

    assert asked <= 3


async def test_it_does_not_ask_again_and_again_for_what_the_store_does_not_give_out(office: Office) -> None:
    class Stubborn(FaultyStore):
        async def claim(self, *_: object, **__: object) -> list[object]:
            self.calls.append("claim")
            return []

    stubborn = Stubborn(office.store)
    await office.alert("p1")
    async with running(office.outbox(store=stubborn)):
        await asyncio.sleep(0.5)

    assert 1 <= stubborn.calls.count("claim") <= 7
