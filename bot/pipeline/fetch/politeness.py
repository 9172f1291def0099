"""The rules of polite polling: when to poll a server again, and with which validators. Pure.

Each `after_...` function takes a feed as it was before a poll and the poll's result, and returns the state to
store. `jitter` is a number in [0, 1) that spreads polls in time; it never shortens a wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from bot.model import Feed, FeedState
from bot.pipeline.fetch.headers import MAX_WAIT
from bot.pipeline.fetch.pushes import interval, poll_again, trust_after
from bot.text.bounds import seconds

NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # the next poll of a feed that answered 410 Gone


@dataclass(frozen=True, slots=True)
class PoliteSettings:
    """How long to wait, and how often something has to happen before it is believed."""

    spread: float = 0.1  # largest jitter, as a share of each wait
    doublings: int = 30  # of the interval; without this limit the power would overflow a float one day
    deaf_polls: int = 5  # equal bodies from which the server is assumed to fail on both validators together
    stale: timedelta = timedelta(days=7)  # after 304s for so long, one request without validators is sent
    failures: int = 3  # in a row that are reported; fewer are a blip
    missing: timedelta = timedelta(days=3)  # of failures, before a 404 is reported
    gone: timedelta = timedelta(days=1)  # of 410s, before the feed is given up
    moved_polls: int = 3  # with one permanent redirect until it is believed; captive portals answer 301 too
    moved: timedelta = timedelta(days=1)  # of that redirect, at least


_POLITE = PoliteSettings()

# The state after a successful poll, and the redirect state after a poll without a permanent redirect.
_WELL: dict[str, Any] = {
    "failures": 0,
    "failing_since": None,
    "last_error": "",
    "reported": False,
    "gone_since": None,
    "stopped": False,
}
_SETTLED: dict[str, Any] = {"moved_to": "", "moved_polls": 0, "moved_since": None}


class NoticeKind(StrEnum):
    """The kinds of notices that a poll can send to the operator."""

    FAILING = "failing"
    RECOVERED = "recovered"
    FORBIDDEN = "forbidden"  # 401 or 403
    NOT_FOUND = "not_found"  # 404 for days
    GONE = "gone"  # 410 twice: not polled any more
    MOVED = "moved"  # the new URL is used from now on


@dataclass(frozen=True, slots=True)
class Exchange:
    """An answer without its body; the defaults mean no answer at all."""

    status: int = 0
    etag: str = ""  # as received
    last_modified: str = ""  # as received
    max_age: float | None = None  # seconds left; None without, or with no-cache
    retry_after: float | None = None  # seconds
    moved_to: str = ""  # where permanent redirects led


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to store and report after a poll. `url`: the one to poll next time."""

    state: FeedState
    next_poll_at: datetime
    url: str
    notice: NoticeKind | None = None

    @property
    def due(self) -> datetime:
        """The time of the next poll: NEVER once the feed is gone."""
        return NEVER if self.state.stopped else self.next_poll_at


def validators(state: FeedState, now: datetime) -> tuple[str, str]:
    """Return the ETag and Last-Modified to send, byte for byte as received; "" means to omit it.

    Some servers append a suffix to the ETag and then never recognise it, so after 5 unchanged bodies only
    Last-Modified is sent. Some answer 304 for ever, so after a week of 304s neither is sent once.
    """
    # A time far in the future means that the clock has been set back since.
    if state.last_full_at is not None and abs(now - state.last_full_at) >= _POLITE.stale:
        return "", ""
    if state.unchanged_bodies >= _POLITE.deaf_polls and state.last_modified:
        return "", state.last_modified
    return state.etag, state.last_modified


def after_unchanged(feed: Feed, exchange: Exchange, now: datetime, jitter: float) -> Outcome:
    """Record a poll without news: a 304, or the same body as the last time.

    A validator missing in a 304 keeps its stored value; a full answer replaces both.
    """
    state = feed.state
    if exchange.status == HTTPStatus.NOT_MODIFIED:
        learned = {
            "etag": exchange.etag or state.etag,
            "last_modified": exchange.last_modified or state.last_modified,
            "unchanged_bodies": state.unchanged_bodies if state.unchanged_bodies >= _POLITE.deaf_polls else 0,
            "last_full_at": state.last_full_at or now,
        }
    else:
        learned = {
            "etag": exchange.etag,
            "last_modified": exchange.last_modified,
            "unchanged_bodies": state.unchanged_bodies + 1,
            "last_full_at": now,
        }
    return _succeeded(feed, learned, exchange, now, jitter)


def after_success(
    feed: Feed,
    exchange: Exchange,
    now: datetime,
    jitter: float,
    *,
    body_hash: str,
    ttl: float = 0.0,
    news: bool = False,
) -> Outcome:
    """Record a poll that returned a new body.

    `ttl`: the interval in seconds that the feed asks for. `news`: it had a post to announce.
    """
    state = feed.state
    deaf = state.unchanged_bodies >= _POLITE.deaf_polls
    stood_still = exchange.last_modified == state.last_modified  # then it is useless as the only validator
    learned = {
        "etag": exchange.etag,
        "last_modified": exchange.last_modified,
        "body_hash": body_hash,
        "unchanged_bodies": state.unchanged_bodies if deaf and not stood_still else 0,
        "last_full_at": now,
        "ttl": ttl,
        **trust_after(feed, now, news=news),
    }
    return _succeeded(feed, learned, exchange, now, jitter, news=news)


