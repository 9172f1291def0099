"""An outage is told once when it begins, once a minute, and once when it ends."""

from __future__ import annotations

from bot.logs.outage import OutageLog


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def lines_of(log: OutageLog, clock: Clock, seconds: int) -> list[str]:
    """Return what is logged of a failure a second."""
    found = []
    for _ in range(seconds):
        found.append(log.failed("no answer."))
        clock.now += 1
    return [line for line in found if line]


def test_the_first_failure_is_told_with_its_reason() -> None:
    log = OutageLog("Discord", clock=Clock())

    assert log.failed("no answer.") == "Discord does not work: no answer."
    assert log.lasts


def test_an_error_is_told_in_one_line_and_one_without_a_text_by_its_name() -> None:
    log, other = OutageLog("Discord", clock=Clock()), OutageLog("Discord", clock=Clock())

    assert log.failed(TimeoutError()) == "Discord does not work: TimeoutError"
    assert other.failed(OSError("no\n  answer.")) == "Discord does not work: no answer."


def test_ninety_seconds_of_failures_are_two_lines_and_their_end_a_third() -> None:
    clock = Clock()
    log = OutageLog("Discord", clock=clock)

    assert lines_of(log, clock, 90) == [
        "Discord does not work: no answer.",
        "Discord has not worked for 1 min (61 failures); the last one: no answer.",
    ]
    assert log.works() == "Discord works again after 2 min (90 failures)."
    assert not log.lasts


def test_where_nothing_failed_nothing_is_told() -> None:
    log = OutageLog("Discord", clock=Clock())

    assert log.works() is None
    log.failed("no answer.")
    log.works()
    assert log.works() is None


def test_what_fails_every_other_time_is_told_twice_a_minute() -> None:
    clock = Clock()
    log = OutageLog("Discord", clock=clock)
    found = []
    for _ in range(120):
        found += [log.failed("no answer."), log.works()]
        clock.now += 1

    assert [line for line in found if line] == [
        "Discord does not work: no answer.",
        "Discord works again after 0 s (1 failure).",
    ] * 2


def test_an_outage_soon_after_another_is_told_once_it_lasts() -> None:
    clock = Clock()
    log = OutageLog("Discord", clock=clock)
    log.failed("no answer.")
    log.works()

    assert lines_of(log, clock, 61) == ["Discord does not work: no answer."]
    assert log.works() == "Discord works again after 1 min (61 failures)."


def test_a_long_outage_is_counted_in_hours() -> None:
    clock = Clock()
    log = OutageLog("Discord", clock=clock)
    log.failed("no answer.")
    clock.now += 5400

    assert log.failed("no answer.") == (
        "Discord has not worked for 1.5 h (2 failures); the last one: no answer."
    )
