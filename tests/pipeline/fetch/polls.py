"""Feeds and polls for the tests of the rules of polling."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.model import Feed, FeedSettings, FeedState
from bot.pipeline.fetch.politeness import Exchange, Outcome, after_failure, after_success

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
EVERY = 900.0
HOUR = timedelta(hours=1)
ANSWERED = Exchange(status=200, etag='"2"', last_modified="then")
NOT_MODIFIED = Exchange(status=304)
SILENT = Exchange()


def feed_with(state: FeedState | None = None, *, every: float = EVERY) -> Feed:
    settings = FeedSettings(name="Blog", url="https://blog.example/feed/", every=every)
    known = state or FeedState(etag='"1"', last_modified="once", body_hash="a", last_full_at=START)
    return Feed(id=1, settings=settings, url=settings.url, state=known, next_poll_at=START)


def succeed(feed: Feed, exchange: Exchange = ANSWERED, now: datetime = START, jitter: float = 0.0) -> Outcome:
    return after_success(feed, exchange, now, jitter, body_hash="b")


def fail(
    feed: Feed,
    exchange: Exchange = SILENT,
    now: datetime = START,
    jitter: float = 0.0,
    error: str = "no answer",
) -> Outcome:
    return after_failure(feed, exchange, now, jitter, error=error)


def after(feed: Feed, outcome: Outcome) -> Feed:
    return replace(feed, state=outcome.state, url=outcome.url, next_poll_at=outcome.next_poll_at)


def run(feed: Feed, exchange: Exchange, times: int, *, apart: timedelta = HOUR) -> tuple[Feed, list[object]]:
    """Fail so many times; return the feed and the notices."""
    notices: list[object] = []
    for _ in range(times):
        outcome = fail(feed, exchange, feed.next_poll_at)
        notices.append(outcome.notice)
        feed = replace(after(feed, outcome), next_poll_at=feed.next_poll_at + apart)
    return feed, notices


def seconds_until(outcome: Outcome, now: datetime = START) -> float:
    return (outcome.next_poll_at - now).total_seconds()
