"""Delivery: what follows from each thing that can go wrong with a message."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import DeliveryError, PermanentError, Scope, TemporaryError
from bot.model import Action, Alert, Claim, Destination, Notice
from bot.pipeline.deliver.retry_policy import POLICY, after_error
from bot.pipeline.deliver.settings import DeliverySettings
from bot.ports import Failed, Parked, Requeued, Retry
from tests.contracts.adapters import BUSY, GONE, LOST, REFUSED, SHUT
from tests.contracts.store_samples import T0, row
from tests.pipeline.deliver.office import ADMIN, Office

POST = row("p1").post
CLAIM = Claim((1,), Action.SEND, "key", Destination(1, "console:alice"), Alert(POST))


def seconds(settlement: object) -> float:
    assert isinstance(settlement, Retry)
    return (settlement.due_at - T0).total_seconds()


# --- what an error means; pure ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attempts", "wait"), [(0, 1), (1, 2), (2, 4), (9, 512), (10, 900), (31, 900), (10**6, 900)]
)
def test_the_back_off_doubles_up_to_a_quarter_of_an_hour(attempts: int, wait: float) -> None:
    assert seconds(after_error(replace(CLAIM, attempts=attempts), BUSY, T0, ())) == wait


@pytest.mark.parametrize(
    ("asked", "attempts", "wait"),
    [(2.5, 0, 2.5), (0.0, 0, 0.05), (0.0, 6, 3.2), (-5.0, 0, 0.05), (1e12, 0, 86400), (7.0, 20, 900)],
)
def test_the_platforms_wish_is_obeyed_within_reason(asked: float, attempts: int, wait: float) -> None:
    error = TemporaryError("Slow down.", retry_after=asked)

    assert seconds(after_error(replace(CLAIM, attempts=attempts), error, T0, ())) == pytest.approx(wait)


def test_a_message_that_fails_for_now_too_often_is_tried_plain() -> None:
    plain = [
        after_error(replace(CLAIM, attempts=attempts), BUSY, T0, ())
        for attempts in (0, POLICY.plain_after - 2, POLICY.plain_after - 1)
    ]

    assert [isinstance(each, Retry) and each.plain for each in plain] == [False, False, True]


def test_a_refused_message_is_tried_plain_at_once_and_then_given_up() -> None:
    again = after_error(CLAIM, REFUSED, T0, ())
    failed = after_error(replace(CLAIM, message=Alert(POST, plain=True)), REFUSED, T0, ())
    edit = after_error(replace(CLAIM, action=Action.EDIT), REFUSED, T0, ())

    assert again == Retry(CLAIM, T0, "This message is refused.", plain=True)
    assert isinstance(failed, Failed)
    assert isinstance(edit, Failed)


@pytest.mark.parametrize("error", [BUSY, LOST, REFUSED, PermanentError("x", scope=Scope.MESSAGE)])
def test_doubt_stays_until_the_platform_was_asked(error: DeliveryError) -> None:
    settlement = after_error(replace(CLAIM, uncertain=True), error, T0, ())

    assert isinstance(settlement, Retry)
    assert settlement.uncertain


def test_a_lost_answer_leaves_doubt_and_a_clear_one_does_not() -> None:
    lost, busy = (after_error(CLAIM, error, T0, ()) for error in (LOST, BUSY))

    assert isinstance(lost, Retry)
    assert lost.uncertain
    assert isinstance(busy, Retry)
    assert not busy.uncertain


@pytest.mark.parametrize("action", Action)
def test_a_platform_that_is_shut_is_no_fault_of_the_message(action: Action) -> None:
    claim = replace(CLAIM, action=action)

    assert after_error(claim, SHUT, T0, ()) == Requeued(claim)


@pytest.mark.parametrize(
    ("parked", "attempts", "hours"), [(False, 0, 1), (False, 9, 1), (True, 1, 2), (True, 3, 8), (True, 9, 24)]
)
def test_a_parked_place_is_tried_again_less_and_less_often(parked: bool, attempts: int, hours: int) -> None:  # noqa: FBT001 -- a case
    there = Destination(1, "console:alice", parked=parked)
    settlement = after_error(replace(CLAIM, destination=there, attempts=attempts), GONE, T0, ())

    assert isinstance(settlement, Parked)
    assert settlement.probe_at - T0 == timedelta(hours=hours)


def test_admins_are_told_but_not_where_nobody_reads() -> None:
    settlement = after_error(CLAIM, GONE, T0, (ADMIN, "console:alice"))

    assert isinstance(settlement, Parked)
    assert [notice.address for notice in settlement.notices] == [ADMIN]
    assert settlement.notices[0].text == (
        "Alerts for console:alice wait: The channel is gone. Once that is mended they go out by themselves, "
        "or at once with /alerts resume."
    )


@pytest.mark.parametrize("scope", [Scope.MESSAGE, Scope.DESTINATION])
def test_an_error_text_that_no_database_could_hold_is_cleaned(scope: Scope) -> None:
    settlement = after_error(CLAIM, PermanentError("a\ud800\0b\nc" + "x" * 9999, scope=scope), T0, (ADMIN,))
    text = settlement.reason if isinstance(settlement, Parked) else getattr(settlement, "error", "")

    assert text.startswith("ab c")
    assert text.isprintable()
    assert len(text) <= 500


# --- on a store ---------------------------------------------------------------------------------------------


async def test_what_is_due_is_sent_once_in_order(office: Office) -> None:
    await office.alert("p1", "p2", "p3")

    assert await office.drain() == 0
    assert await office.drain() == 0
    assert office.pinned() == ["p1", "p2", "p3"]
    assert await office.states() == ["sent"] * 3


async def test_a_refused_message_goes_out_plain_and_counts_as_delivered(office: Office) -> None:
    await office.alert("p1", "p2")
    office.board.meet("send", REFUSED)

    assert await office.drain() == 0
    assert office.pinned() == ["~p1", "p2"]


async def test_a_message_refused_twice_is_given_up_and_blocks_nobody(office: Office) -> None:
    await office.alert("p1", "p2")
    await office.alert("p3", to="console:bob")
    office.board.meet("send", REFUSED)
    outbox = office.outbox(concurrency=1)
    office.board.meet("send", REFUSED)

    assert await outbox.drain() == 1
    assert await office.states() == ["failed", "sent"]
    assert (office.pinned(), office.pinned("console:bob")) == (["p2"], ["p3"])


@pytest.mark.parametrize("error", [BUSY, ValueError("a bug of the adapter")])
async def test_a_failure_for_now_is_made_up_for_later(office: Office, error: Exception) -> None:
    await office.alert("p1", "p2")
    office.board.meet("send", error)

    assert await office.drain() == 1
    assert office.pinned() == []
    office.clock.forward(1)
    assert await office.drain() == 0
    assert office.pinned() == ["p1", "p2"]


async def test_a_lost_answer_is_looked_for_and_not_sent_again(office: Office) -> None:
    await office.alert("p1")
    office.board.meet("lost", LOST)
    await office.drain()
    office.clock.forward(1)
    await office.drain()

    assert [call for call, _ in office.board.calls] == ["send", "find"]
    assert len({key for _, key in office.board.calls}) == 1
    assert office.pinned() == ["p1"]
    assert await office.states() == ["sent"]


async def test_a_message_that_did_not_arrive_is_sent_after_the_look(office: Office) -> None:
    await office.alert("p1")
    office.board.meet("send", LOST)
    await office.drain()
    office.clock.forward(1)
    await office.drain()

    assert [call for call, _ in office.board.calls] == ["send", "find", "send"]
    assert office.pinned() == ["p1"]


async def test_once_the_platform_did_not_have_it_there_is_no_doubt_left(office: Office) -> None:
    await office.alert("p1")
    office.board.meet("send", LOST, BUSY)
    for _ in range(3):
        await office.drain()
        office.clock.forward(9)

    assert [call for call, _ in office.board.calls] == ["send", "find", "send", "send"]
    assert office.pinned() == ["p1"]


@pytest.mark.parametrize("trouble", [BUSY, REFUSED, SHUT, GONE, KeyError("bug")])
async def test_a_look_that_fails_is_made_again_before_anything_is_sent(
    office: Office, trouble: Exception
) -> None:
    await office.alert("p1")
    office.board.meet("lost", LOST)
    office.board.meet("find", trouble)
    outbox = office.outbox()
    for _ in range(3):
        await outbox.drain()
        office.clock.forward(2 * POLICY.first_probe)
        await office.store.probe_parked(office.clock.now())
    key = office.board.calls[0][1]

    assert [call for call, of in office.board.calls if of == key] == ["send", "find", "find"]
    assert office.pinned() == ["p1"]


async def test_a_place_out_of_reach_is_parked_its_queue_kept_and_an_admin_told_once(office: Office) -> None:
    await office.alert("p1", "p2")
    office.board.meet("send", GONE)
    await office.drain()
    assert await office.states() == ["parked", "parked"]
    assert len(office.pinned(ADMIN)) == 1
    office.board.meet("send", GONE)  # the probe fails too: nobody is told again
    office.clock.forward(POLICY.first_probe)
    await office.store.probe_parked(office.clock.now())
    await office.drain()

    assert await office.states() == ["parked", "parked"]
    assert len(office.pinned(ADMIN)) == 1
    office.clock.forward(2 * POLICY.first_probe)
    await office.store.probe_parked(office.clock.now())
    await office.drain()
    assert office.pinned() == ["p1", "p2"]


async def test_a_platform_that_is_shut_is_left_alone_for_a_while_and_loses_nothing(office: Office) -> None:
    await office.alert("p1", "p2")
    office.board.meet("send", SHUT)
    outbox = office.outbox()

    assert await outbox.drain() == 1
    assert await outbox.drain() == 1  # no further attempt
    assert len(office.board.calls) == 1
    office.clock.forward(DeliverySettings().shut_pause)
    await outbox.drain()
    assert office.pinned() == ["p1", "p2"]
    assert [info.attempts for info in await office.store.delivery_log("console:alice", 9)] == [1, 1]


async def test_a_changed_post_edits_its_message(office: Office) -> None:
    await office.alert("p1")
    await office.drain()
    await office.change(row("p1", "alice", title="Better"))
    await office.drain()
    (note,) = office.board.notes.values()

    assert isinstance(note.message, Alert)
    assert (note.message.post.title, note.edits) == ("Better", 1)


async def test_an_edit_that_is_refused_is_given_up_and_the_next_alert_goes_out(office: Office) -> None:
    await office.alert("p1")
    await office.drain()
    await office.change(row("p1", "alice", title="Better"))
    await office.alert("p2")
    office.board.meet("edit", REFUSED)
    await office.drain()
    office.clock.forward(9999)
    await office.drain()

    assert [call for call, _ in office.board.calls].count("edit") == 1
    assert office.pinned() == ["p1", "p2"]
    assert await office.states() == ["sent", "sent"]


async def test_many_missed_posts_come_as_one_message(office: Office) -> None:
    await office.alert(*(f"p{number}" for number in range(1, 8)))
    await office.drain()

    assert office.pinned() == ["p7 p6 p5 p4 p3 p2 p1"]
    assert await office.states() == ["sent"] * 7


async def test_a_notice_goes_out_like_any_message(office: Office) -> None:
    await office.store.notify(["console:alice"], "It works again.", T0)
    office.board.meet("send", REFUSED)
    await office.drain()
    (note,) = office.board.notes.values()

    assert note.message == Notice("It works again.", plain=True)
