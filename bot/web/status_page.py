"""The status page: one HTML document without script or anything to load. Pure.

Without `names` it shows nothing that names a place or a person: counts, feeds and posts alone.
"""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from markupsafe import Markup

from bot.ports import FeedDays
from bot.text.counting import counted
from bot.text.sanitize import one_line
from bot.text.templates import render
from bot.troubles import feed_troubles, is_stuck, unreachable
from bot.web.cards import (
    NAME,
    REASON,
    chat_cards,
    feed_card,
    held_lines,
    parked_lines,
    story_card,
    title,
)
from bot.web.snapshot import Overview, ProcessState
from bot.web.times import Times, grouped, span, took

_HELD_LINES = 20

STYLE = files("bot.web").joinpath("status.css").read_text("utf-8")
# The source by which a Content-Security-Policy allows this style and no other.
STYLE_SOURCE = f"'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"


def status_page(seen: Overview, state: ProcessState, *, names: bool = False, asks: bool = False) -> str:
    """Return the page as HTML. Times are shown in the zone of the state.

    `names`: show names of places. `asks`: link to the page that shows them to those with the token.
    """
    totals, nothing = seen.totals, FeedDays()
    held, more_held = held_lines(seen.held, names=names, most=_HELD_LINES)
    problems = list(_problems(seen, state))
    return render(
        "bot.web",
        "status.html.j2",
        style=Markup(STYLE),  # noqa: S704 -- our own file
        verdict=_verdict(problems, seen),
        problems=problems,
        feeds=[
            feed_card(each, seen.days.get(each.feed.id, nothing), state.now, seen.hubs.get(each.feed.id))
            for each in seen.feeds
        ],
        more_feeds=totals.feeds - len(seen.feeds),
        totals=totals,
        chats=chat_cards(state.adapters, totals.platforms),
        latencies=_latencies(seen),
        stories=[story_card(each, names=names) for each in seen.stories],
        held=held,
        more_held=more_held,
        held_beyond=totals.sum("held") - sum(each.posts for each in seen.held),
        parked=parked_lines(seen.parked, totals.platforms, names=names),
        more_parked=totals.times.parked_places - len(seen.parked),
        loops=[(title(name), lives) for name, lives in state.loops.items()],
        names=names,
        asks=asks and not names,
        state=state,
        version=one_line(state.version, NAME),
        times=Times(state.now, state.zone),
        counted=counted,
        grouped=grouped,
    )


def _verdict(problems: Sequence[str], seen: Overview) -> str:
    """Return the state of the bot in one line."""
    if len(problems) > 1:
        return f"{len(problems)} things need a look."
    if problems:
        return problems[0]
    told = f"{counted(seen.totals.feeds, 'feed')} watched"
    if seen.latencies.seen:
        told += f", the last alert took {took(seen.latencies.seen[0])}"
    return f"All well: {told}."


def _problems(seen: Overview, state: ProcessState) -> Iterator[str]:
    """Yield a sentence for each problem."""
    totals = seen.totals
    yield from _broken_parts(state)
    yield from feed_troubles(totals.conditions)
    yield from unreachable(totals.times.parked_places)
    oldest = totals.times.oldest_waiting
    if oldest is not None and is_stuck(oldest, state.now):
        yield f"Alerts are stuck: the oldest has waited for {span(state.now - oldest)}."


def _broken_parts(state: ProcessState) -> Iterator[str]:
    for name, lives in state.loops.items():
        if not lives:
            yield f"The {one_line(name, NAME)} loop is dead."
    for name, connected in state.adapters.items():
        if not connected:
            yield f"{title(name)} is not connected."
    for trouble in state.troubles:
        yield one_line(trouble, REASON)


@dataclass(frozen=True, slots=True)
class Quantiles:
    """How long alerts took `since` then: half of them at most `median`, and 19 of 20 at most `most`."""

    since: str
    median: str
    most: str


def _latencies(seen: Overview) -> list[Quantiles]:
    """Return how long alerts took from each beginning; nothing without alerts."""
    return [
        Quantiles(words, took(quantile(times, 0.5)), took(quantile(times, 0.95)))
        for words, times in (
            ("From publication to alert", seen.latencies.published),
            ("From when the bot saw it to alert", seen.latencies.seen),
        )
        if times
    ]


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of the values do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
