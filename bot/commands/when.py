"""Reads until when somebody wants to snooze, and since when they want posts. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo

from bot.commands.wording import listed, quoted
from bot.errors import UsageError
from bot.text.clock_words import iso_date, length, time_of_day, weekday
from bot.timetable import instant

LONGEST = timedelta(days=90)  # a snooze that nobody remembers would look like a dead bot
SHORTEST = timedelta(minutes=1)
OFF = frozenset({"off", "end", "stop", "no", "none", "resume", "over"})
EXAMPLES = "2h, 3d, 1w, until monday, until 18:00 or until 2026-12-24"

_FIRST_DAY = date(1970, 1, 2)
_DAY = timedelta(days=1)
_UNTIL = re.compile(r"(?:(until|till)|for)\s+", re.IGNORECASE)
_NEXT = re.compile(r"(?:next|this|on|at|last)\s+", re.IGNORECASE)
_BARE = re.compile(r"[0-9]{1,2}")
_AGO = re.compile(r"\s+ago$", re.IGNORECASE)


def asks_to_snooze(text: str) -> bool:
    """Whether words after "mute" or "pause" can only mean a snooze: a length of time, or "until" a time."""
    start = _UNTIL.match(text)
    return length(text[start.end() :] if start else text) is not None or bool(start and start[1])


def snooze_end(text: str, now: datetime, zone: tzinfo, morning: time) -> datetime:
    """Return when a snooze ends, in UTC. A day without a time begins at `morning`.

    UsageError with the nearest length of time for one that is too short or too long.
    """
    start = _UNTIL.match(text)
    rest = text[start.end() :].strip() if start else text.strip()
    until = bool(start and start[1])
    if not until and _BARE.fullmatch(rest):
        raise UsageError(f"{quoted(text, 40)} may be minutes, hours or a time; {_units(int(rest))}.")
    spoken = None if until and _is_time(rest) else length(rest)  # "until 18h30" is no length of time
    if spoken is None:
        end = _moment(rest, text, now, zone, morning)
    elif spoken < SHORTEST:
        raise UsageError(f"{quoted(text, 40)} is too short for a snooze. Nearest: 1m; /snooze off ends one.")
    else:
        end = now + spoken
    if end > now + LONGEST:
        raise UsageError(
            f"{quoted(text, 40)} is too long: a snooze lasts at most {LONGEST.days} days. "
            f"Nearest: {LONGEST.days}d; /unfollow all ends alerts for good."
        )
    if end <= now:
        raise UsageError(f"{quoted(text, 40)} is over already; write one such as {EXAMPLES}.")
    return end


def _units(number: int) -> str:
    """Return what to write instead of a bare number."""
    lengths = [f"{max(number, 1)}m", f"{max(number, 1)}h"]
    times = [f"until {number:02}:00"] if number <= time.max.hour else []
    return f"write {listed([*lengths, *times], last='or')}"


def since_start(text: str, now: datetime, zone: tzinfo) -> datetime:
    """Return the beginning of what "yesterday", "monday", "3d" or "2026-11-01" means, in UTC."""
    typed = _NEXT.sub("", text.strip(), count=1)
    spoken = length(_AGO.sub("", typed))
    if spoken is not None:
        return now - spoken
    today = now.astimezone(zone).date()
    found = _dated(typed, text)
    if found is None:
        day = _named(typed)
        found = today - _DAY * ((today.weekday() - day) % 7) if day is not None else None
    if found is None:
        found = {"today": today, "yesterday": today - _DAY}.get(typed.casefold())
    if found is None:
        raise UsageError(
            f"{quoted(text, 40)} is no day; write one such as yesterday, monday, 3d, 12h or {today - _DAY}."
        )
    if found > today:
        raise UsageError(f"{quoted(text, 40)} is still to come. Nearest: today.")
    return instant(max(found, _FIRST_DAY), time(0), zone)


def _moment(rest: str, text: str, now: datetime, zone: tzinfo, morning: time) -> datetime:
    """Return the moment in "monday", "tomorrow 9am", "18:00" or "2026-12-24"; `text`: all that was typed."""
    today = now.astimezone(zone).date()
    word, _, clock = _NEXT.sub("", rest.strip(), count=1).partition(" ")
    day = _day(word, text, today)
    if day is not None:
        at = _clock(_NEXT.sub("", clock.strip(), count=1), text) if clock.strip() else morning
        return instant(min(day, today + LONGEST + 2 * _DAY), at, zone)
    if not any(char.isdigit() for char in rest) and rest.strip().casefold() not in ("noon", "midnight"):
        raise UsageError(f"{quoted(text, 40)} is no time to snooze; write one such as {EXAMPLES}.")
    at = _clock(_NEXT.sub("", rest.strip(), count=1), text)
    soon = instant(today, at, zone)
    return soon if soon > now else instant(today + _DAY, at, zone)


def _day(word: str, text: str, today: date) -> date | None:
    """Return the day that a word means, a weekday always after today; None for a word that is no day."""
    if (found := _dated(word, text)) is not None:
        return max(found, _FIRST_DAY)
    if word.casefold() in ("today", "tomorrow"):
        return today + _DAY * (word.casefold() == "tomorrow")
    day = _named(word)
    return None if day is None else today + _DAY * ((day - today.weekday() - 1) % 7 + 1)


def _named(word: str) -> int | None:
    """Return a weekday by its name."""
    try:
        return weekday(word)
    except ValueError:
        return None


def _dated(word: str, text: str) -> date | None:
    try:
        return iso_date(word)
    except ValueError as error:
        raise UsageError(f"{quoted(text, 40)} {error}.") from None


def _is_time(word: str) -> bool:
    try:
        time_of_day(word)
    except ValueError:
        return False
    return True


def _clock(word: str, text: str) -> time:
    try:
        return time_of_day(word)
    except ValueError as error:
        if "Nearest" in str(error):
            raise UsageError(f"{quoted(text, 40)}: {word} {error}.") from None
        raise UsageError(f"{quoted(text, 40)} is no time to snooze; write one such as {EXAMPLES}.") from None
