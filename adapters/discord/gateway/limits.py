"""What an answer says of limits, read before discord.py does, which takes all it finds for numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import aiohttp

from adapters.discord.errors import BLOCKED_BY_THE_EDGE
from bot.text.bounds import seconds

_LIMIT, _REMAINING = "X-RateLimit-Limit", "X-RateLimit-Remaining"
_RESET, _RESET_AFTER = "X-RateLimit-Reset", "X-RateLimit-Reset-After"
_BUCKET = (_LIMIT, _REMAINING, _RESET, _RESET_AFTER, "X-RateLimit-Bucket")
_LONGEST_WINDOW = 86400.0  # seconds of a rate limit; the longest known are an hour
_LAST_MOMENT = 1e11  # seconds since 1970 that still are a date
_COUNT = re.compile(r"[0-9]{1,9}")
_NONE = -1.0  # stands for what is no number


def bound_rate_limits(answer: aiohttp.ClientResponse) -> None:
    """Take the headers of a rate limit away unless all are numbers that can be counted and waited with.

    A bucket that is to be full again "inf" seconds from now would keep its channel waiting until a restart.
    aiohttp has no way to change the headers of an answer, hence the private names.
    """
    if _is_usable(answer.headers):
        return
    kept = answer.headers.copy()
    for name in _BUCKET:
        kept.popall(name, None)
    answer._headers = kept  # type: ignore[assignment]  # noqa: SLF001 -- read as the proxy it was
    answer._cache.pop("headers", None)  # noqa: SLF001


def _is_usable(headers: Mapping[str, str]) -> bool:
    if _REMAINING not in headers:
        return not any(name in headers for name in _BUCKET)
    limit, remaining = headers.get(_LIMIT, "1"), headers[_REMAINING]
    is_counted = _COUNT.fullmatch(limit) and int(limit) > 0 and _COUNT.fullmatch(remaining)
    if headers.get(_RESET_AFTER):
        return bool(is_counted) and _is_within(headers[_RESET_AFTER], _LONGEST_WINDOW)
    return bool(is_counted) and _is_within(headers.get(_RESET), _LAST_MOMENT)


def _is_within(text: str | None, most: float) -> bool:
    return seconds(text, _NONE, most) not in (_NONE, most)


async def is_of_the_edge(answer: aiohttp.ClientResponse) -> bool:
    """Whether a 403 comes from Cloudflare: its page, or its code in place of one of Discord's."""
    told = await _json(answer)
    return not isinstance(told, dict) or str(told.get("code")) == str(BLOCKED_BY_THE_EDGE)


async def names_a_wait(answer: aiohttp.ClientResponse, longest: float) -> bool:
    """Whether the body of a 429 names the seconds to wait, as discord.py reads them."""
    told = await _json(answer)
    wait = told.get("retry_after") if isinstance(told, dict) else None
    return isinstance(wait, (int, float)) and 0 <= seconds(wait, _NONE, longest + 1) <= longest


async def _json(answer: aiohttp.ClientResponse) -> Any:
    try:
        return json.loads(await answer.read())
    except ValueError:
        return None
