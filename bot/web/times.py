"""Times, durations and counts as the status page shows them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

_MINUTE, _HOUR, _DAY = 60, 3600, 86400  # seconds
_SHORT = 10  # seconds, of which tenths are shown


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
        return f"in {span(time - self.now)}" if time > self.now else f"{self.age(time)} ago"

    def age(self, time: datetime) -> str:
        """Return how long ago the time was: "3 min"."""
        return span(self.now - time)


def span(length: timedelta) -> str:
    """Return a duration in minutes, hours (below 2 days) or days, rounded down."""
    seconds = length.total_seconds()
    if seconds < _MINUTE:
        return "under 1 min"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min"
    if seconds < 2 * _DAY:
        return f"{seconds // _HOUR:.0f} h"
    return f"{seconds // _DAY:.0f} days"


def took(seconds: float) -> str:
    """Return how long something took: "2.4 s", "40 s", "12 min", "5 h"."""
    if seconds < _SHORT:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < _MINUTE else span(timedelta(seconds=seconds))


def grouped(number: int) -> str:
    """Return "2,000"."""
    return f"{number:,}"
