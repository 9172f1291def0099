"""Decides until when deliveries are held, by `bot.timetable`, and what becomes of those that are due.

A held delivery is a row in state "held" that is due later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, tzinfo
from operator import itemgetter

from bot.match import matches, subject_of
from bot.model import HeldFor, Preferences, QuietHours, Style, Subscription
from bot.ports import Held
from bot.timetable import due_at, held_until
from storage.shared.mapping import NEVER, from_ms, maybe_from_ms, maybe_ms, post_from, to_ms
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
    alert of its own. The name of a message has the time in it, because the same row may be held again, and
    come in another message later.
    """
    return {
        "destination_id": row["destination_id"],
        "now": now,
        "state": "parked" if row["parked"] else "pending",
        "bundle": f"digest:{row['first']}:{now}" if row["digest"] or row["posts"] > 1 else None,
    }


@dataclass(frozen=True, slots=True)
class HeldBack:
    """The destinations that get nothing now.

    `quiet` and `probes` have `destination_id`, `until` and `reason`; `probes` are parked. `paused`: ids.
    """

    quiet: list[dict[str, object]] = field(default_factory=list)
    probes: list[dict[str, object]] = field(default_factory=list)
    paused: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.quiet or self.probes or self.paused)


def held_back(heads: Iterable[Row], now: datetime, zone: tzinfo) -> HeldBack:
    """Return which destinations get nothing now: it is quiet there, or their channel is paused.

    `heads` have `destination_id`, `holdable`, `parked`, `paused` and the columns of PREFERENCES. A message
    that may have arrived is not `holdable`: it must be looked for. Nor are notices.
    """
    found = HeldBack()
    for row in heads:
        if not row["holdable"]:
            continue
        if row["paused"] and not row["parked"]:
            found.paused.add(row["destination_id"])
        elif (held := _quiet(row, now, zone)) is not None:
            (found.probes if row["parked"] else found.quiet).append(held)
    return found


def _quiet(row: Row, now: datetime, zone: tzinfo) -> dict[str, object] | None:
    """Return until when and why a destination gets nothing, for the statements; None if it does."""
    preferences = preferences_from(row)
    until = held_until(preferences, now, zone)
    if until is None:
        return None
    snoozed = preferences.snoozed_until is not None and preferences.snoozed_until > now
    reason = HeldFor.SNOOZE if snoozed else HeldFor.QUIET
    return {"destination_id": row["destination_id"], "until": to_ms(until), "reason": reason.value}


@dataclass(frozen=True, slots=True)
class StillHeld:
    """What becomes of held rows: the ids of those to be deleted, and those that show another copy now.

    `shown` have `id` and `shown_id`.
    """

    deleted: list[int]
    shown: list[dict[str, object]]


def unfollowed(rows: Iterable[Row], subscriptions: Sequence[Subscription]) -> StillHeld:
    """Return which held rows have posts that none of the subscriptions of their destination lets through.

    `rows`: `delivery_id`, `shown` and the columns of each copy of its post, as a post may be in several
    feeds. Where only another copy is let through than the one to be shown, that one is shown.
    """
    keys = {key for each in subscriptions for key in each.filter.include | each.filter.exclude}
    has_words = any(key.startswith("w:") for key in keys)
    shown: dict[int, int] = {}
    passing: dict[int, list[int]] = {}
    for row in rows:
        subject = subject_of(post_from(row), row["text"] if has_words else "")
        shown[row["delivery_id"]] = row["shown"]
        copies = passing.setdefault(row["delivery_id"], [])
        if any(
            each.feed_id in (None, row["feed_id"]) and matches(each.filter, subject) for each in subscriptions
        ):
            copies.append(row["id"])
    return StillHeld(
        [delivery for delivery, copies in passing.items() if not copies],
        [
            {"id": delivery, "shown_id": min(copies)}
            for delivery, copies in passing.items()
            if copies and shown[delivery] not in copies
        ],
    )
