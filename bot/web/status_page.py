"""The status page: one HTML document without script or anything to load. Pure.

It shows feeds and counts only. Text from outside, such as names and errors, is cleaned by `one_line` and then
escaped by the template.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import sha256
from importlib.resources import files

from markupsafe import Markup

from bot.model import Feed
from bot.text.sanitize import one_line
from bot.text.templates import render
from bot.web.snapshot import Snapshot

_MINUTE, _HOUR, _DAY = 60, 3600, 86400  # seconds
_TONES = {"well": "good", "not read yet": "wait"}  # of a feed's condition; any other is "bad"


@dataclass(frozen=True, slots=True)
class PageSettings:
    """What the page counts as a problem, and how much it shows."""

    late: timedelta = timedelta(minutes=10)  # a poll that is overdue by more: polling has stalled
    stuck: timedelta = timedelta(minutes=10)  # an alert that has waited longer
    feeds: int = 100
    name: int = 80  # characters
    reason: int = 300  # characters of an error


PAGE = PageSettings()

STYLE = files("bot.web").joinpath("status.css").read_text("utf-8")
# The source by which a Content-Security-Policy allows this style and no other.
STYLE_SOURCE = f"'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"


def status_page(snapshot: Snapshot) -> str:
    """Return the page as HTML. Times are shown in the zone of the snapshot."""
    feeds = snapshot.feeds
    ordered = sorted(feeds, key=lambda feed: _condition(feed, snapshot.now) in _TONES)
    return render(
        "bot.web",
        "status.html.j2",
        style=Markup(STYLE),  # noqa: S704 -- our own file
        problems=list(_problems(snapshot)),
        feeds=[_card(feed, snapshot.now) for feed in ordered[: PAGE.feeds]],
        more_feeds=len(feeds) - PAGE.feeds,
        queue=snapshot.queue,
        adapters=_named(snapshot.adapters),
        loops=_named(snapshot.loops),
        now=snapshot.now,
        started=snapshot.started,
        version=one_line(snapshot.version, PAGE.name),
        times=Times(snapshot.now, snapshot.zone),
        counted=_counted,
    )


def _problems(snapshot: Snapshot) -> Iterator[str]:
    """Yield a sentence for each problem."""
    feeds, queue, now = snapshot.feeds, snapshot.queue, snapshot.now
    yield from _broken_parts(snapshot)
    if not feeds:
        yield "No feed is watched yet."
    for kind in ("failing", "stopped", "overdue"):
        if number := sum(_condition(feed, now) == kind for feed in feeds):
            yield f"{number} of {_counted(len(feeds), 'feed')} {'is' if number == 1 else 'are'} {kind}."
    if queue.parked:
        yield f"{_counted(len(queue.parked), 'destination')} cannot be reached."
    if queue.oldest_waiting and now - queue.oldest_waiting > PAGE.stuck:
        yield "Alerts are stuck in the outbox."


def _broken_parts(snapshot: Snapshot) -> Iterator[str]:
    for name, lives in snapshot.loops.items():
        if not lives:
            yield f"The {one_line(name, PAGE.name)} loop is dead."
    for name, connected in _named(snapshot.adapters):
        if not connected:
            yield f"{name} is not connected."
    for trouble in snapshot.troubles:
        yield one_line(trouble, PAGE.reason)


def _named(parts: Mapping[str, bool]) -> list[tuple[str, bool]]:
    """Return the display name of each part, and whether the part is well."""
    return [(one_line(name.capitalize(), PAGE.name), well) for name, well in parts.items()]


def _condition(feed: Feed, now: datetime) -> str:
    """Return "stopped", "failing", "overdue", "not read yet" or "well"."""
    if feed.state.stopped:
        return "stopped"
    if feed.state.failures:
        return "failing"
    if now - feed.next_poll_at > PAGE.late:
        return "overdue"
    return "well" if feed.state.last_success_at else "not read yet"


@dataclass(frozen=True, slots=True)
class FeedCard:
    """What the page shows about a feed. `due`: the next check is due now. `error`: "" for none."""

    name: str
    condition: str
    tone: str
    last_success: datetime | None
    next_check: datetime | None
    due: bool
    failures: int
    failing_since: datetime | None
    error: str


def _card(feed: Feed, now: datetime) -> FeedCard:
    state, condition = feed.state, _condition(feed, now)
    return FeedCard(
        name=one_line(feed.settings.name, PAGE.name),
        condition=condition,
        tone=_TONES.get(condition, "bad"),
        last_success=state.last_success_at,
        next_check=None if state.stopped else feed.next_poll_at,
        due=not state.stopped and feed.next_poll_at <= now,
        failures=state.failures,
        failing_since=state.failing_since,
        error=one_line(state.last_error, PAGE.reason),
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Times:
    """Formats times for the page, in a time zone and relative to `now`."""

    now: datetime
    zone: tzinfo

    def utc(self, time: datetime) -> str:
        """Return the time for machines: "2022-11-26T23:38:00Z"."""
        return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def local(self, time: datetime) -> str:
        """Return the time for people: "2022-11-26 23:38 UTC"."""
        return f"{time.astimezone(self.zone):%Y-%m-%d %H:%M} {self.zone}"

    def distance(self, time: datetime) -> str:
        """Return "3 min ago" or "in 3 min"."""
        return f"in {_span(time - self.now)}" if time > self.now else f"{self.age(time)} ago"

    def age(self, time: datetime) -> str:
        """Return how long ago the time was: "3 min"."""
        return _span(self.now - time)


def _span(span: timedelta) -> str:
    """Return a duration in minutes, hours (below 2 days) or days, rounded down."""
    seconds = span.total_seconds()
    if seconds < _MINUTE:
        return "under 1 min"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min"
    if seconds < 2 * _DAY:
        return f"{seconds // _HOUR:.0f} h"
    return f"{seconds // _DAY:.0f} days"
