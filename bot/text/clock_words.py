"""Reads what people type for times of day, weekdays, dates and lengths of time. Pure.

Each reader raises ValueError with a sentence without a subject ("is no time of day; ..."), so that the caller
can put the typed text in front.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta

from bot.model import QuietHours
from bot.text.normalize import similar

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_TIME = re.compile(r"([0-9]{1,2})(?:[:.h]([0-9]{2}))?\s*(?:([ap])\.?m\.?)?", re.IGNORECASE)
_BEFORE = re.compile(r"^(?:at|from)\s+")
_NAMED = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_DASH = re.compile(r"\s*[-\u2010-\u2015\u2212]\s*|\s+(?:to|until|till)\s+", re.IGNORECASE)
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_PART = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?|an?\b|one\b)\s*([a-z]+)[\s,]*(?:and\s+)?", re.IGNORECASE)
_BARE_MINUTES = re.compile(r"(?<=[0-9]h)\s?[0-5][0-9]$", re.IGNORECASE)  # in "1h30"
_SECONDS = (
    dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60)
    | dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600)
    | dict.fromkeys(("d", "day", "days"), 86400)
    | dict.fromkeys(("w", "wk", "week", "weeks"), 7 * 86400)
    | dict.fromkeys(("mo", "month", "months"), 30 * 86400)
    | dict.fromkeys(("y", "yr", "year", "years"), 365 * 86400)
)
# For the value of an option: what reads as times, as far as it goes, whether they exist or not.
_CLOCK = r"(?:[0-9]{1,2}(?:[:.h][0-9]{2})?(?:\s*[ap]\.?m\.?)?|noon|midday|midnight)"
_LENGTH = rf"(?:[0-9]+(?:\.[0-9]+)?|an?|one)\s*(?:{'|'.join(_SECONDS)})"
_DAY = rf"(?:next|this|last)\s+(?:{'|'.join(f'{day}|{day[:3]}' for day in WEEKDAYS)}|week|month|year)"
SPOKEN = (
    rf"(?:{_LENGTH}(?:[\s,]*(?:and\s+)?{_LENGTH})*(?:\s+ago)?|{_DAY}"
    rf"|(?:(?:at|from)\s+)?{_CLOCK}(?:(?:{_DASH.pattern}){_CLOCK})?)(?!\S)"
)
_CENTURY = 36500 * 86400  # seconds; a longer time would leave the calendar
_SHORTEST_NAME = 3  # letters of a weekday
_NOON, _LAST_HOUR, _LAST_MINUTE = 12, 23, 59


def time_of_day(text: str) -> time:
    """Return the time in "08:00", "8", "8am", "8.30 pm", "at 9", "noon" or "midnight", without a zone."""
    typed = _BEFORE.sub("", text.strip().casefold(), count=1)
    if typed in _NAMED:
        return _NAMED[typed]
    match = _TIME.fullmatch(typed)
    if match is None:
        raise ValueError("is no time of day; write one such as 08:00, 8am or noon")
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half and 1 <= hour <= _NOON:
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    elif half and not hour:
        raise ValueError("is no time of day. Nearest: 00:00")
    if hour > _LAST_HOUR or minute > _LAST_MINUTE:
        near = time(0) if (hour, minute) == (24, 0) else time(min(hour, _LAST_HOUR), min(minute, 59))
        raise ValueError(f"is no time of day. Nearest: {near:%H:%M}")
    return time(hour, minute)


def quiet_hours(text: str) -> QuietHours:
    """Return the span in "22:00-07:00", "10pm-7am" or "22 to 7"."""
    ends = _DASH.split(text.strip())
    if len(ends) != 2:  # noqa: PLR2004 -- a span has two ends
        raise ValueError("are no quiet hours; write a start and an end such as 22:00-07:00, or off")
    found = []
    for each in ends:
        try:
            found.append(time_of_day(each))
        except ValueError as error:
            raise ValueError(f"are no quiet hours: “{each[:20]}” {error}") from None
    if found[0] == found[1]:
        raise ValueError(
            "are no quiet hours: they begin and end at the same time; "
            f"write two that differ, such as {found[0]:%H:%M}-{time((found[0].hour + 9) % 24):%H:%M}"
        )
    return QuietHours(*found)


def weekday(text: str) -> int:
    """Return the day in "Monday", "mon" or "Tues": 0 is Monday."""
    typed = text.strip().casefold().rstrip(".")
    if len(typed) >= _SHORTEST_NAME:
        for number, name in enumerate(WEEKDAYS):
            if name.startswith(typed) or typed == f"{name}s":
                return number
    near = similar(typed, WEEKDAYS) or WEEKDAYS[:1]
    raise ValueError(f"is no weekday. Nearest: {near[0]}")


def iso_date(text: str) -> date | None:
    """Return the date in "2026-11-01"; None for a text that does not look like one."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day = map(int, match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"is no date; {_in_calendar(year, month, day)}") from None


def length(text: str) -> timedelta | None:
    """Return the time in "3d", "2h", "1h30m", "1h30", "a week"; None for a text that names none.

    A month counts as 30 days, a year as 365. What is longer than a century is cut to one.
    """
    typed = _BARE_MINUTES.sub(r"\g<0>m", text.strip())
    parts = [match.groups() for match in _PART.finditer(typed)]
    if not parts or _PART.sub("", typed) or any(unit.lower() not in _SECONDS for _, unit in parts):
        return None
    seconds = sum(_number(number) * _SECONDS[unit.lower()] for number, unit in parts)
    return timedelta(seconds=min(seconds, _CENTURY))


def _number(text: str) -> float:
    return float(text) if text[0].isdigit() else 1.0


def _in_calendar(year: int, month: int, day: int) -> str:
    """Return what to write instead of a date that is in no calendar."""
    if not year or not 1 <= month <= 12 or not day:  # noqa: PLR2004 -- months
        return "write one such as 2026-11-01"
    last = next(each for each in (31, 30, 29, 28) if each < day and _exists(year, month, each))
    return f"the nearest is {date(year, month, last)}"


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
