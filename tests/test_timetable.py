"""When digests come and until when messages are held, on the clocks of many zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.model import Cadence, HeldFor, Preferences, QuietHours
from bot.timetable import due_at, held_until, instant, next_digest, zone_of

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",  # half an hour
    "Asia/Kolkata",  # half an hour, no change
    "Asia/Kathmandu",  # a quarter
    "Australia/Lord_Howe",  # the clock changes by half an hour
    "Australia/Sydney",  # the south
    "America/Santiago",  # the clock changes at midnight
    "Pacific/Apia",  # 30 December 2011 did not exist
    "Africa/Casablanca",  # the clock goes back for Ramadan
]
clocks = some.times().map(lambda each: each.replace(second=0, microsecond=0, tzinfo=None))
moments = some.integers(15_000 * 1440, 22_000 * 1440).map(
    lambda minutes: datetime.fromtimestamp(60 * minutes, UTC)  # January 2011 to March 2030
)
zones = some.sampled_from(ZONES)
cadences = some.sampled_from([Cadence.DAILY, Cadence.WEEKLY])


def at(text: str, zone: str = "UTC") -> datetime:
    """Return a moment that is written as on the clock of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def wishes(zone: str = "UTC", digest: str = "08:00", quiet: str = "", **rest: object) -> Preferences:
    start, _, end = quiet.partition("-")
    hours = QuietHours(time.fromisoformat(start), time.fromisoformat(end)) if end else None
    return Preferences(timezone=zone, digest=time.fromisoformat(digest), quiet=hours, **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("zone", "digest", "after", "expected"),
    [
        ("UTC", "08:00", "2026-03-01T07:59+00:00", "2026-03-01T08:00+00:00"),
        ("UTC", "08:00", "2026-03-01T08:00+00:00", "2026-03-02T08:00+00:00"),  # not the one of this moment
        ("Asia/Shanghai", "08:00", "2026-03-01T07:59+00:00", "2026-03-02T00:00+00:00"),
        # Forward at 02:00: half past two does not exist, the next minute is three o'clock.
        ("Europe/Berlin", "02:30", "2026-03-29T00:00+00:00", "2026-03-29T01:00+00:00"),
        ("America/New_York", "02:30", "2026-03-08T06:00+00:00", "2026-03-08T07:00+00:00"),
        ("Australia/Sydney", "02:30", "2026-10-03T15:00+00:00", "2026-10-03T16:00+00:00"),
        ("Australia/Lord_Howe", "02:15", "2026-10-03T15:00+00:00", "2026-10-03T15:30+00:00"),
        ("America/Santiago", "00:00", "2026-09-06T03:30+00:00", "2026-09-06T04:00+00:00"),  # midnight is gone
        # Back at 03:00: half past two exists twice, the first counts, and only that.
        ("Europe/Berlin", "02:30", "2026-10-25T00:00+00:00", "2026-10-25T00:30+00:00"),
        ("Europe/Berlin", "02:30", "2026-10-25T00:30+00:00", "2026-10-26T01:30+00:00"),
        ("Australia/Lord_Howe", "01:45", "2026-04-04T14:45+00:00", "2026-04-05T15:15+00:00"),
        ("UTC", "00:00", "2028-02-28T12:00+00:00", "2028-02-29T00:00+00:00"),  # leap day
        ("UTC", "00:00", "2028-02-29T00:00+00:00", "2028-03-01T00:00+00:00"),
        ("Pacific/Apia", "09:00", "2011-12-29T19:00+00:00", "2011-12-30T10:00+00:00"),  # the skipped day's
        ("Pacific/Apia", "09:00", "2011-12-30T10:00+00:00", "2011-12-30T19:00+00:00"),
    ],
)
def test_a_daily_digest_comes_at_the_first_time_that_exists(
    zone: str, digest: str, after: str, expected: str
) -> None:
    found = next_digest(wishes(zone, digest), Cadence.DAILY, datetime.fromisoformat(after), UTC)

    assert found == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-03-02T07:59", "2026-03-02T08:00"),  # a Monday
        ("2026-03-02T08:00", "2026-03-09T08:00"),
        ("2026-03-08T23:59", "2026-03-09T08:00"),
    ],
)
def test_a_weekly_digest_comes_on_its_day(after: str, expected: str) -> None:
    assert next_digest(wishes(), Cadence.WEEKLY, at(after), UTC) == at(expected)


@given(zone=zones, clock=clocks, start=moments, cadence=cadences, weekly=some.integers(0, 6))
def test_every_day_has_one_digest_and_every_week_one(
    zone: str, clock: time, start: datetime, cadence: Cadence, weekly: int
) -> None:
    preferences = Preferences(timezone=zone, digest=clock, weekly=weekly)
    found = [start]
    for _ in range(6):
        found.append(next_digest(preferences, cadence, found[-1], UTC))

    step = timedelta(days=1 if cadence is Cadence.DAILY else 7)
    skipped = timedelta(days=1) if zone == "Pacific/Apia" else timedelta()
    for before, after in pairwise(found[1:]):
        assert abs(after - before - step) <= timedelta(hours=2) + skipped
        assert after > before
    for each in found[1:]:
        local = each.astimezone(ZoneInfo(zone))
        shifted = (local.replace(tzinfo=None) - datetime.combine(local.date(), clock)) % timedelta(days=1)
        assert shifted <= timedelta(hours=1) or skipped  # later only by the length of a gap


