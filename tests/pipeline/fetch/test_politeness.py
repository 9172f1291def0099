from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import FeedState
from bot.pipeline.fetch.headers import MAX_WAIT as DAY
from bot.pipeline.fetch.politeness import Exchange, Outcome, after_success, after_unchanged, validators
from tests.pipeline.fetch.polls import (
    ANSWERED,
    EVERY,
    NOT_MODIFIED,
    START,
    after,
    fail,
    feed_with,
    seconds_until,
    succeed,
)

# --- when to ask again -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exchange", "seconds"),
    [
        (ANSWERED, EVERY),
        (replace(ANSWERED, max_age=60.0), EVERY),
        (replace(ANSWERED, max_age=3600.0), 3600.0),
        (replace(ANSWERED, max_age=30 * DAY), DAY),
        (replace(ANSWERED, retry_after=7200.0), 7200.0),
        (replace(ANSWERED, retry_after=30 * DAY), DAY),
        (replace(ANSWERED, max_age=3600.0, retry_after=7200.0), 7200.0),
    ],
)
@pytest.mark.parametrize("status", [200, 304])
def test_the_longest_of_interval_and_wishes_is_waited(
    exchange: Exchange, seconds: float, status: int
) -> None:
    exchange = replace(exchange, status=status)

    assert seconds_until(after_unchanged(feed_with(), exchange, START, 0.0)) == seconds
    assert seconds_until(succeed(feed_with(), exchange)) == seconds


def test_a_ttl_is_remembered_over_polls_that_do_not_show_it() -> None:
    outcome = after_success(feed_with(), ANSWERED, START, 0.0, body_hash="b", ttl=3600.0)
    feed = after(feed_with(), outcome)

    assert seconds_until(outcome) == 3600.0
    assert seconds_until(after_unchanged(feed, NOT_MODIFIED, START, 0.0)) == 3600.0
    assert seconds_until(fail(feed)) == 3600.0
    assert seconds_until(succeed(feed)) == EVERY  # the next document has none


def test_an_absurd_ttl_is_cut_to_a_day() -> None:
    assert seconds_until(after_success(feed_with(), ANSWERED, START, 0.0, body_hash="b", ttl=1e12)) == DAY


@pytest.mark.parametrize("every", [0.2, 30.0, EVERY, 7 * DAY])
def test_any_interval_is_kept(every: float) -> None:
    feed = feed_with(every=every)

    assert seconds_until(succeed(feed)) == every
    assert seconds_until(succeed(feed, jitter=0.5)) == pytest.approx(every * 1.05)


def test_each_failure_doubles_the_wait_up_to_a_day() -> None:
    feed = feed_with()
    waits = []
    for _ in range(9):
        outcome = fail(feed)
        waits.append(seconds_until(outcome) / EVERY)
        feed = after(feed, outcome)

    assert waits == [1, 2, 4, 8, 16, 32, 64, 96, 96]
    assert seconds_until(fail(feed_with(FeedState(failures=100_000)))) == DAY
    assert seconds_until(fail(feed_with(FeedState(failures=3), every=0.2))) == pytest.approx(1.6)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_given_double_time_or_what_it_asks_for(status: int) -> None:
    busy = Exchange(status=status)

    assert seconds_until(fail(feed_with(), busy)) == 2 * EVERY
    assert seconds_until(fail(feed_with(FeedState(failures=1)), busy)) == 4 * EVERY
    assert seconds_until(fail(feed_with(), replace(busy, retry_after=5000.0))) == 5000.0
    assert seconds_until(fail(feed_with(), replace(busy, retry_after=5.0))) == EVERY
    assert seconds_until(fail(feed_with(), replace(busy, retry_after=30 * DAY))) == DAY


def test_the_max_age_of_an_error_page_says_nothing_about_the_feed() -> None:
    assert seconds_until(fail(feed_with(), Exchange(status=500, max_age=DAY))) == EVERY


@given(
    jitter=st.floats(0.0, 1.0, exclude_max=True),
    every=st.floats(0.2, 10 * DAY),
    failures=st.integers(0, 2000),
    wish=st.none() | st.floats(0.0, 1e9),
)
def test_jitter_only_makes_a_wait_longer(
    jitter: float, every: float, failures: int, wish: float | None
) -> None:
    feed = feed_with(FeedState(failures=failures), every=every)
    exchange = Exchange(status=500, max_age=wish, retry_after=wish)
    polls: list[Callable[[float], Outcome]] = [
        lambda chance: succeed(feed, exchange, jitter=chance),
        lambda chance: after_unchanged(feed, exchange, START, chance),
        lambda chance: fail(feed, exchange, jitter=chance),
    ]

    for poll in polls:
        least, actual = seconds_until(poll(0.0)), seconds_until(poll(jitter))
        assert every - 1e-6 <= least <= max(DAY, every) + 1e-6
        assert least <= actual <= max(2 * least, DAY) * 1.1 + 1e-6
    assert seconds_until(polls[0](jitter)) <= seconds_until(polls[0](0.0)) * 1.1 + 1e-6


