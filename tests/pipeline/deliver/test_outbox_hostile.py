"""Adapters that break their contract: one delivery may fail of it, the others and the bot go on."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from bot.errors import TemporaryError
from bot.model import Destination, Message
from bot.pipeline.deliver.retry_policy import after_error
from bot.ports import Failed, Retry
from tests.contracts.adapters import BUSY, LOST, Pinboard
from tests.contracts.store_samples import T0, row
from tests.pipeline.deliver.office import FaultyStore, Office
from tests.pipeline.deliver.test_outbox import CLAIM
from tests.pipeline.deliver.test_retry_policy_hostile import LastError, MuteError, TrapError


@pytest.mark.parametrize("what", ["send", "edit", "find"])
@pytest.mark.parametrize(
    "error",
    [
        TemporaryError("x", retry_after=math.nan),
        MuteError(),
        TrapError(),
        asyncio.CancelledError(),
        SystemExit(3),
        LastError(),
        BaseExceptionGroup("several", [LastError()]),
    ],
)
async def test_no_error_of_an_adapter_ends_the_loop_or_holds_up_another_place(
    office: Office, what: str, error: BaseException
) -> None:
    await office.alert("p1")
    if what == "edit":
        await office.drain()
        await office.change(row("p1", "alice", title="Better"))
    if what == "find":
        office.board.meet("lost", LOST)
        await office.drain()
        office.clock.forward(1)
    office.board.meet(what, error)
    outbox = office.outbox()
    await outbox.drain()
    await office.alert("p2", to="console:bob")
    office.clock.forward(20)
    await outbox.drain()

    assert office.pinned() == ["p1"]
    assert office.pinned("console:bob") == ["p2"]
    assert await office.states() == ["sent"]


async def test_a_running_loop_that_is_cancelled_still_ends(office: Office) -> None:
    reached = asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    office.board.meet("send", hang)
    await office.alert("p1")
    running = asyncio.create_task(office.outbox(grace=0.0).run(asyncio.Event()))
    await reached.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert running.cancelled()
    assert await office.states() == ["sending"]  # and is looked for after the next start


async def test_an_adapter_that_does_not_let_itself_be_cancelled_does_not_keep_the_bot(office: Office) -> None:
    reached, end = asyncio.Event(), asyncio.Event()

    async def stubborn() -> None:
        reached.set()
        while not end.is_set():
            try:
                await end.wait()
            except asyncio.CancelledError:
                continue

    office.board.meet("send", stubborn)
    await office.alert("p1")
    stop = asyncio.Event()
    running = asyncio.create_task(office.outbox(grace=0.0).run(stop))
    await reached.wait()
    stop.set()
    async with asyncio.timeout(30):
        await running
    end.set()


class Careless(Pinboard):
    """A platform whose answers are whatever it is told."""

    def __init__(self, answer: object) -> None:
        super().__init__()
        self.answer = answer

    async def send(self, destination: Destination, message: Message, key: str) -> str:
        await super().send(destination, message, key)
        return cast("str", self.answer)

    async def edit(self, destination: Destination, reference: str, message: Message, key: str) -> str:
        await super().edit(destination, reference, message, key)
        return cast("str", self.answer)

    async def find(self, destination: Destination, key: str, since: datetime) -> str | None:
        await super().find(destination, key, since)
        return cast("str", self.answer)


GARBAGE: list[Any] = [None, 7, b"note 1", "\ud800", "a\0b", "x" * 100_000, object(), math.nan, ["note 1"]]


@pytest.mark.parametrize("answer", GARBAGE)
async def test_a_message_is_sent_once_whatever_is_returned_for_it(office: Office, answer: Any) -> None:
    office.board = Careless(answer)
    await office.alert("p1", "p2")

    assert await office.drain() == 0
    assert office.pinned() == ["p1", "p2"]
    assert await office.states() == ["sent", "sent"]


@pytest.mark.parametrize("answer", GARBAGE)
async def test_a_message_is_edited_once_whatever_is_returned_for_it(office: Office, answer: Any) -> None:
    await office.alert("p1")
    await office.drain()
    (reference,) = office.board.notes
    notes, office.board = office.board.notes, Careless(answer)
    office.board.notes = notes
    for title in ("Better", "Best"):
        await office.change(row("p1", "alice", title=title))
        await office.drain()

    assert office.board.notes[reference].edits == 2  # the reference it had is kept


@pytest.mark.parametrize("answer", [7, b"note 1", object(), ["note 1"], False, math.nan])
async def test_a_look_that_answers_nonsense_is_made_again_before_anything_is_sent(
    office: Office, answer: Any
) -> None:
    office.board = careless = Careless(answer)
    await office.alert("p1")
    careless.meet("lost", LOST)
    for _ in range(3):
        await office.drain()
        office.clock.forward(20)
    careless.answer = "note 1"
    await office.drain()

    assert [call for call, _ in careless.calls] == ["send", "find", "find", "find"]
    assert await office.states() == ["sent"]


async def test_an_outage_of_a_platform_is_a_line_when_it_begins_and_one_when_it_ends(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(40):
        await office.alert(f"p{number}", to=f"console:{number}")
    outbox = office.outbox()
    for trouble in (LOST, RuntimeError("a bug"), TimeoutError(), BUSY):
        office.board.always("send", trouble)
        await outbox.drain()
        office.clock.forward(60)
    assert outbox.failing == ["console"]
    office.board.always("send", None)
    await outbox.drain()

    assert outbox.failing == []
    assert [line.partition(":")[0].partition(" after")[0] for line in caplog.messages] == [
        "Delivery to console",
        "Delivery on console does not work",
        "Delivery on console works again",
    ]


# --- the record of one delivery -----------------------------------------------------------------------------


class PickyStore(FaultyStore):
    """A store that fails on the outcomes of one place."""

    def __init__(self, store: Any, fault: Callable[[Any], bool]) -> None:
        super().__init__(store)
        self.fault = fault

    def __getattr__(self, name: str) -> Any:
        method = super().__getattr__(name)
        if name != "settle":
            return method

        async def settle(settlements: Any) -> None:
            if any(self.fault(each) for each in settlements):
                raise OverflowError("date value out of range")
            await method(settlements)

        return settle


def is_of_alice(settlement: Any) -> bool:
    return bool(settlement.claim.destination.address == "console:alice")


async def test_a_fault_in_one_record_fails_that_delivery_and_no_other(office: Office) -> None:
    await office.alert("p1")
    for name in ("bob", "carol", "dave"):
        await office.alert(f"for {name}", to=f"console:{name}")
    picky = PickyStore(office.store, lambda each: is_of_alice(each) and not isinstance(each, Failed))
    failed = await office.outbox(store=picky).drain()

    assert failed == 1
    assert await office.states() == ["failed"]
    assert [await office.states(f"console:{name}") for name in ("bob", "carol", "dave")] == [["sent"]] * 3


async def test_a_delivery_of_which_nothing_can_be_recorded_is_left_to_its_lease(office: Office) -> None:
    await office.alert("p1")
    await office.alert("p2", to="console:bob")
    await office.outbox(store=PickyStore(office.store, is_of_alice)).drain()
    assert (await office.states(), await office.states("console:bob")) == (["sending"], ["sent"])
    office.clock.forward(3600)
    await office.drain()

    assert [call for call, _ in office.board.calls] == ["send", "send", "find"]
    assert await office.states() == ["sent"]


async def test_a_database_with_an_absurd_time_in_it_is_read_all_the_same(office: Office) -> None:
    await office.alert("p1")
    settlement = after_error(CLAIM, BUSY, T0, ())
    assert isinstance(settlement, Retry)
    far = datetime(9999, 12, 31, tzinfo=T0.tzinfo)
    (claim,) = await office.store.claim("one", T0, lease=60, limit=1, platforms=["console"], catch_up_after=5)
    await office.store.settle([replace(settlement, claim=claim, due_at=far)])

    assert await office.drain() == 0
    due = await office.store.next_delivery_at(["console"])
    assert due is not None
    assert due + timedelta(days=300) > due