@pytest.mark.parametrize(
    ("zone", "quiet", "now", "expected"),
    [
        ("UTC", "22:00-07:00", "2026-03-01T21:59", None),
        ("UTC", "22:00-07:00", "2026-03-01T22:00", "2026-03-02T07:00"),
        ("UTC", "22:00-07:00", "2026-03-02T06:59", "2026-03-02T07:00"),
        ("UTC", "22:00-07:00", "2026-03-02T07:00", None),
        ("UTC", "13:00-14:00", "2026-03-02T13:30", "2026-03-02T14:00"),
        ("UTC", "00:00-23:59", "2026-03-02T12:00", "2026-03-02T23:59"),
        ("Asia/Kathmandu", "22:00-07:00", "2026-03-01T23:00", "2026-03-02T07:00"),
        ("Europe/Berlin", "22:00-07:00", "2026-03-29T01:30", "2026-03-29T07:00"),  # the night of 23 hours
        ("Europe/Berlin", "22:00-02:30", "2026-03-29T01:30", "2026-03-29T03:00"),  # its end does not exist
        ("Europe/Berlin", "02:00-02:30", "2026-03-29T01:59", None),  # does not exist at all
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(
    zone: str, quiet: str, now: str, expected: str | None
) -> None:
    found = held_until(wishes(zone, quiet=quiet), at(now, zone), UTC)

    assert found == (None if expected is None else at(expected, zone))


def test_an_end_that_exists_twice_is_the_second_one_so_that_the_night_has_no_hole() -> None:
    preferences = wishes("Europe/Berlin", quiet="22:00-02:30")
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # half past two in winter time

    for minutes in range(0, 4 * 60, 10):
        now = datetime(2026, 10, 24, 21, 30, tzinfo=UTC) + timedelta(minutes=minutes)
        assert held_until(preferences, now, UTC) == (second if now < second else None)


def test_a_snooze_that_ends_in_quiet_hours_lasts_until_their_end() -> None:
    preferences = wishes(quiet="22:00-07:00", snoozed_until=at("2026-03-03T23:00"))

    assert held_until(preferences, at("2026-03-01T12:00"), UTC) == at("2026-03-04T07:00")
    assert held_until(preferences, at("2026-03-04T07:00"), UTC) is None
    assert held_until(wishes(snoozed_until=at("2026-03-01T12:00")), at("2026-03-01T12:00"), UTC) is None


def test_a_digest_that_is_due_in_quiet_hours_comes_at_their_end() -> None:
    preferences = wishes(digest="06:00", quiet="22:00-07:00")
    since = at("2026-03-01T12:00")

    assert due_at(preferences, HeldFor.DAILY, since, since, UTC) == at("2026-03-02T07:00")
    assert due_at(preferences, HeldFor.QUIET, since, since, UTC) == since


def test_a_digest_time_that_has_passed_is_due_at_once() -> None:
    """A bot that was off at eight sends at nine, and does not wait for the next morning."""
    now = at("2026-03-02T09:00")

    assert due_at(wishes(), HeldFor.DAILY, at("2026-03-01T12:00"), now, UTC) == at("2026-03-02T08:00")


preferences_ = some.builds(
    lambda zone, start, end, digest: Preferences(
        timezone=zone, quiet=QuietHours(start, end) if start != end else None, digest=digest
    ),
    zones,
    clocks,
    clocks,
    clocks,
)


@given(preferences=preferences_, now=moments, since=moments)
def test_nothing_is_due_in_quiet_hours_and_everything_comes_within_three_days(
    preferences: Preferences, now: datetime, since: datetime
) -> None:
    since = min(since, now)
    for reason in (HeldFor.DAILY, HeldFor.QUIET):
        due = due_at(preferences, reason, since, now, UTC)
        assert held_until(preferences, max(due, now), UTC) is None
        assert due <= now + timedelta(days=3)


@pytest.mark.parametrize("name", ["Nowhere/Land", "../etc/passwd", "", "\0", "Europe"])
def test_an_unknown_zone_is_replaced_by_that_of_the_config(name: str) -> None:
    shanghai = ZoneInfo("Asia/Shanghai")

    assert zone_of(Preferences(timezone=name), shanghai) is shanghai


def test_a_time_of_day_exists_on_every_day_of_the_zones() -> None:
    for name in ZONES:
        for days in range(0, 800, 1):
            day = date(2026, 1, 1) + timedelta(days=days)
            assert instant(day, time(2, 30), ZoneInfo(name)) <= instant(
                day, time(2, 30), ZoneInfo(name), last=True
            )
