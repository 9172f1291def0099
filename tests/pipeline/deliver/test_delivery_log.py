"""What the log says of an outage: few lines, and they name what fails."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

import pytest

from bot.errors import PermanentError, Scope
from bot.pipeline.deliver.delivery_log import FEW, REMEMBERED, DeliveryLog
from tests.contracts.adapters import BUSY
from tests.pipeline.deliver.office import Office

C0 = "slack:C0: send: Slack cannot be reached."


@dataclass
class Watch:
    """A log of Slack, the lines that it gave, and its clock."""

    now: float = 1000.0
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.log = DeliveryLog("slack", clock=lambda: self.now)

    def failed(self, *places: int) -> None:
        for place in places:
            self.lines += self.log.failed(f"slack:C{place}", "send: Slack cannot be reached.")

    def works(self, *places: int) -> None:
        for place in places:
            self.lines += self.log.works(f"slack:C{place}")


def test_an_outage_of_90_seconds_with_40_places_is_at_most_five_lines() -> None:
    watch = Watch()
    for _ in range(90):
        watch.failed(*range(40))
        watch.now += 1
    watch.works(*range(40))

    assert watch.lines == [
        "Delivery to slack:C0 does not work: send: Slack cannot be reached.",
        "Delivery on slack does not work: slack:C1: send: Slack cannot be reached.",
        f"Delivery on slack has not worked for 1 min (2400 failures); the last one: {C0}",
        "Delivery on slack works again after 2 min (3599 failures).",
    ]


def test_one_destination_that_fails_is_named_and_not_its_platform() -> None:
    watch = Watch()
    for _ in range(90):
        watch.failed(7)
        watch.works(1, 2, 3)
        watch.now += 1
    watch.works(7)

    assert len(watch.lines) == 3
    assert all("Delivery to slack:C7 " in line for line in watch.lines)
    assert "works again" in watch.lines[-1]


def test_a_destination_that_fails_alone_where_there_is_no_other_is_named() -> None:
    watch = Watch()
    for _ in range(30):
        watch.failed(7)
        watch.now += 1

    assert watch.lines == ["Delivery to slack:C7 does not work: send: Slack cannot be reached."]
    assert watch.log.failing


def test_destinations_that_come_and_go_are_few_lines_too() -> None:
    watch = Watch()
    for _ in range(90):
        for place in range(40):
            watch.failed(place)
            watch.works(place)
        watch.now += 1

    assert len(watch.lines) <= 4 * (FEW + 1)  # two lines a minute of each that is named, and of the platform


def test_a_destination_that_failed_long_ago_makes_room_for_the_next_one() -> None:
    watch = Watch()
    for place in range(FEW):
        watch.failed(place)
        watch.works(place)
    watch.now += REMEMBERED
    watch.lines.clear()
    watch.failed(99)

    assert watch.lines == ["Delivery to slack:C99 does not work: send: Slack cannot be reached."]


def test_a_message_that_goes_out_ends_the_outage_of_the_platform() -> None:
    watch = Watch()
    watch.failed(1, 2)
    failing = watch.log.failing
    watch.works(3)

    assert (failing, watch.log.failing) == (True, False)
    assert watch.lines[-1] == "Delivery on slack works again after 0 s (1 failure)."


# --- the log of the outbox ----------------------------------------------------------------------------------


async def test_the_outbox_logs_an_outage_in_few_lines_and_without_a_traceback(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(40):
        await office.alert(f"p{number}", to=f"console:{number}")
    outbox = office.outbox()
    office.board.always("send", BUSY)
    for _ in range(90):
        await outbox.drain()
        office.clock.forward(1)
    office.board.always("send", None)
    office.clock.forward(900)
    await outbox.drain()

    assert len(office.board.notes) == 40
    assert len(caplog.messages) <= 5
    assert all(record.exc_info is None for record in caplog.records)


async def test_each_attempt_is_logged_at_debug(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "bot.pipeline.deliver")
    await office.alert("p1")
    office.board.meet("send", BUSY, BUSY)
    outbox = office.outbox()
    for _ in range(2):
        await outbox.drain()
        office.clock.forward(10)

    details = [record.message for record in caplog.records if record.levelno == logging.DEBUG]
    assert (
        details
        == [
            "send for console:alice: Too busy.",
            "retried, console:alice: no. 1, post p1 of Blog",
        ]
        * 2
    )


@pytest.mark.parametrize("scope", [Scope.DESTINATION, Scope.MESSAGE])
async def test_a_place_or_a_message_that_is_refused_is_a_line_of_its_own(
    office: Office, caplog: pytest.LogCaptureFixture, scope: Scope
) -> None:
    await office.alert("p1")
    office.board.meet("send", PermanentError("No such channel.", scope=scope))
    await office.drain()

    assert caplog.messages == ["send for console:alice: No such channel."]
