"""When to ask a server again and how: the rules of polite polling, pure.

Each `after_...` function takes a feed as it was before a poll and what the poll showed, and returns what to
store. `jitter` is a number in [0, 1) that spreads polls; it only ever makes a wait longer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from bot.model import Feed, FeedState
from bot.text.bounds import seconds

NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # the next poll of a feed that said it is gone
DAY = 86_400.0  # seconds; no wish of a server and no back-off reaches further

_SPREAD = 0.1  # of every wait
_DOUBLINGS = 30  # more would leave the range of a float one day
_DEAF_POLLS = 5  # the same body so many times: the server does not take both validators together
_STALE = timedelta(days=7)  # 304s in a row for so long are checked once
_NEWS = 3  # failures in a row; fewer are a blip
_MISSING = timedelta(days=3)  # of 404
_BELIEVED_POLLS = 3  # captive portals answer 301 too
_ONE_DAY = timedelta(days=1)

# What a good poll makes of a feed that failed, and what no redirect of one that was about to move.
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
    """What a poll has to tell the operator."""

    FAILING = "failing"
    RECOVERED = "recovered"
    FORBIDDEN = "forbidden"  # 401 or 403
    NOT_FOUND = "not_found"  # 404 for days
    GONE = "gone"  # 410 twice: not polled any more
    MOVED = "moved"  # the new URL is used from now on


@dataclass(frozen=True, slots=True)
class Exchange:
    """What an answer says apart from its body; the defaults stand for no answer at all."""

    status: int = 0
    etag: str = ""  # as received
    last_modified: str = ""  # as received
    max_age: float | None = None  # seconds left; None without, or with no-cache
    retry_after: float | None = None  # seconds
    moved_to: str = ""  # where permanent redirects led


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to store after a poll, and what to tell. `url` is the one to ask next time."""

    state: FeedState
    next_poll_at: datetime
    url: str
    notice: NoticeKind | None = None

    @property
    def due(self) -> datetime:
        """When the feed is polled next: NEVER once it said that it is gone."""
        return NEVER if self.state.stopped else self.next_poll_at


def validators(state: FeedState, now: datetime) -> tuple[str, str]:
    """Return the ETag and Last-Modified to send, byte for byte as received; "" means not to send it.

    Some servers put a suffix to the ETag and then never recognise it: after enough unchanged bodies
    Last-Modified goes alone. Some answer 304 for ever: once a week neither is sent.
    """
    # Far ahead: the clock was set back since.
    if state.last_full_at is not None and abs(now - state.last_full_at) >= _STALE:
        return "", ""
    if state.unchanged_bodies >= _DEAF_POLLS and state.last_modified:
        return "", state.last_modified
    return state.etag, state.last_modified


def after_unchanged(feed: Feed, exchange: Exchange, now: datetime, jitter: float) -> Outcome:
    """Note a poll without news: a 304, or the same body as the last time.

    A 304 without a validator confirms the stored one; a full answer replaces both.
    """
    state = feed.state
    if exchange.status == HTTPStatus.NOT_MODIFIED:
        learned = {
            "etag": exchange.etag or state.etag,
            "last_modified": exchange.last_modified or state.last_modified,
            "unchanged_bodies": state.unchanged_bodies if state.unchanged_bodies >= _DEAF_POLLS else 0,
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
    feed: Feed, exchange: Exchange, now: datetime, jitter: float, *, body_hash: str, ttl: float = 0.0
) -> Outcome:
    """Note a poll that brought a feed with a new body. `ttl`: the feed's own wish, seconds."""
    state = feed.state
    deaf = state.unchanged_bodies >= _DEAF_POLLS
    stood_still = exchange.last_modified == state.last_modified  # worthless as the only validator
    learned = {
        "etag": exchange.etag,
        "last_modified": exchange.last_modified,
        "body_hash": body_hash,
        "unchanged_bodies": state.unchanged_bodies if deaf and not stood_still else 0,
        "last_full_at": now,
        "ttl": ttl,
    }
    return _succeeded(feed, learned, exchange, now, jitter)


