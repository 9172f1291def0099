"""Checks the rate-limit headers of a response before discord.py reads them, which assumes valid numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import aiohttp

from adapters.discord.errors import Code
from bot.text.bounds import seconds

_LIMIT, _REMAINING = "X-RateLimit-Limit", "X-RateLimit-Remaining"
_RESET, _RESET_AFTER = "X-RateLimit-Reset", "X-RateLimit-Reset-After"
_BUCKET = (_LIMIT, _REMAINING, _RESET, _RESET_AFTER, "X-RateLimit-Bucket")
_COUNT = re.compile(r"[0-9]{1,9}")
_NONE = -1.0  # stands for a value that is not a number


def bound_rate_limits(answer: aiohttp.ClientResponse) -> None:
    """Remove the rate-limit headers unless all of them are finite numbers in range.

    A reset after "inf" seconds would block the channel until a restart. aiohttp has no public way to change
    the headers of a response, hence the private names.
    """
    if _is_usable(answer.headers):
        return
    kept = answer.headers.copy()
    for name in _BUCKET:
        kept.popall(name, None)
    answer._headers = kept  # type: ignore[assignment]  # noqa: SLF001 -- only read
    answer._cache.pop("headers", None)  # noqa: SLF001


def _is_usable(headers: Mapping[str, str]) -> bool:
    if _REMAINING not in headers:
        return not any(name in headers for name in _BUCKET)
    limit, remaining = headers.get(_LIMIT, "1"), headers[_REMAINING]
    is_counted = _COUNT.fullmatch(limit) and int(limit) > 0 and _COUNT.fullmatch(remaining)
    if headers.get(_RESET_AFTER):  # at most a day; the longest one known is an hour
        return bool(is_counted) and _is_within(headers[_RESET_AFTER], 86_400.0)
    return bool(is_counted) and _is_within(headers.get(_RESET), 1e11)  # since 1970; later is not credible


def _is_within(text: str | None, most: float) -> bool:
    return seconds(text, _NONE, most) not in (_NONE, most)


async def is_of_the_edge(answer: aiohttp.ClientResponse) -> bool:
    """Whether a 403 comes from Cloudflare: it has no JSON body, or Cloudflare's own code."""
    told = await _json(answer)
    return not isinstance(told, dict) or str(told.get("code")) == str(Code.BLOCKED_BY_THE_EDGE)


async def names_a_wait(answer: aiohttp.ClientResponse, longest: float) -> bool:
    """Whether the body of a 429 contains a valid `retry_after` of at most `longest` seconds."""
    told = await _json(answer)
    wait = told.get("retry_after") if isinstance(told, dict) else None
    return isinstance(wait, (int, float)) and 0 <= seconds(wait, _NONE, longest + 1) <= longest


async def _json(answer: aiohttp.ClientResponse) -> Any:
    try:
        return json.loads(await answer.read())
    except ValueError:
        return None