def after_failure(feed: Feed, exchange: Exchange, now: datetime, jitter: float, *, error: str) -> Outcome:
    """Record a poll without a usable result: an error status, no answer, or a body that is no feed.

    Validators stay unchanged. The wait doubles with each failure; `error` is stored for people to read.
    """
    old = feed.state
    gone = exchange.status == HTTPStatus.GONE
    state = old._replace(
        failures=old.failures + 1,
        failing_since=_since(old.failing_since, now),
        last_error=error,
        gone_since=_since(old.gone_since, now) if gone or old.gone_since else None,
        stopped=old.stopped or (gone and _lasted(old.gone_since, now, _POLITE.gone)),
    )
    notice = _complaint(old, state, exchange.status, now)
    usual = max(feed.settings.every, _wish(state.ttl))
    due = _later(now, max(_back_off(feed, exchange, jitter), usual), exchange, jitter)
    wanted = due if _is_busy(exchange) else _not_before(now, exchange)
    reported = old.reported or notice is not None
    return Outcome(state._replace(reported=reported, not_before=wanted), due, feed.url, notice)


def _succeeded(
    feed: Feed,
    learned: dict[str, Any],
    exchange: Exchange,
    now: datetime,
    jitter: float,
    *,
    news: bool = False,
) -> Outcome:
    move, url = _follow_move(feed, exchange.moved_to, now)
    wanted = _not_before(now, exchange)
    state = feed.state._replace(**_WELL, **learned, **move, last_success_at=now, not_before=wanted)
    notice = NoticeKind.RECOVERED if feed.state.reported else None
    if url != feed.url:
        notice = NoticeKind.MOVED
    wait = max(interval(feed, state, now), _wish(state.ttl), _wish(exchange.max_age))
    due = _later(now, wait, exchange, jitter)
    if again := poll_again(feed, now, news=news):
        due = min(due, max(again, wanted or again))
    return Outcome(state, due, url, notice)


def _follow_move(feed: Feed, target: str, now: datetime) -> tuple[dict[str, Any], str]:
    """Return the redirect state and the URL to use: the new one after 3 equal redirects over a day."""
    state = feed.state
    if target in ("", feed.url):
        return _SETTLED, feed.url
    if target != state.moved_to:
        return {"moved_to": target, "moved_polls": 1, "moved_since": now}, feed.url
    polls, since = state.moved_polls + 1, _since(state.moved_since, now)
    proved = polls >= _POLITE.moved_polls and _lasted(since, now, _POLITE.moved)
    if proved and not state.reported:  # a recovery is reported first, the move at the next poll
        return _SETTLED, target
    return {"moved_polls": polls, "moved_since": since}, feed.url


def _complaint(old: FeedState, new: FeedState, status: int, now: datetime) -> NoticeKind | None:
    """Return the notice to send: one per period of failure, and one more when the feed is given up."""
    if new.stopped and not old.stopped:
        return NoticeKind.GONE
    if old.reported:
        return None
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return NoticeKind.FORBIDDEN
    if status == HTTPStatus.NOT_FOUND:
        return NoticeKind.NOT_FOUND if _lasted(new.failing_since, now, _POLITE.missing) else None
    bad = status == HTTPStatus.GONE or new.failures >= _POLITE.failures
    return NoticeKind.FAILING if bad else None


def _back_off(feed: Feed, exchange: Exchange, jitter: float) -> float:
    """Return the interval, doubled per failure, stretched up to twofold by `jitter`; at most a day."""
    doublings = feed.state.failures + (1 if _is_busy(exchange) and exchange.retry_after is None else 0)
    wait: float = feed.settings.every * 2.0 ** min(doublings, _POLITE.doublings)
    return min(wait * (1.0 + jitter), MAX_WAIT)


def _is_busy(exchange: Exchange) -> bool:
    return exchange.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


def _not_before(now: datetime, exchange: Exchange) -> datetime | None:
    """Return until when the server wants no request at all; None if it did not say so."""
    wish = _wish(exchange.retry_after)
    return now + timedelta(seconds=wish) if wish else None


def _later(now: datetime, wait: float, exchange: Exchange, jitter: float) -> datetime:
    longest = max(wait, _wish(exchange.retry_after))
    return now + timedelta(seconds=longest * (1.0 + _POLITE.spread * jitter))


def _wish(asked: float | None) -> float:
    """Return the seconds that a server or a feed asks for, at most a day; 0 for none."""
    return seconds(asked, 0.0, MAX_WAIT)


def _since(began: datetime | None, now: datetime) -> datetime:
    """Return when something began; now if it is new, or if the clock has been set back since."""
    return now if began is None else min(began, now)


def _lasted(since: datetime | None, now: datetime, duration: timedelta) -> bool:
    return since is not None and now - since >= duration
