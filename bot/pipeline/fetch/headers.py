"""Parses untrusted header fields of an answer. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from multidict import CIMultiDictProxy

MAX_WAIT = 86_400.0  # seconds: the longest back-off, and the longest wait that a server may ask for

_LONGEST = 8  # digits of a plausible number of seconds

_DIRECTIVE = re.compile(r'(?:^|,)\s*(max-age|no-cache|no-store)\s*(?:=\s*"?([^",]*))?', re.IGNORECASE)


def text(headers: CIMultiDictProxy[str], name: str) -> str:
    """Return the field, or "" if it contains characters that can be neither stored nor sent back."""
    values = headers.getall(name, None)
    if values is None:
        return ""
    value = values[0] if len(values) == 1 else ", ".join(values)
    return value if value.isprintable() else ""


def max_age(headers: CIMultiDictProxy[str], now: datetime) -> float | None:
    """Return how many seconds the answer stays fresh, by Cache-Control, else Expires (RFC 9111, 4.2.1)."""
    if "Cache-Control" not in headers and "Expires" not in headers:
        return None
    found: dict[str, str] = {}
    for name, value in _DIRECTIVE.findall(",".join(headers.getall("Cache-Control", ()))):
        found.setdefault(name.lower(), value.strip())
    asked = found.get("max-age")
    age = _until(headers.get("Expires", ""), now) if asked is None else _seconds(asked)
    if age is None or "no-cache" in found or "no-store" in found:
        return None
    return max(0.0, age - (_seconds(headers.get("Age", "")) or 0.0))


def _until(expires: str, now: datetime) -> float | None:
    """Return the seconds until a future date; None for a past or invalid one such as "0"."""
    moment = http_date(expires)
    seconds = (moment - now).total_seconds() if moment else 0.0
    return min(seconds, MAX_WAIT) if seconds > 0 else None


def retry_after(headers: CIMultiDictProxy[str], now: datetime) -> float | None:
    """Return the seconds that Retry-After asks for, at most MAX_WAIT; None without a usable value."""
    value = headers.get("Retry-After")
    if value is None:
        return None
    seconds = _seconds(value)
    if seconds is None:
        moment = http_date(value)
        seconds = (moment - now).total_seconds() if moment else -1.0
    return min(seconds, MAX_WAIT) if seconds >= 0 else None


def _seconds(text: str) -> float | None:
    """Return a field of digits as a number of seconds; one of more than 8 digits becomes a year."""
    if not (text.isascii() and text.isdigit()):
        return None
    return float(text) if len(text) <= _LONGEST else 365 * 86_400.0


@lru_cache(maxsize=64)  # servers polled in the same second send the same date
def http_date(text: str) -> datetime | None:
    """Return the date in a header field in UTC, None if it is invalid."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
