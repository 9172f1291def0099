"""Finds the time zone that a person means, and suggests some while one is typed. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

from bot.commands.declaration import RefusedError
from bot.commands.wording import listed, quoted
from bot.model import SuggestedAction
from bot.text.normalize import fold, nearest
from bot.text.units import zone

MOST = 25
_NEAR = 3
_AREA_NAMES = "Africa America Antarctica Arctic Asia Atlantic Australia Europe Indian Pacific"
_AREAS = frozenset(_AREA_NAMES.split())
# What these end in is no city: "west" is also a summer time, Victoria lies in several countries.
_PARTS = "ACT LHI NSW North South Victoria West"
_NICKNAMES = frozenset(f"Australia/{name}" for name in _PARTS.split())
_OLD = frozenset({"US", "Canada", "Brazil", "Mexico", "Chile"})  # understood, but not suggested
# Suggested first, and for an offset from UTC: places that many people know.
_KNOWN_NAMES = (
    "Asia/Shanghai Europe/London America/New_York America/Los_Angeles Europe/Berlin Asia/Tokyo Asia/Kolkata "
    "Asia/Singapore Australia/Sydney America/Chicago Europe/Paris Asia/Hong_Kong Asia/Taipei Asia/Seoul "
    "America/Sao_Paulo Africa/Cairo Africa/Lagos Africa/Johannesburg Europe/Moscow Asia/Dubai America/Denver "
    "America/Mexico_City America/Toronto Pacific/Auckland UTC"
)
_KNOWN = _KNOWN_NAMES.split()
# Abbreviations and names that mean several zones, or one under another name.
_MEANT = {
    "est edt et eastern": "America/New_York Australia/Sydney",
    "cst": "America/Chicago Asia/Shanghai",
    "cdt ct central": "America/Chicago",
    "mst mdt mt mountain": "America/Denver America/Phoenix",
    "pst pdt pt pacific": "America/Los_Angeles",
    "hst": "Pacific/Honolulu",
    "akst akdt": "America/Anchorage",
    "ast adt": "America/Halifax Asia/Riyadh",
    "gmt": "UTC Europe/London",
    "bst": "Europe/London Asia/Dhaka",
    "gb uk wales scotland england": "Europe/London",
    "wet west": "Europe/Lisbon",
    "cet cest met mez mesz": "Europe/Berlin Europe/Paris",
    "eet eest": "Europe/Athens Europe/Helsinki",
    "msk wsu": "Europe/Moscow",
    "ist": "Asia/Kolkata Europe/Dublin Asia/Jerusalem",
    "sgt": "Asia/Singapore",
    "hkt": "Asia/Hong_Kong",
    "prc china beijing peking shenzhen guangzhou": "Asia/Shanghai",
    "roc taiwan": "Asia/Taipei",
    "rok kst korea": "Asia/Seoul",
    "jst japan osaka": "Asia/Tokyo",
    "aest aedt": "Australia/Sydney Australia/Brisbane",
    "nsw act": "Australia/Sydney",
    "victoria": "Australia/Melbourne America/Vancouver",
    "lhi": "Australia/Lord_Howe",
    "acst acdt": "Australia/Adelaide Australia/Darwin",
    "awst": "Australia/Perth",
    "nz nzst nzdt": "Pacific/Auckland",
    "india delhi newdelhi mumbai bombay": "Asia/Kolkata",
    "washington washingtondc boston miami": "America/New_York",
    "sanfrancisco seattle california": "America/Los_Angeles",
    "z zulu uct universal greenwich gmt0": "UTC",
}
ABBREVIATIONS = {word: zones.split() for words, zones in _MEANT.items() for word in words.split()}
_OFFSET = re.compile(r"(utc|gmt|etc/gmt|etc/utc)?\s*([+\-\u2212])\s*(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_HALF_OF_DAY = re.compile(r"(?<=[\d\s])[ap]\.?m\b\.?", re.IGNORECASE)  # a time of day is no name
_SHORTEST_NAME = 3  # letters of what may be a misspelled name
_POSIX = re.compile(r"([a-z]{3})\d[a-z]{3}")  # EST5EDT


def read_zone(text: str, path: str, now: datetime) -> str:
    """Return the name of the zone that is meant by a name in any case, or by a city alone.

    RefusedError with the nearest names, and with offers of the command `path`; without them for a time of day
    or a text that is too short for a name. `now`: for offsets.
    """
    typed = text.strip()
    folded = fold(typed)
    posix = _POSIX.fullmatch(folded)
    meant = [] if "/" in typed else ABBREVIATIONS.get(posix[1] if posix else folded, [])
    found = _names().get(folded) if typed.isprintable() and not meant else None
    if found is not None:
        return found
    if offset := _OFFSET.fullmatch(typed):
        raise _of_offset(typed, offset, path, now)
    if meant:
        several = "may mean several zones" if len(meant) > 1 else "is no name of a zone"
        raise _refused(f"{quoted(typed, 40)} {several}; name a place", meant, path)
    if len(_LETTER.findall(_HALF_OF_DAY.sub("", typed))) < _SHORTEST_NAME:
        raise RefusedError(
            f"{quoted(typed, 40)} is no time zone; write a zone or a city, such as Asia/Shanghai or new york."
        )
    near = _nearest(typed)
    raise _refused(f"{quoted(typed, 40)} is no time zone", near, path)


def zone_of(text: str) -> str:
    """Return the name of a zone that the config takes, or the zone of a city.

    ValueError: it is none, in a sentence without a subject that names the nearest.
    """
    try:
        return str(zone(text))
    except ValueError:
        if not _names():  # the machine has no zones, and the error says so
            raise
    folded = fold(text.strip())
    if text.isprintable() and folded in _names():
        return _names()[folded]
    near = ABBREVIATIONS.get(folded) or _nearest(text)
    raise ValueError(f"is no name of a time zone; did you mean {listed(near, last='or')}?")


def suggest_zones(typed: str) -> list[str]:
    """Return zones for what is typed so far, best first: of that name or city, then similar ones."""
    wanted = fold(typed)
    known = [name for name in _KNOWN if name in _choices()]
    if not wanted:
        return known[:MOST]
    of_city = [name for name in _with_city() if fold(_city(name)).startswith(wanted)]
    of_city.sort(key=lambda name: fold(_city(name)) != wanted)
    whole = [name for name in _choices() if fold(name).startswith(wanted)]
    meant = ABBREVIATIONS.get(wanted, [])
    return list(dict.fromkeys([*meant, *of_city, *whole, *_nearest(typed)]))[:MOST]


def is_zone(name: str) -> bool:
    """Whether this is exactly the name of a zone that may be chosen."""
    return name in _choices()


def _of_offset(typed: str, match: re.Match[str], path: str, now: datetime) -> RefusedError:
    """Return the refusal of "UTC+8": it does not know summer time. Etc/GMT+8 means the opposite."""
    away = timedelta(hours=int(match[3]), minutes=int(match[4] or 0))
    turned = (match[1] or "").casefold() == "etc/gmt"
    ahead = away if (match[2] == "+") != turned else -away
    there = (
        name
        for name in dict.fromkeys([*_KNOWN, *_choices()])
        if name in _choices() and now.astimezone(ZoneInfo(name)).utcoffset() == ahead
    )
    near = list(islice(there, _NEAR))  # no zone is read from disk needlessly
    if not near:
        return _refused(f"No zone is {quoted(typed, 40)}", ["UTC"], path)
    why = "counts hours the other way round" if turned else "does not know summer time"
    return _refused(f"{quoted(typed, 40)} {why}; name a place", near, path)


def _refused(problem: str, near: Sequence[str], path: str) -> RefusedError:
    offers = tuple(SuggestedAction(f"Use {name}", path, (("timezone", name),)) for name in near)
    return RefusedError(f"{problem}. Nearest: {listed(list(near), last='or')}.", offers)


def _nearest(typed: str) -> list[str]:
    """Return up to three zones whose city is most like the typed one; else well-known ones."""
    cities = {_city(name): name for name in _with_city()}
    near = nearest(typed[-40:].rpartition("/")[2], cities, _NEAR)
    return [cities[city] for city in near] or _KNOWN[:_NEAR]


def _with_city() -> list[str]:
    return [name for name in _choices() if name not in _NICKNAMES]


def _city(name: str) -> str:
    return name.rpartition("/")[2]


@cache
def _choices() -> dict[str, None]:
    """Return all zones that are suggested, the more specific one of two for a city last."""
    names = [name for name in available_timezones() if name.partition("/")[0] in _AREAS and "/" in name]
    return dict.fromkeys([*sorted(names, key=lambda name: (name.count("/"), name)), "UTC"])


@cache
def _names() -> dict[str, str]:
    """Return all zones by their folded names and cities, with old names such as US/Eastern."""
    old = [name for name in available_timezones() if "/" in name and name.partition("/")[0] in _OLD]
    whole = {fold(name): name for name in [*old, *_choices()]}
    return {fold(_city(name)): name for name in _with_city()} | whole
