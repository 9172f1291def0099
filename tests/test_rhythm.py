"""When a blog has gone quiet: by its own habit, whatever the dates in its feed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.model import Feed, FeedSettings, FeedState, PostTimes
from bot.rhythm import Quiet, every, last_post, quiet, usual_gap
from tests.contracts.store_samples import T0

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def dates(gaps: Iterable[timedelta], last: datetime = T0) -> tuple[datetime, ...]:
    """Return the dates of posts with these gaps between them, newest first."""
    found = [last]
    for gap in gaps:
        found.append(found[-1] - gap)
    return tuple(found)


def feed(read: datetime | None, **state: object) -> Feed:
    """Return a feed that was last read at a moment."""
    settings = FeedSettings("Blog", "https://blog.example/feed/")
    return Feed(1, settings, settings.url, FeedState(last_success_at=read, **state), T0)  # type: ignore[arg-type]  # any field


def silence(published: tuple[datetime, ...], after: timedelta, came: datetime | None = None) -> Quiet | None:
    """Return how quiet a blog is so long after T0, with a poll just then."""
    now = T0 + after
    return quiet(feed(now), PostTimes(published, came), now)


def test_a_daily_blog_is_quiet_after_six_days() -> None:
    daily = dates([DAY] * 49)

    assert silence(daily, 6 * DAY) is None
    assert silence(daily, 6 * DAY + HOUR) == Quiet(T0, DAY, 6 * DAY + HOUR)


def test_a_weekly_blog_is_quiet_after_six_weeks() -> None:
    weekly = dates([7 * DAY] * 30)

    assert silence(weekly, 41 * DAY) is None
    assert silence(weekly, 43 * DAY) == Quiet(T0, 7 * DAY, 43 * DAY)


def test_a_busy_blog_is_quiet_after_three_days() -> None:
    hourly = dates([HOUR] * 49)

    assert silence(hourly, 3 * DAY - HOUR) is None
    assert silence(hourly, 3 * DAY) == Quiet(T0, HOUR, 3 * DAY)


def test_one_long_pause_in_the_past_is_no_habit() -> None:
    paused = dates([*[DAY] * 20, 90 * DAY, *[DAY] * 20])

    assert silence(paused, 7 * DAY) == Quiet(T0, DAY, 7 * DAY)


def test_posts_that_come_in_bursts_are_told_apart_by_the_gaps_between_the_bursts() -> None:
    minutes = timedelta(minutes=10)
    weekly = dates([*[minutes] * 4, 7 * DAY] * 9)

    assert usual_gap(weekly) == 7 * DAY
    assert silence(weekly, 8 * DAY) is None
    assert silence(weekly, 43 * DAY) is not None


@pytest.mark.parametrize(
    "gaps",
    [
        [DAY] * 8,
        [timedelta()] * 49,
        [timedelta(minutes=1)] * 49,
        [2 * HOUR, *[timedelta()] * 48],
        [*[DAY] * 4, *[timedelta(minutes=59)] * 40],
    ],
    ids=["nine posts", "all at one moment", "one burst", "imported, then one post", "four gaps"],
)
def test_without_a_habit_nothing_is_quiet(gaps: list[timedelta]) -> None:
    assert usual_gap(dates(gaps)) is None
    assert silence(dates(gaps), 1000 * DAY) is None


def test_a_feed_without_posts_is_not_quiet() -> None:
    assert last_post(PostTimes()) is None
    assert silence((), 1000 * DAY) is None


def test_a_post_that_is_dated_back_ends_the_silence_when_it_comes() -> None:
    daily = dates([DAY] * 20)

    assert silence(daily, 8 * DAY, came=T0 + 7 * DAY) is None
    assert silence(daily, 14 * DAY, came=T0 + 7 * DAY) == Quiet(T0 + 7 * DAY, DAY, 7 * DAY)
    assert silence(daily, 8 * DAY, came=T0 - 30 * DAY) == Quiet(T0, DAY, 8 * DAY)


def test_what_was_not_read_is_no_silence() -> None:
    times, now = PostTimes(dates([DAY] * 20)), T0 + 30 * DAY

    assert quiet(feed(T0 + HOUR), times, now) is None
    assert quiet(feed(T0 + 8 * DAY), times, now) == Quiet(T0, DAY, 8 * DAY)


@pytest.mark.parametrize(
    "state", [{"failures": 1}, {"stopped": True}, {"read": None}], ids=["failing", "stopped", "never read"]
)
def test_a_feed_that_cannot_be_read_is_not_called_quiet(state: dict[str, object]) -> None:
    now = T0 + 30 * DAY
    broken = feed(**{"read": now, **state})  # type: ignore[arg-type]  # as above

    assert quiet(broken, PostTimes(dates([DAY] * 20)), now) is None


def test_a_clock_that_went_back_makes_nothing_quiet() -> None:
    assert quiet(feed(T0 + 30 * DAY), PostTimes(dates([DAY] * 20)), T0 - DAY) is None


@given(some.lists(some.timedeltas(timedelta(), 400 * DAY), max_size=60), some.timedeltas(-DAY, 4000 * DAY))
def test_a_quiet_blog_has_been_silent_for_longer_than_ever_half_of_its_gaps(
    gaps: list[timedelta], after: timedelta
) -> None:
    found = silence(dates(gaps), after)
    if found is not None:
        assert found.length >= 3 * DAY
        assert found.length > 6 * found.usual
        assert found.usual >= HOUR
        assert sum(gap < found.length for gap in gaps) >= len(gaps) / 2


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (HOUR, "about every hour"),
        (5.4 * HOUR, "about every 5 hours"),
        (18 * HOUR, "about every 18 hours"),
        (20 * HOUR, "about every day"),
        (1.6 * DAY, "about every 2 days"),
        (7 * DAY, "about every 7 days"),
    ],
)
def test_the_usual_gap_in_words(gap: timedelta, words: str) -> None:
    assert every(gap) == words
