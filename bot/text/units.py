"""Parses short texts that people write, in the config and in chat, into values.

Each parser raises `ValueError` with a sentence without a subject ("is no duration; ..."), so that the caller
can prefix the key or the typed text.
"""

from __future__ import annotations

import re
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network
from zoneinfo import ZoneInfo, available_timezones

from bot.text.normalize import fold, nearest
from bot.text.urls import Network

_PART = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*([a-z]+)\s*", re.IGNORECASE)
_HOST_PORT = re.compile(r"(?:([A-Za-z0-9._-]+)|\[([^\]]+)\]):([0-9]{1,5})")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_SECONDS = (
    dict.fromkeys(("s", "sec", "second", "seconds"), 1)
    | dict.fromkeys(("m", "min", "minute", "minutes"), _MINUTE)
    | dict.fromkeys(("h", "hour", "hours"), _HOUR)
    | dict.fromkeys(("d", "day", "days"), _DAY)
)
_BYTES = {
    "b": 1,
    "kb": 1000,
    "mb": 1000**2,
    "gb": 1000**3,
    "kib": 1024,
    "mib": 1024**2,
    "gib": 1024**3,
}
_LONGEST_DAYS = 36500  # prevents overflow when a duration is added to a date


def duration(text: str) -> float:
    """Return the seconds in "15m", "0.2s", "1h30m" or "2 days", at most a century."""
    parts = [match.groups() for match in _PART.finditer(text.strip())]
    units = [unit.lower() for _, unit in parts]
    if not parts or _PART.sub("", text.strip()) or any(unit not in _SECONDS for unit in units):
        raise ValueError('is no duration; write a number and a unit such as "15m" (s, m, h, d)')
    seconds = sum(float(number) * _SECONDS[unit] for (number, _), unit in zip(parts, units, strict=True))
    if seconds > _LONGEST_DAYS * _DAY:
        raise ValueError(f'is too long; write at most "{_LONGEST_DAYS}d"')
    return seconds


def written(seconds: float) -> str:
    """Return a duration in the form that `duration` parses, in the largest unit that divides it: "15m"."""
    for unit, length in (("d", _DAY), ("h", _HOUR), ("m", _MINUTE)):
        if seconds and seconds % length == 0:
            return f"{seconds / length:.0f}{unit}"
    return f"{seconds:.9f}".rstrip("0").rstrip(".") + "s"


def size(text: str) -> int:
    """Return the bytes in "2MB" (decimal), "512kB" or "1.5MiB" (binary), ignoring case."""
    match = _PART.fullmatch(text.strip())
    if match is None or match[2].lower() not in _BYTES:
        raise ValueError('is no size; write a number and a unit such as "2MB" (B, kB, MB, KiB, MiB)')
    return round(float(match[1]) * _BYTES[match[2].lower()])


@cache
def _zones() -> dict[str, str]:
    return {fold(name): name for name in sorted(available_timezones())}


def zone(text: str) -> ZoneInfo:
    """Return the IANA time zone called `text`, ignoring case, spaces and underscores.

    A name with an invisible character is rejected here, because `fold` would ignore it.
    """
    known = _zones()
    if not known:
        raise ValueError("cannot be looked up: this machine has no time zones; install its tzdata package")
    name = known.get(fold(text)) if text.isprintable() else None
    if name is not None:
        return ZoneInfo(name)
    places = {name.rpartition("/")[2]: name for name in known.values()}
    near = nearest(text[-40:].rpartition("/")[2], places, limit=1)
    hint = f'did you mean "{places[near[0]]}"?' if near else 'write one such as "Europe/Berlin"'
    raise ValueError(f"is no time zone; {hint}")


def network(text: str) -> Network:
    """Return the IP network in "10.0.0.0/8", "fd00::/8" or, for one address, "127.0.0.1"."""
    try:
        found = ip_network(text, strict=False)
    except ValueError:
        raise ValueError('is no network; write one such as "127.0.0.0/8" or "fd00::/8"') from None
    if "/" in text and ip_address(text.partition("/")[0]) != found.network_address:
        raise ValueError(f'has bits to the right of its mask; did you mean "{found}"?')
    return found


def host_port(text: str) -> tuple[str, int]:
    """Return the host (without brackets) and the port in "127.0.0.1:8080", "[::1]:8080" or "localhost:0"."""
    match = _HOST_PORT.fullmatch(text)
    try:
        if match and int(match[3]) < 2**16:
            return match[1] or str(IPv6Address(match[2])), int(match[3])
    except ValueError:
        pass  # the text in the brackets is no IPv6 address
    raise ValueError('is no address; write a host and a port such as "127.0.0.1:8080" or "[::1]:8080"')
