"""The log of polls that fail: a blog that is down has its line, a network that is down is one outage."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.pipeline.poll_log import FEW, PollLog


@dataclass
class Watch:
    """Seconds that pass when they are told to."""

    at: float = 100.0
    lines: list[str] = field(default_factory=list)

    def __call__(self) -> float:
        return self.at

    def log(self) -> PollLog:
        return PollLog(self.lines.append, clock=self)


def test_a_feed_that_fails_has_a_line_for_each_poll_and_no_end() -> None:
    watch = Watch()
    log = watch.log()
    for _ in range(20):
        log.failed("Blog", "it is down")
        log.worked()
        watch.at += 30

    assert watch.lines == ["Blog: it is down"] * 20


def test_a_thousand_feeds_that_fail_are_one_outage() -> None:
    watch = Watch()
    log = watch.log()
    for second in range(600):
        for number in range(10):
            log.failed(f"Blog {second}.{number}", "no route")
        watch.at += 1
    during = len(watch.lines)
    watch.at += 61
    for _ in range(1000):
        log.worked()

    assert watch.lines[: FEW + 1][-1] == "Polling of many feeds does not work: Blog 0.5: no route"
    assert FEW + 10 <= during <= FEW + 11  # a line a minute
    assert len(watch.lines) == during + 1
    assert watch.lines[-1].startswith("Polling of many feeds works again after 11 min")


def test_a_few_polls_that_work_among_many_that_fail_are_no_end() -> None:
    watch = Watch()
    log = watch.log()
    for number in range(600):
        log.failed(f"Blog {number}", "no route")
        log.worked()
        watch.at += 0.1

    assert len(watch.lines) == FEW + 1


def test_after_an_outage_single_feeds_have_their_lines_again() -> None:
    watch = Watch()
    log = watch.log()
    for number in range(100):
        log.failed(f"Blog {number}", "no route")
    watch.at += 61
    log.worked()
    log.failed("Blog", "it is down")

    assert watch.lines[-1] == "Blog: it is down"
