"""Reads what the status page and the metrics show from rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from bot.model import Feed, HeldFor
from bot.ports import (
    DAYS,
    Condition,
    Delivered,
    FeedDays,
    FeedFigure,
    FeedSeen,
    HeldPlace,
    Latencies,
    ParkedPlace,
    PlatformCounts,
    QueueTimes,
    Story,
)
from storage.shared.feed_rows import feed_from
from storage.shared.mapping import from_ms, maybe_from_ms, to_ms, until_from
from storage.shared.rows import Row
from storage.shared.stories import story_post_from

DAY = 86_400_000  # milliseconds
FEW_OLD_DAYS = 500  # rows of days that are too old, deleted with one batch of polls at most


def day_of(moment: datetime) -> int:
    """Return the day (UTC) since 1970-01-01."""
    return to_ms(moment) // DAY


def first_day(now: datetime) -> int:
    """Return the oldest day that is kept."""
    return day_of(now) - DAYS + 1


def conditions_from(rows: Iterable[Row]) -> dict[Condition, int]:
    """Return the numbers of rows with `condition` and `feeds`."""
    return {Condition(row["condition"]): row["feeds"] for row in rows}


def feeds_from(rows: Iterable[Row]) -> list[Feed]:
    """Return the feeds of rows of `feeds`."""
    return [feed_from(row) for row in rows]


def figures_from(rows: Iterable[Row]) -> list[FeedFigure]:
    """Return the figures of rows with `name`, `next_poll_at`, `last_success_at` and `state` of `feeds`."""
    return [_figure(row, json.loads(row["state"])) for row in rows]


def _figure(row: Row, state: Mapping[str, Any]) -> FeedFigure:
    return FeedFigure(
        row["name"],
        from_ms(row["next_poll_at"]),
        maybe_from_ms(row["last_success_at"]),
        state.get("failures", 0),
        state.get("stopped", False),
    )


def feeds_seen_from(rows: Iterable[Row]) -> list[FeedSeen]:
    """Return feeds of rows of `feeds` with `condition`."""
    return [FeedSeen(feed_from(row), Condition(row["condition"])) for row in rows]


def days_from(posts: Iterable[Row], polls: Iterable[Row], now: datetime) -> dict[int, FeedDays]:
    """Return the days by feed. `posts`: `feed_id`, `day`, `posts`; `polls`: those of `poll_days`."""
    first = first_day(now)
    found: dict[int, dict[str, list[int]]] = {}
    for names, rows in ((("posts",), posts), (("good", "failed"), polls)):
        for row in rows:
            days = found.setdefault(
                row["feed_id"], {name: [0] * DAYS for name in ("posts", "good", "failed")}
            )
            if 0 <= row["day"] - first < DAYS:
                for name in names:
                    days[name][row["day"] - first] = int(row[name])
    return {
        feed: FeedDays(**{name: tuple(numbers) for name, numbers in days.items()})
        for feed, days in found.items()
    }


def counts_from(rows: Iterable[Row]) -> dict[str, PlatformCounts]:
    """Return the counts of rows with `platform` and a column for each state."""
    names = ("sent", "failed", "waiting", "held", "parked")
    return {row["platform"]: PlatformCounts(**{name: int(row[name]) for name in names}) for row in rows}


def times_of(row: Row) -> QueueTimes:
    """Return the times of a row with `oldest`, `held_until` and `parked_places`."""
    return QueueTimes(maybe_from_ms(row["oldest"]), until_from(row["held_until"]), row["parked_places"])


def latencies_from(rows: Iterable[Row]) -> Latencies:
    """Return the times of rows with `published` and `seen`, in milliseconds."""
    pairs = [(max(0, row["published"]) / 1000, max(0, row["seen"]) / 1000) for row in rows]
    return Latencies(tuple(first for first, _ in pairs), tuple(second for _, second in pairs))


def stories_from(posts: Sequence[Row], places: Sequence[Row], limit: int) -> list[Story]:
    """Return posts with their places: rows with `post_id`, sorted by it, up to `limit` and one more each."""
    of: Mapping[int, list[Row]] = {
        post: list(rows) for post, rows in groupby(places, key=itemgetter("post_id"))
    }
    return [
        Story(
            story_post_from(row),
            tuple(_delivered(each) for each in of.get(row["id"], [])[:limit]),
            more=len(of.get(row["id"], [])) > limit,
        )
        for row in posts
    ]


def _delivered(row: Row) -> Delivered:
    held = row["state"] == "held"
    return Delivered(
        row["address"],
        row["state"],
        HeldFor(row["held_for"]) if held else HeldFor.NOTHING,
        until_from(row["due_at"]) if held else None,
    )


def held_from(rows: Iterable[Row]) -> list[HeldPlace]:
    """Return what is held, of rows with `address`, `held_for`, `posts` and `due`."""
    return [
        HeldPlace(row["address"], HeldFor(row["held_for"]), row["posts"], until_from(row["due"]))
        for row in rows
    ]


def parked_from(rows: Iterable[Row]) -> list[ParkedPlace]:
    """Return places of rows of `destinations`."""
    return [
        ParkedPlace(
            row["address"],
            row["parked_reason"],
            from_ms(row["parked_at"]),
            maybe_from_ms(row["probe_at"]),
        )
        for row in rows
    ]
