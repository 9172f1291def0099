"""When the digests of a destination come, and until when its messages are held. Pure.

Times of day are read on the wall clock of the destination's zone. One that does not exist on a day, because
the clocks go forward, is replaced by the next minute that exists. One that exists twice, because they go
back, counts once: the first time for a digest and for the start of quiet hours, the last for their end.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.model import Cadence, HeldFor, Preferences

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_LONGEST_GAP = 25 * 60  # minutes; a country that crosses the date line skips a whole day


def zone_of(preferences: Preferences, default: tzinfo) -> tzinfo:
    """Return the zone of a destination; `default` if it has none, or one that this machine does not know."""
    if not preferences.timezone:
        return default
    try:
        return ZoneInfo(preferences.timezone)
    except (KeyError, ValueError, OSError):
        return default


def next_digest(preferences: Preferences, cadence: Cadence, after: datetime, default: tzinfo) -> datetime:
    """Return the first daily or weekly digest time after a moment, in UTC, quiet or not."""
    zone = zone_of(preferences, default)
    for day in _days(after, zone):
        if cadence is Cadence.WEEKLY and day.weekday() != preferences.weekly:
            continue
        moment = instant(day, preferences.digest, zone)
        if moment > after:
            return moment
    raise ValueError(f"no digest time after {after}")


def held_until(preferences: Preferences, now: datetime, default: tzinfo) -> datetime | None:
    """Return when the quiet hours or the snooze at `now` end, in UTC; None if messages may be sent now."""
    zone = zone_of(preferences, default)
    moment, before = now, None
    while moment != before:  # a snooze may end in quiet hours
        before = moment
        if preferences.snoozed_until is not None:
            moment = max(moment, preferences.snoozed_until)
        moment = _end_of_quiet(preferences, moment, zone)
    return moment if moment > now else None


def due_at(
    preferences: Preferences, held_for: HeldFor, since: datetime, now: datetime, default: tzinfo
) -> datetime:
    """Return when a delivery that is held since `since` is due.

    For a digest: its first time after `since`. Never in quiet hours or a snooze, as far as they are known.
    A delivery of a paused channel has no such time; see the store's `pause`.
    """
    due = now
    if held_for in (HeldFor.DAILY, HeldFor.WEEKLY):
        due = next_digest(preferences, Cadence(held_for.value), since, default)
    return held_until(preferences, max(due, now), default) or due


def instant(day: date, clock: time, zone: tzinfo, *, last: bool = False) -> datetime:
    """Return the moment of a time of day in UTC. `last`: the second one where the time exists twice."""
    local = datetime.combine(day, clock)
    for _ in range(_LONGEST_GAP):
        moment = local.replace(tzinfo=zone, fold=int(last)).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == local:
            return moment
        local += _MINUTE
    raise ValueError(f"{clock} does not exist on {day} in {zone}")


def _days(after: datetime, zone: tzinfo) -> Iterator[date]:
    """Yield the days on which the next digest may be, from the day before `after` on."""
    first = after.astimezone(zone).date() - _DAY
    return (first + number * _DAY for number in range(10))


def _end_of_quiet(preferences: Preferences, now: datetime, zone: tzinfo) -> datetime:
    """Return the end of the quiet hours at `now`; `now` itself outside them."""
    quiet = preferences.quiet
    if quiet is None:
        return now
    today = now.astimezone(zone).date()
    for day in (today - _DAY, today):
        start = instant(day, quiet.start, zone)
        end = instant(day + _DAY if quiet.end <= quiet.start else day, quiet.end, zone, last=True)
        if start <= now < end:
            return end
    return now