def after_failure(feed: Feed, exchange: Exchange, now: datetime, jitter: float, *, error: str) -> Outcome:
    """Note a poll that brought nothing usable: an error status, no answer, or a body that is no feed.

    Validators stay as they are. The wait doubles with each failure; `error` is kept for people.
    """
    old = feed.state
    gone = exchange.status == HTTPStatus.GONE
    state = replace(
        old,
        failures=old.failures + 1,
        failing_since=_since(old.failing_since, now),
        last_error=error,
        gone_since=_since(old.gone_since, now) if gone or old.gone_since else None,
        stopped=old.stopped or (gone and _lasted(old.gone_since, now, _ONE_DAY)),
    )
    notice = _complaint(old, state, exchange.status, now)
    return Outcome(
        replace(state, reported=old.reported or notice is not None),
        _later(now, max(_back_off(feed, exchange, jitter), _usual_wait(feed, state)), exchange, jitter),
        feed.url,
        notice,
    )


def _succeeded(
    feed: Feed, learned: dict[str, Any], exchange: Exchange, now: datetime, jitter: float
) -> Outcome:
    move, url = _follow_move(feed, exchange.moved_to, now)
    state = replace(feed.state, **_WELL, **learned, **move, last_success_at=now)
    notice = NoticeKind.RECOVERED if feed.state.reported else None
    if url != feed.url:
        notice = NoticeKind.MOVED
    wait = max(_usual_wait(feed, state), _wish(exchange.max_age))
    return Outcome(state, _later(now, wait, exchange, jitter), url, notice)


def _follow_move(feed: Feed, target: str, now: datetime) -> tuple[dict[str, Any], str]:
    """Return what to remember, and the URL to use; a permanent redirect is believed once it proved itself."""
    state = feed.state
    if target in ("", feed.url):
        return _SETTLED, feed.url
    if target != state.moved_to:
        return {"moved_to": target, "moved_polls": 1, "moved_since": now}, feed.url
    polls, since = state.moved_polls + 1, _since(state.moved_since, now)
    proved = polls >= _BELIEVED_POLLS and _lasted(since, now, _ONE_DAY)
    if proved and not state.reported:  # a recovery is told first, the move at the next poll
        return _SETTLED, target
    return {"moved_polls": polls, "moved_since": since}, feed.url


def _complaint(old: FeedState, new: FeedState, status: int, now: datetime) -> NoticeKind | None:
    """Return what to tell: once for each time a feed begins to fail, and once more when it is given up."""
    if new.stopped and not old.stopped:
        return NoticeKind.GONE
    if old.reported:
        return None
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return NoticeKind.FORBIDDEN
    if status == HTTPStatus.NOT_FOUND:
        return NoticeKind.NOT_FOUND if _lasted(new.failing_since, now, _MISSING) else None
    return NoticeKind.FAILING if status == HTTPStatus.GONE or new.failures >= _NEWS else None


def _back_off(feed: Feed, exchange: Exchange, jitter: float) -> float:
    """Return the interval, doubled for each failure before this one, up to twice that by `jitter`."""
    busy = exchange.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
    doublings = feed.state.failures + (1 if busy and exchange.retry_after is None else 0)
    wait: float = feed.settings.every * 2.0 ** min(doublings, _DOUBLINGS)
    return min(wait * (1.0 + jitter), DAY)


def _usual_wait(feed: Feed, state: FeedState) -> float:
    return max(feed.settings.every, _wish(state.ttl))


def _later(now: datetime, wait: float, exchange: Exchange, jitter: float) -> datetime:
    longest = max(wait, _wish(exchange.retry_after))
    return now + timedelta(seconds=longest * (1.0 + _SPREAD * jitter))


def _wish(asked: float | None) -> float:
    """Return the seconds that a server or a feed asks for, within bounds; 0 for none."""
    return seconds(asked, 0.0, DAY)


def _since(began: datetime | None, now: datetime) -> datetime:
    """Return when something began: now, if it is new, or if the clock was set back since."""
    return now if began is None else min(began, now)


def _lasted(since: datetime | None, now: datetime, duration: timedelta) -> bool:
    return since is not None and now - since >= duration
