"""Reads dates as feeds print them, strictly: a date is accepted only if every part of its text is understood.

A text is split into a time, a zone, a weekday and a day. A remainder, or a day that can be read in two ways,
makes the whole text invalid, because a misread date makes news look old.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from bot.pipeline.parse.date_clock import Clock, clock_of, offset, without_clock, without_zone
from bot.pipeline.parse.date_words import FILLERS, MONTHS, WEEKDAY_SIGNS, WEEKDAYS
from bot.pipeline.parse.limits import LIMITS

_FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MOMENT = datetime(2100, 1, 1, tzinfo=UTC)
_HYPHENS = str.maketrans("\u2010\u2011\u2012\u2013\u2212", "-----")
_PIVOT = 50  # two-digit years below it are 20xx, the others 19xx (RFC 5322, 4.3)

# Fractions of a second are dropped: nothing depends on them.
_ISO = re.compile(
    r"""(?P<year>\d{4}) (?: (?P<dash>-?) (?: (?P<month>\d\d) (?P=dash) (?P<day>\d\d)
        | w (?P<week>\d\d) (?P=dash) (?P<weekday>[1-7]) ) | -(?P<ordinal>\d{3}) )
    (?: (?: t | \s | \st\s ) (?P<hour>\d\d)
        (?: (?P<colon>:?) (?P<minute>\d\d) (?: (?P=colon) (?P<second>\d\d) (?:[.,]\d+)? )? )? )?
    (?: \s? (?P<zone> z | [+-]\d\d (?: :? \d\d )? ) (?: \[ [a-z_/+-]+ \] )? )?""",
    re.VERBOSE,
)
_TOGETHER = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")
_COUNT = re.compile(r"[1-4]\d{9}(?:\d{3})?")  # seconds or milliseconds since 1970
_WEEKDAY_SIGN = re.compile(
    r"\(?(?:星期|週|周)([一二三四五六日天])\)?|\(([月火水木金土日])\)|([月火水木金土日])曜日?"
    r"|\(([월화수목금토일])\)|([월화수목금토일])요일"
)
_WORD = re.compile(r"[^\W\d_]+\.?")
_DAY, _NAME, _GAP = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|o|\.)?", r"(?P<name>[^\W\d_]+)\.?", r"[\s/-]*"
_NAMED = tuple(
    re.compile(layout)
    for layout in (
        rf"{_DAY}{_GAP}{_NAME}{_GAP}'?(?P<year>\d{{4}}|\d\d)",
        rf"{_NAME}{_GAP}{_DAY}[\s/-]+(?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}}){_GAP}{_NAME}{_GAP}{_DAY}",
    )
)
_YEAR_FIRST = re.compile(
    r"(\d{4})\s?(?:([/.-])\s?(\d{1,2})\s?\2\s?(\d{1,2})\.?|[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日號号일]?)"
)
_NUMBERS = re.compile(r"(\d{1,2})\s?([/.-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d\d)\.?")


@dataclass(frozen=True, slots=True)
class _Printed:
    """The parts of a text. `days`: the possible days, keyed by reading order ("" if unambiguous)."""

    days: dict[str, date]
    clock: Clock
    zone: tzinfo

    def instant(self, day: date) -> datetime | None:
        clock = self.clock
        try:
            moment = datetime(
                *(day.year, day.month, day.day, clock.hour, clock.minute, clock.second), tzinfo=self.zone
            )
            moment = moment.astimezone(UTC) + timedelta(seconds=clock.extra)
        except OverflowError:
            return None
        return moment if _FIRST_MOMENT < moment < _LAST_MOMENT else None


def read_date(text: str, orders: frozenset[str] = frozenset()) -> datetime | None:
    """Return the instant in UTC that the whole `text` denotes; None if there is any doubt.

    A text without a zone is taken as UTC, one without a time as midnight. `orders`: see `orders_of`.
    """
    plain = _plain(text)
    if _COUNT.fullmatch(plain):
        return _counted(plain)
    printed = _take_apart(plain)
    if printed is None:
        return None
    days = {day for order, day in printed.days.items() if order in orders} or set(printed.days.values())
    return printed.instant(days.pop()) if len(days) == 1 else None


def orders_of(texts: Iterable[str]) -> frozenset[str]:
    """Return the orders ("dmy", "mdy", "ymd") that fit all purely numeric dates of one feed.

    One date such as 30/11/2026 decides for all. Empty if no date is purely numeric, or no order fits all.
    """
    found: frozenset[str] | None = None
    for text in texts:
        printed = _take_apart(_plain(text))
        if printed is not None and "" not in printed.days:
            found = frozenset(printed.days) & (frozenset(printed.days) if found is None else found)
    return found or frozenset()


def is_guessed(text: str) -> bool:
    """Return whether a date is purely numeric, so that other dates of its feed decide how it is read."""
    printed = _take_apart(_plain(text))
    return printed is not None and "" not in printed.days


def _plain(text: str) -> str:
    """Return a text normalised (NFKC, case, hyphens, spaces), "" if it is too long for a date."""
    if len(text) > LIMITS.date:
        return ""
    folded = unicodedata.normalize("NFKC", text).translate(_HYPHENS).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def _counted(digits: str) -> datetime | None:
    """Read a count since 1970, except ten digits that may be a day and an hour (YYYYMMDDHH)."""
    if len(digits) == len("2026113006") and _day(int(digits[:4]), int(digits[4:6]), int(digits[6:8])):
        return None
    moment = datetime.fromtimestamp(int(digits[:10]), UTC)
    return moment if moment < _LAST_MOMENT else None


@lru_cache(maxsize=1_000)  # each date of a feed is asked about four times
def _take_apart(text: str) -> _Printed | None:
    if iso := _ISO.fullmatch(text):
        return _iso(iso)
    if together := _TOGETHER.fullmatch(text):
        year, month, day, *rest = map(int, together.groups())
        return _printed({"": _day(year, month, day)}, clock_of(*rest), UTC)
    text, clock = without_clock(text)
    text, zone = without_zone(text)
    text, weekday = _without_words(text)
    days = {order: day for order, day in _days_of(text).items() if day}
    if len(days) > 1 and weekday is not None:
        days = {order: day for order, day in days.items() if day.weekday() == weekday} or days
    return _printed(days, clock, zone)


def _printed(days: Mapping[str, date | None], clock: Clock | None, zone: tzinfo | None) -> _Printed | None:
    possible = {order: day for order, day in days.items() if day is not None}
    return _Printed(possible, clock, zone) if possible and clock and zone else None


def _iso(match: re.Match[str]) -> _Printed | None:
    """Read ISO 8601 in its basic and extended forms, with calendar, week or ordinal dates."""
    clock = clock_of(*(int(match[part] or 0) for part in ("hour", "minute", "second")))
    zone = UTC if match["zone"] in (None, "z") else offset(match["zone"])
    return _printed({"": _iso_day(match)}, clock, zone)


def _iso_day(match: re.Match[str]) -> date | None:
    year = int(match["year"])
    try:
        if match["week"]:
            return date.fromisocalendar(year, int(match["week"]), int(match["weekday"]))
        if match["ordinal"]:
            day = date(year, 1, 1) + timedelta(days=int(match["ordinal"]) - 1)
            return day if day.year == year else None
    except (ValueError, OverflowError):
        return None
    return _day(year, int(match["month"]), int(match["day"]))


def _without_words(text: str) -> tuple[str, int | None]:
    """Remove the weekday, commas and words such as "at"; return the rest and the weekday (Monday is 0)."""
    weekday: int | None = None
    if sign := _WEEKDAY_SIGN.search(text):
        weekday = WEEKDAY_SIGNS[next(filter(None, sign.groups()))]
        text = f"{text[: sign.start()]} {text[sign.end() :]}"
    words = [word.rstrip(".") for word in _WORD.findall(text)]
    months = sum(word in MONTHS for word in words)
    for word in words:
        if word in FILLERS:
            text = re.sub(rf"(?<![^\W\d_]){word}(?![^\W\d_])\.?", " ", text, count=1)
        elif weekday is None and word in WEEKDAYS and (word not in MONTHS or months > 1):
            weekday = WEEKDAYS[word]
            text = re.sub(rf"(?<![^\W\d_]){word}(?![^\W\d_])\.?", " ", text, count=1)
    return " ".join(text.replace(",", " ").split()), weekday


def _days_of(text: str) -> dict[str, date | None]:
    """Return the days that a text may denote, keyed by reading order; empty if it is no day."""
    for layout in _NAMED:
        if (match := layout.fullmatch(text)) and match["name"] in MONTHS:
            return {"": _day(_year(match["year"]), MONTHS[match["name"]], int(match["day"]))}
    if match := _YEAR_FIRST.fullmatch(text):
        year, _, *numbers = match.groups()
        month, day = (int(number) for number in numbers if number)
        return {"": _day(int(year), month, day)}
    if match := _NUMBERS.fullmatch(text):
        return _in_numbers(match)
    return {}


def _in_numbers(match: re.Match[str]) -> dict[str, date | None]:
    """Read dates like 30/11/2026; with dots the day always comes first."""
    first, second, last = int(match[1]), int(match[3]), int(match[4])
    year = _year(match[4])
    days = {"dmy": _day(year, second, first)}
    if match[2] != ".":
        days["mdy"] = _day(year, first, second)
    if len(match[4]) == len("26") and match[2] != ".":
        days["ymd"] = _day(_year(match[1]), second, last)
    return days


def _year(digits: str) -> int:
    number = int(digits)
    if len(digits) > len("26"):
        return number
    return number + (2000 if number < _PIVOT else 1900)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
