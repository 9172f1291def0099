"""Decides until when deliveries are held, by `bot.timetable`, and what becomes of those that are due.

A held delivery is a row in state "held" that is due later.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, tzinfo
from operator import itemgetter

from bot.model import HeldFor, Preferences, QuietHours, Style
from bot.ports import Held
from bot.timetable import due_at, held_until
from storage.shared.mapping import NEVER, from_ms, maybe_from_ms, maybe_ms, to_ms
from storage.shared.rows import Row

PREFERENCES = "d.timezone, d.quiet, d.digest, d.weekly, d.snoozed_until, d.style, d.mention_last"
UNPLANNED = 0  # the due time of a held row between its insertion and the plan for it
_planned_by = itemgetter(
    *("held_for", "created_at", "timezone", "quiet", "digest", "weekly", "snoozed_until"),
)


def preferences_from(row: Row) -> Preferences:
    """Return the preferences in a row with the columns of PREFERENCES."""
    start, _, end = row["quiet"].partition("-")
    return Preferences(
        timezone=row["timezone"],
        quiet=QuietHours(time.fromisoformat(start), time.fromisoformat(end)) if end else None,
        digest=time.fromisoformat(row["digest"]),
        weekly=row["weekly"],
        snoozed_until=maybe_from_ms(row["snoozed_until"]),
        style=Style(row["style"]),
        mention_last=bool(row["mention_last"]),
    )


def preference_parameters(preferences: Preferences) -> dict[str, object]:
    """Return preferences as parameters of a statement on `destinations`."""
    return {
        "timezone": preferences.timezone,
        "quiet": str(preferences.quiet) if preferences.quiet else "",
        "digest": f"{preferences.digest:%H:%M}",
        "weekly": preferences.weekly,
        "snoozed_until": maybe_ms(preferences.snoozed_until),
        "style": preferences.style.value,
        "mention_last": int(preferences.mention_last),
    }


def held_from(row: Row) -> Held:
    """Return what is held for one reason, from a row with `held_for`, `posts` and `due`."""
    until = None if row["due"] >= NEVER else from_ms(row["due"])
    return Held(HeldFor(row["held_for"]), row["posts"], until)


def planned(rows: Iterable[Row], now: datetime | None, zone: tzinfo) -> list[dict[str, object]]:
    """Return `id` and the new `due` (milliseconds) of the held rows whose due time changes.

    `rows` have `id`, `due_at`, `held_for`, `created_at` and the columns of PREFERENCES. `now`: None for the
    time at which each row was created.
    """
    known: dict[object, int] = {}  # most rows of one poll differ in nothing but their id
    changed: list[dict[str, object]] = []
    for row in rows:
        key = _planned_by(row)
        if key not in known:
            known[key] = _due(row, now, zone)
        if known[key] != row["due_at"]:
            changed.append({"id": row["id"], "due": known[key]})
    return changed


def _due(row: Row, now: datetime | None, zone: tzinfo) -> int:
    created = from_ms(row["created_at"])
    since = created if now is None else min(created, now)
    return to_ms(due_at(preferences_from(row), HeldFor(row["held_for"]), since, now or since, zone))


def released(row: Row, now: int) -> dict[str, object]:
    """Return how what is due of a destination goes on: as one message, or as one alert.

    `row` has `destination_id`, `first` (the id of the first held row), `posts` (how many), `parked` and
    `digest` (whether any was asked for as a digest). A single post that no digest was asked for stays an
    alert of its own.
    """
    return {
        "destination_id": row["destination_id"],
        "now": now,
        "state": "parked" if row["parked"] else "pending",
        "bundle": f"digest:{row['first']}" if row["digest"] or row["posts"] > 1 else None,
    }


def held_back(heads: Iterable[Row], now: datetime, zone: tzinfo) -> list[dict[str, object]]:
    """Return `destination_id`, `until` and `reason` of each destination in which it is quiet now.

    A message that may have arrived is not held: it must be looked for. Nor are notices, nor the probe of a
    parked destination: their `may_hold` is false.
    """
    found: list[dict[str, object]] = []
    for row in heads:
        if not row["may_hold"]:
            continue
        preferences = preferences_from(row)
        until = held_until(preferences, now, zone)
        if until is None:
            continue
        snoozed = preferences.snoozed_until is not None and preferences.snoozed_until > now
        reason = HeldFor.SNOOZE if snoozed else HeldFor.QUIET
        found.append({"destination_id": row["destination_id"], "until": to_ms(until), "reason": reason.value})
    return found
