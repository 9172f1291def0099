"""Extracts the time of day and the zone from a printed date, leaving the day.

Texts are short, in lower case, with single spaces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone, tzinfo

from bot.pipeline.parse.date_words import HALVES, ZONE_NAMES, zone_named

_NOON, _HOURS, _MINUTES = 12, 24, 60
_FARTHEST = timedelta(hours=15)  # the largest offset from UTC that is accepted

_HALF = r"[ap]\.?\s?m\b\.?"
_CLOCK = re.compile(
    rf"""(?: (?<=\s) [-@|·] \s )? (?<![\d:.,/+-]) (?: (?P<before>{"|".join(HALVES)}) \s? )?
    (?P<hour>\d{{1,2}}) (?: \s? [:h時时點点시] \s?
        (?P<minute>\d\d) \s? [分분]? (?: \s? :? \s? (?P<second>\d\d) (?: [.,]\d+ )? \s? [秒초]? )?
        (?: \s? (?P<after>{_HALF}) )?
      | \s? (?P<alone>{_HALF}) ) (?! [\d:] )""",
    re.VERBOSE,
)
_DOTTED_CLOCK = re.compile(r"(?<=\s)(\d{1,2})\.(\d\d)(\.\d\d)?$")  # the Italian and Finnish notation
_NAMES = "|".join(ZONE_NAMES)
_ZONE = (
    rf"(?: (?: utc | gmt | ut )? \s? (?P<offset>[+-]\s?\d\d?(?::?\d\d)?) (?![\d:]) (?: \s (?:{_NAMES}) \b )?"
    rf" | (?P<name>{_NAMES}) \b | \( (?P<inside>{_NAMES}) \) ) (?: \s? \( [^()]* \) )?"
)
_ZONE_BEHIND_CLOCK = re.compile(rf"\0 \s? {_ZONE}", re.VERBOSE)
_ZONE_AT_END = re.compile(rf"(?<=\d) \s {_ZONE} $", re.VERBOSE)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. `extra`: seconds beyond it, for 24:00 and the leap second 23:59:60."""

    hour: int = 0
    minute: int = 0
    second: int = 0
    extra: int = 0


def without_clock(text: str) -> tuple[str, Clock | None]:
    """Remove the time and mark its place with NUL; midnight without a time, None for an impossible one."""
    text = re.sub(r"(?<=\d)t(?=\d)", " ", text).replace("\0", "?")
    if ":" not in text:
        text = _DOTTED_CLOCK.sub(lambda found: found[0].replace(".", ":"), text)
    match = _CLOCK.search(text)
    if match is None:
        return text, Clock()
    hour, half = int(match["hour"]), _is_second_half(match)
    if half is not None:
        if hour > _NOON and not half:
            return text, None
        hour = hour if hour > _NOON else hour % _NOON + _NOON * half
    clock = clock_of(hour, int(match["minute"] or 0), int(match["second"] or 0))
    return f"{text[: match.start()]} \0 {text[match.end() :]}", clock


def _is_second_half(match: re.Match[str]) -> bool | None:
    """Return whether a 12-hour time is in the second half of the day, None for a 24-hour time."""
    if match["before"]:
        return HALVES[match["before"]]
    mark = match["after"] or match["alone"]
    return mark.startswith("p") if mark else None


def clock_of(hour: int, minute: int, second: int) -> Clock | None:
    """Return a time of the 24-hour clock, None for an impossible one."""
    if (hour, minute, second) == (_HOURS, 0, 0):
        return Clock(_HOURS - 1, 59, 59, extra=1)
    if hour >= _HOURS or minute >= _MINUTES or second > _MINUTES:
        return None
    return Clock(hour, minute, 59, extra=1) if second == _MINUTES else Clock(hour, minute, second)


def without_zone(text: str) -> tuple[str, tzinfo | None]:
    """Remove the zone after the time, or at the end if there is no time; UTC without one, None if unknown."""
    text = " ".join(text.split())
    match = _ZONE_BEHIND_CLOCK.search(text) if "\0" in text else _ZONE_AT_END.search(text)
    if match is None:
        return text.replace("\0", " "), UTC
    zone = offset(match["offset"]) if match["offset"] else zone_named(match["name"] or match["inside"])
    return f"{text[: match.start()]} {text[match.end() :]}", zone


def offset(text: str) -> tzinfo | None:
    """Return the zone of "+8", "-0500" or "+05:30", None for an impossible one."""
    digits = "".join(filter(str.isdecimal, text))
    hours = digits if len(digits) <= len("hh") else digits[:-2]
    minutes = digits[len(hours) :] or "0"
    size = timedelta(hours=int(hours), minutes=int(minutes))
    if int(minutes) >= _MINUTES or size > _FARTHEST:
        return None
    return timezone(-size if text.startswith("-") else size)
