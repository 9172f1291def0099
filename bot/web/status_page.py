"""The status page: one HTML document without script or anything to load. Pure.

Counts and feeds only. Whatever came from outside (names, errors) passes `_text` before it is shown.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import sha256
from html import escape

from bot.model import Feed
from bot.ports import QueueHealth
from bot.text.sanitize import one_line
from bot.web.snapshot import Snapshot

LATE = timedelta(minutes=10)  # beyond a due poll: nobody polls
STUCK = timedelta(minutes=10)  # an alert that waits longer is worth a word
MOST_FEEDS = 100
_LONGEST_NAME = 80
_LONGEST_REASON = 300
_MINUTE, _HOUR, _DAY = 60, 3600, 86400  # seconds

STYLE = """
:root {
  --page: #f6f7f9; --card: #ffffff; --line: #dfe3e8; --text: #1b2128; --soft: #59636e;
  --good: #1a7f37; --bad: #c5221f; --wait: #8a5a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1318; --card: #181e25; --line: #2d353f; --text: #e6eaef; --soft: #9aa5b1;
    --good: #57c06d; --bad: #ff8a80; --wait: #e3b341;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 1.5rem 1rem 2.5rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
main, footer { max-width: 48rem; margin: 0 auto; }
h1, h2, h3, p, ul, dl, dd { margin: 0; padding: 0; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
h3 { font-size: 1rem; }
ul { list-style: none; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; }
.verdict { margin-top: 1rem; border-left: .3rem solid var(--tone); font-weight: 600; }
.good { --tone: var(--good); } .bad { --tone: var(--bad); } .wait { --tone: var(--wait); }
.state { color: var(--tone); font-weight: 600; white-space: nowrap; }
.state::before {
  content: ""; display: inline-block; width: .6em; height: .6em; margin-right: .4em;
  border-radius: 50%; background: currentColor;
}
.head { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; }
.feeds li + li { margin-top: .5rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .5rem 1.5rem; }
.feeds dl { margin-top: .35rem; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); }
dt, small, footer { color: var(--soft); font-size: .875rem; }
dl.numbers dd { font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }
dl.numbers small { display: block; font-weight: 400; }
.reason { margin-top: .5rem; padding-top: .5rem; border-top: 1px solid var(--line); }
footer { margin-top: 2rem; }
a { color: inherit; }
"""
# What a Content-Security-Policy names to let this style, and no other, through.
STYLE_SOURCE = f"'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Bystander: {title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>Bystander</h1>
{verdict}
<section><h2>Feeds</h2>{feeds}</section>
<section><h2>Outbox</h2>{outbox}</section>
{parts}
</main>
<footer>
<p>As of {now}. Bystander {version}, running since {started}. <a href="metrics">Metrics</a></p>
</footer>
</body>
</html>
"""


def status_page(snapshot: Snapshot) -> str:
    """Return the page as HTML. Times are shown in the zone of the snapshot."""
    problems = list(_problems(snapshot))
    verdict = "".join(f"<li>{problem}</li>" for problem in problems or ["All well."])
    return _PAGE.format(
        title="needs a look" if problems else "all well",
        style=STYLE,
        verdict=f'<ul class="card verdict {"bad" if problems else "good"}">{verdict}</ul>',
        feeds=_feeds(snapshot),
        outbox=_outbox(snapshot.queue, snapshot.now),
        parts=_parts("Chats", snapshot.adapters, "connected", "not connected")
        + _parts("Loops", snapshot.loops, "running", "dead"),
        now=_moment(snapshot.now, snapshot.zone),
        version=_text(snapshot.version, _LONGEST_NAME),
        started=_moment(snapshot.started, snapshot.zone),
    )


def _problems(snapshot: Snapshot) -> Iterator[str]:
    """Yield what needs a look, a sentence each."""
    feeds, queue, now = snapshot.feeds, snapshot.queue, snapshot.now
    yield from _broken_parts(snapshot)
    if not feeds:
        yield "No feed is watched yet."
    for kind in ("failing", "stopped", "overdue"):
        if number := sum(_condition(feed, now) == kind for feed in feeds):
            yield f"{number} of {_counted(len(feeds), 'feed')} {'is' if number == 1 else 'are'} {kind}."
    if queue.parked:
        yield f"{_counted(len(queue.parked), 'destination')} cannot be reached."
    if queue.oldest_waiting and now - queue.oldest_waiting > STUCK:
        yield "Alerts are stuck in the outbox."


def _broken_parts(snapshot: Snapshot) -> Iterator[str]:
    for name, lives in snapshot.loops.items():
        if not lives:
            yield f"The {_text(name, _LONGEST_NAME)} loop is dead."
    for name, connected in snapshot.adapters.items():
        if not connected:
            yield f"{_text(name.capitalize(), _LONGEST_NAME)} is not connected."
    for trouble in snapshot.troubles:
        yield _text(trouble, _LONGEST_REASON)


def _condition(feed: Feed, now: datetime) -> str:
    """Return "stopped", "failing", "overdue", "not read yet" or "well"."""
    if feed.state.stopped:
        return "stopped"
    if feed.state.failures:
        return "failing"
    if now - feed.next_poll_at > LATE:
        return "overdue"
    return "well" if feed.state.last_success_at else "not read yet"


def _feeds(snapshot: Snapshot) -> str:
    """Return the feeds as a list, those in trouble first."""
    feeds, now = snapshot.feeds, snapshot.now
    if not feeds:
        return '<p class="card">None.</p>'
    ordered = sorted(feeds, key=lambda feed: _condition(feed, now) in ("well", "not read yet"))
    items = "".join(_feed(feed, now, snapshot.zone) for feed in ordered[:MOST_FEEDS])
    more = len(feeds) - MOST_FEEDS
    rest = f"<p><small>And {_counted(more, 'feed')} more.</small></p>" if more > 0 else ""
    return f'<ul class="feeds">{items}</ul>{rest}'


def _feed(feed: Feed, now: datetime, zone: tzinfo) -> str:
    state, condition = feed.state, _condition(feed, now)
    tone = {"well": "good", "not read yet": "wait"}.get(condition, "bad")
    read = _when(state.last_success_at, now, zone) if state.last_success_at else "never"
    due = f"{'' if feed.next_poll_at > now else 'due '}{_when(feed.next_poll_at, now, zone)}"
    if feed.state.stopped:
        due = "none"
    return (
        f'<li class="card {tone}"><div class="head"><h3>{_text(feed.settings.name, _LONGEST_NAME)}</h3>'
        f'<span class="state">{condition}</span></div>'
        f"<dl><div><dt>Last success</dt><dd>{read}</dd></div>"
        f"<div><dt>Next check</dt><dd>{due}</dd></div></dl>"
        f"{_reason(feed, zone)}</li>"
    )


def _reason(feed: Feed, zone: tzinfo) -> str:
    """Return why the feed fails; "" for one that does not."""
    state = feed.state
    if not state.failures:
        return ""
    since = f", since {_moment(state.failing_since, zone)}" if state.failing_since else ""
    error = _text(state.last_error, _LONGEST_REASON) or "no reason is known"
    return (
        f'<p class="reason">{error}<br><small>{_counted(state.failures, "poll")} in a row{since}</small></p>'
    )


def _outbox(queue: QueueHealth, now: datetime) -> str:
    oldest = f"<small>oldest: {_span(now - queue.oldest_waiting)}</small>" if queue.oldest_waiting else ""
    numbers = (
        ("Waiting", f"{queue.waiting:,}{oldest}"),
        ("Destinations on hold", f"{len(queue.parked):,}"),
        ("Sent", f"{queue.sent:,}"),
        ("Given up", f"{queue.failed:,}"),
    )
    cells = "".join(f"<div><dt>{name}</dt><dd>{number}</dd></div>" for name, number in numbers)
    return f'<dl class="card numbers">{cells}</dl>'


def _parts(heading: str, parts: Mapping[str, bool], good: str, bad: str) -> str:
    if not parts:
        return ""
    items = "".join(
        f'<div class="{"good" if well else "bad"}"><dt>{_text(name.capitalize(), _LONGEST_NAME)}</dt>'
        f'<dd class="state">{good if well else bad}</dd></div>'
        for name, well in parts.items()
    )
    return f'<section><h2>{heading}</h2><dl class="card">{items}</dl></section>'


def _text(text: str, limit: int) -> str:
    """Return outside text on one line, at most `limit` characters long, as HTML text."""
    return escape(one_line(text, limit))


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _when(time: datetime, now: datetime, zone: tzinfo) -> str:
    """Return "3 min ago" or "in 3 min", and the moment."""
    words = f"in {_span(time - now)}" if time > now else f"{_span(now - time)} ago"
    return f"{words} <small>{_moment(time, zone)}</small>"


def _moment(time: datetime, zone: tzinfo) -> str:
    shown = f"{time.astimezone(zone):%Y-%m-%d %H:%M} {escape(str(zone))}"
    return f'<time datetime="{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}">{shown}</time>'


def _span(span: timedelta) -> str:
    """Return a length of time in its largest unit, rounded down."""
    seconds = span.total_seconds()
    if seconds < _MINUTE:
        return "under 1 min"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min"
    if seconds < 2 * _DAY:
        return f"{seconds // _HOUR:.0f} h"
    return f"{seconds // _DAY:.0f} days"
