"""What pushes of a hub mean for polls: when they come again, how rare they get, and whom they trust."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.model import Feed, FeedState
from bot.pipeline.fetch.politeness import Exchange, after_success, after_unchanged
from tests.pipeline.fetch.polls import ANSWERED, EVERY, NOT_MODIFIED, START, fail, feed_with

MONTH = timedelta(days=30)
SECOND = timedelta(seconds=1)


def told(trust: int = 2, *, until: datetime = START + MONTH, **state: object) -> Feed:
    """Return a feed whose hub has agreed to push for a month, and was last polled an hour ago."""
    hour_ago = START - timedelta(hours=1)
    known = FeedState(etag="x", last_full_at=START, last_success_at=hour_ago, hub_trust=trust)
    known = known._replace(answered_push=START - timedelta(days=1))
    feed = feed_with(known._replace(**state))  # type: ignore[arg-type]
    return replace(feed, hub_since=START - MONTH, hub_until=until)


def polled(feed: Feed, now: datetime = START, *, news: bool = False) -> Feed:
    """Poll once, with a new body, and return the feed as it is afterwards."""
    outcome = after_success(feed, ANSWERED, now, 0.0, body_hash="b", news=news)
    return replace(feed, state=outcome.state, next_poll_at=outcome.due)


def wait_of(feed: Feed, now: datetime = START) -> float:
    return (feed.next_poll_at - now).total_seconds()


@pytest.mark.parametrize(
    ("feed", "wait"),
    [
        (told(), 4 * EVERY),
        (told(trust=1), 4 * EVERY),
        (told(trust=0), EVERY),
        (told(answered_push=None), EVERY),
        (told(answered_push=START - 2 * MONTH), EVERY),  # by what it told before it agreed anew
        (replace(told(), hub_until=None), EVERY),
        (told(until=START - SECOND), EVERY),
        (told(until=START + timedelta(seconds=2 * EVERY)), 2 * EVERY),
        (told(until=START + SECOND), EVERY),
    ],
)
def test_polls_are_four_times_rarer_while_the_hub_works_and_no_later_than_its_lease(
    feed: Feed, wait: float
) -> None:
    assert wait_of(polled(feed)) == wait


def test_polls_are_never_made_rarer_than_once_a_day_but_by_the_operator() -> None:
    hours, days = 8 * 3600.0, 3 * 86_400.0
    for every, wait in ((hours, 86_400.0), (days, days)):
        feed = replace(told(), settings=replace(told().settings, every=every))

        assert wait_of(polled(feed)) == wait


def test_a_feed_that_fails_is_tried_again_as_soon_as_without_a_hub() -> None:
    assert fail(told()).due == fail(feed_with()).due


@pytest.mark.parametrize(
    ("after", "wait"),
    [(-3.0, 3.0), (0.0, 5.0), (4.9, 0.1), (5.0, 25.0), (29.0, 1.0), (31.0, 89.0), (120.0, None)],
)
def test_a_push_without_anything_new_is_followed_up_after_5_30_and_120_seconds(
    after: float, wait: float | None
) -> None:
    feed = replace(told(), push_due=START - timedelta(seconds=after))
    outcome = after_unchanged(feed, NOT_MODIFIED, START, 0.0)

    assert (outcome.due - START).total_seconds() == pytest.approx(4 * EVERY if wait is None else wait)


def test_a_push_that_has_led_to_a_post_is_not_followed_up() -> None:
    feed = polled(replace(told(), push_due=START), START + SECOND, news=True)
    again = polled(feed, START + 2 * SECOND)

    assert wait_of(feed, START + SECOND) == 4 * EVERY
    assert wait_of(again, START + 2 * SECOND) == 4 * EVERY


def test_following_up_a_push_waits_for_what_the_server_asked_for() -> None:
    feed = replace(told(), push_due=START)
    asked = Exchange(status=304, retry_after=600.0)
    outcome = after_unchanged(feed, asked, START, 0.0)

    assert outcome.due == START + timedelta(seconds=600)
    assert outcome.state.not_before == START + timedelta(seconds=600)


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_is_busy_is_not_asked_for_a_push_before_its_time(status: int) -> None:
    outcome = fail(told(), Exchange(status=status))

    assert outcome.state.not_before == outcome.due


def test_a_server_that_is_merely_away_may_be_asked_for_a_push() -> None:
    assert fail(told(), Exchange(status=500)).state.not_before is None


def test_a_hub_is_trusted_once_a_push_has_led_to_a_post() -> None:
    feed = replace(told(trust=0), push_due=START - SECOND)

    assert polled(feed).state.hub_trust == 0, "it may push whenever it likes"
    assert polled(feed, news=True).state.hub_trust == 2
    assert polled(feed, news=True).state.unpushed_at is None


def test_a_hub_that_tells_of_nothing_is_trusted_no_more_after_two_posts() -> None:
    feed = polled(told(), news=True)
    later = START + timedelta(hours=1)

    assert (feed.state.hub_trust, feed.state.unpushed_at, wait_of(feed)) == (1, START, 4 * EVERY)
    silent = polled(feed, later, news=True)
    assert (silent.state.hub_trust, silent.state.unpushed_at, wait_of(silent, later)) == (0, later, EVERY)


def test_one_push_excuses_one_post() -> None:
    feed = polled(replace(told(), push_due=START), START + SECOND, news=True)

    assert polled(feed, START + 90 * SECOND, news=True).state.hub_trust == 1


def test_a_post_that_a_late_cache_hid_counts_for_the_push_before() -> None:
    feed = polled(replace(told(trust=0), push_due=START), START + SECOND)

    assert polled(feed, START + 31 * SECOND, news=True).state.hub_trust == 2
    assert polled(feed, START + 600 * SECOND, news=True).state.hub_trust == 0


def test_posts_from_before_the_hub_had_agreed_are_not_held_against_it() -> None:
    feed = replace(told(), hub_since=START - SECOND)

    assert polled(feed, news=True).state == polled(feed).state


def test_a_hub_that_has_agreed_to_nothing_is_neither_trusted_nor_blamed() -> None:
    feed = replace(told(trust=1), hub_since=None, hub_until=None, push_due=START)

    assert polled(feed, news=True).state.hub_trust == 1