# --- what to send ------------------------------------------------------------------------------------------


def test_both_validators_are_sent_as_received() -> None:
    state = FeedState(etag='W/"x-gzip"', last_modified="Thu,  1-Jan-70 00:00:00", last_full_at=START)

    assert validators(state, START) == ('W/"x-gzip"', "Thu,  1-Jan-70 00:00:00")
    assert validators(FeedState(), START) == ("", "")


def test_a_full_answer_replaces_both_validators() -> None:
    only_etag = Exchange(status=200, etag='"3"')

    for outcome in (succeed(feed_with(), only_etag), after_unchanged(feed_with(), only_etag, START, 0.0)):
        assert (outcome.state.etag, outcome.state.last_modified) == ('"3"', "")


def test_a_304_replaces_the_validators_it_carries() -> None:
    outcome = after_unchanged(feed_with(), replace(NOT_MODIFIED, last_modified="then"), START, 0.0)

    assert (outcome.state.etag, outcome.state.last_modified) == ('"1"', "then")
    assert outcome.state.last_full_at == START


def test_a_failure_leaves_validators_and_body_as_they_were() -> None:
    before = feed_with().state
    state = fail(feed_with(), Exchange(status=200, etag='"9"', last_modified="now"), error="no feed").state

    assert state._replace(failures=0, failing_since=None, last_error="") == before
    assert (state.failures, state.failing_since, state.last_error) == (1, START, "no feed")


def test_after_five_unchanged_bodies_last_modified_goes_alone() -> None:
    feed = feed_with()
    sent = []
    for _ in range(6):
        feed = after(feed, after_unchanged(feed, ANSWERED, START, 0.0))
        sent.append(validators(feed.state, START))

    assert sent == [('"2"', "then")] * 4 + [("", "then")] * 2
    feed = after(feed, after_unchanged(feed, NOT_MODIFIED, START, 0.0))
    assert validators(feed.state, START) == ("", "then"), "the 304 shows that it works"
    feed = after(feed, succeed(feed, replace(ANSWERED, last_modified="later")))
    assert validators(feed.state, START) == ("", "later"), "so does the next post"
    feed = after(feed, succeed(feed, replace(ANSWERED, last_modified="later")))
    assert validators(feed.state, START) == ('"2"', "later"), "a date that stands still does not"


def test_without_last_modified_the_etag_is_sent_whatever_it_does() -> None:
    state = FeedState(etag='"1"', unchanged_bodies=9, last_full_at=START)

    assert validators(state, START) == ('"1"', "")


def test_a_304_between_unchanged_bodies_begins_the_count_anew() -> None:
    feed = feed_with(FeedState(etag='"1"', last_modified="once", unchanged_bodies=4, last_full_at=START))

    assert after_unchanged(feed, NOT_MODIFIED, START, 0.0).state.unchanged_bodies == 0


def test_after_a_week_of_304_one_request_is_unconditional() -> None:
    feed = feed_with()
    week = START + timedelta(days=7)
    for hours in range(0, 7 * 24, 6):
        now = START + timedelta(hours=hours)
        assert validators(feed.state, now) == ('"1"', "once")
        feed = after(feed, after_unchanged(feed, NOT_MODIFIED, now, 0.0))

    assert validators(feed.state, week) == ("", "")
    feed = after(feed, after_unchanged(feed, ANSWERED, week, 0.0))
    assert validators(feed.state, week) == ('"2"', "then")


@pytest.mark.parametrize("wish", [math.nan, math.inf, -math.inf, -5.0, 1e300, "soon", b"7", True])
def test_no_wish_of_a_server_breaks_the_arithmetic(wish: Any) -> None:
    hostile = replace(ANSWERED, max_age=wish, retry_after=wish)
    outcomes = [
        after_unchanged(feed_with(), hostile, START, 0.5),
        after_success(feed_with(), hostile, START, 0.5, body_hash="new", ttl=wish),
        fail(feed_with(), replace(hostile, status=503)),
    ]

    assert all(EVERY <= seconds_until(outcome) <= 1.1 * DAY for outcome in outcomes)


def test_a_clock_that_was_set_back_does_not_keep_a_feed_from_being_believed() -> None:
    ahead = START + timedelta(days=400)
    state = FeedState(failures=2, failing_since=ahead, gone_since=ahead, last_full_at=ahead, etag="x")
    again = fail(feed_with(state), replace(ANSWERED, status=410)).state

    assert (again.failing_since, again.gone_since, again.stopped) == (START, START, False)
    assert validators(state, START) == ("", "")
