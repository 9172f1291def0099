from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Feed
from bot.pipeline.fetch.politeness import Exchange, NoticeKind, Outcome, after_unchanged
from tests.pipeline.fetch.polls import (
    ANSWERED,
    HOUR,
    NOT_MODIFIED,
    SILENT,
    START,
    after,
    fail,
    feed_with,
    run,
    succeed,
)

# --- what to tell ------------------------------------------------------------------------------------------


def test_a_failing_feed_is_told_once_and_its_recovery_once() -> None:
    feed, notices = run(feed_with(), SILENT, 6)
    assert notices == [None, None, NoticeKind.FAILING, None, None, None]

    recovered = after_unchanged(feed, NOT_MODIFIED, feed.next_poll_at, 0.0)
    assert recovered.notice is NoticeKind.RECOVERED
    assert recovered.state == feed_with().state._replace(last_success_at=feed.next_poll_at)
    assert succeed(after(feed, recovered)).notice is None


def test_a_blip_is_no_news() -> None:
    feed, notices = run(feed_with(), Exchange(status=500), 2)

    assert [*notices, succeed(feed).notice] == [None, None, None]


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_told_at_once(status: int) -> None:
    feed, notices = run(feed_with(), Exchange(status=status), 4)

    assert notices == [NoticeKind.FORBIDDEN, None, None, None]
    assert succeed(feed).notice is NoticeKind.RECOVERED


def test_a_404_is_told_after_three_days() -> None:
    feed, notices = run(feed_with(), Exchange(status=404), 5, apart=timedelta(days=1))

    assert notices == [None, None, None, NoticeKind.NOT_FOUND, None]
    assert not feed.state.stopped


def test_a_feed_that_is_gone_is_stopped_after_a_day_and_told_at_once() -> None:
    gone = Exchange(status=410)
    feed, notices = run(feed_with(), gone, 4, apart=timedelta(hours=8))

    assert notices == [NoticeKind.FAILING, None, None, NoticeKind.GONE]
    assert feed.state.stopped
    assert run(feed, gone, 1)[1] == [None]
    back = succeed(feed)
    assert (back.notice, back.state.stopped, back.state.gone_since) == (NoticeKind.RECOVERED, False, None)


def test_one_410_between_good_polls_stops_nothing() -> None:
    feed = after(feed_with(), fail(feed_with(), Exchange(status=410)))
    feed = after(feed, succeed(feed, now=START + HOUR))
    late = fail(feed, Exchange(status=410), START + timedelta(days=9))

    assert not late.state.stopped


# --- moved -------------------------------------------------------------------------------------------------

TARGET = "https://new.example/feed/"
MOVED = replace(ANSWERED, moved_to=TARGET)


def poll_moved(feed: Feed, hours: list[int], exchange: Exchange = MOVED) -> list[Outcome]:
    outcomes = []
    for number, hour in enumerate(hours):
        now = START + timedelta(hours=hour)
        good = succeed(feed, exchange, now)
        outcomes.append(after_unchanged(feed, exchange, now, 0.0) if number % 2 else good)
        feed = after(feed, outcomes[-1])
    return outcomes


@pytest.mark.parametrize(
    ("hours", "believed"),
    [([0, 12, 24], True), ([0, 1, 2, 24], True), ([0, 24], False), ([0, 1, 2, 3, 23], False)],
)
def test_a_permanent_redirect_is_believed_after_three_polls_over_a_day(
    hours: list[int],
    believed: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    *before, last = poll_moved(feed_with(), hours)

    assert {(outcome.url, outcome.notice) for outcome in before} == {("https://blog.example/feed/", None)}
    assert (last.url == TARGET, last.notice is NoticeKind.MOVED) == (believed, believed)
    assert (last.state.moved_to == "") is believed


@pytest.mark.parametrize("other", ["", "https://blog.example/feed/", "https://portal.example/"])
def test_another_answer_begins_the_count_anew(other: str) -> None:
    feed = after(feed_with(), poll_moved(feed_with(), [0, 1, 2])[-1])
    feed = after(feed, poll_moved(feed, [20], replace(MOVED, moved_to=other))[-1])

    assert poll_moved(feed, [25])[-1].url == "https://blog.example/feed/"


def test_a_failed_poll_proves_nothing_about_a_redirect() -> None:
    feed = after(feed_with(), poll_moved(feed_with(), [0, 1])[-1])
    outcome = fail(feed, MOVED, START + timedelta(days=2))

    assert (outcome.url, outcome.state.moved_polls) == ("https://blog.example/feed/", 2)


def test_a_recovery_is_told_before_the_move() -> None:
    feed, _ = run(after(feed_with(), poll_moved(feed_with(), [0, 1, 2])[-1]), SILENT, 3)
    first, second = poll_moved(feed, [48, 49])

    assert (first.notice, first.url) == (NoticeKind.RECOVERED, "https://blog.example/feed/")
    assert (second.notice, second.url) == (NoticeKind.MOVED, TARGET)
