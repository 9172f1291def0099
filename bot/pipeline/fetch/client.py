"""Fetching over HTTP: one polite, bounded GET at a time."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache, partial
from ipaddress import IPv4Network, IPv6Network
from types import TracebackType
from typing import Self
from urllib.parse import urljoin
from weakref import WeakValueDictionary

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

from bot import __version__
from bot.clock import Clock, SystemClock
from bot.errors import ForbiddenAddressError
from bot.pipeline.fetch.decoding import ACCEPT_ENCODING, CodingError, open_decoder
from bot.pipeline.fetch.errors import no_redirect, timed_out, too_large, too_many_redirects, translated
from bot.pipeline.fetch.network import GuardedConnector, check_url

FEED_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json;q=0.9, application/xml;q=0.9, "
    "text/xml;q=0.9, */*;q=0.1"
)
MAX_REDIRECTS = 5
MAX_WAIT = 86_400.0  # seconds; a server's wish reaches no further

_AT_ONCE = 100  # requests under way, all hosts together
_AT_ONCE_PER_HOST = 2
_URLS = 4096  # remembered as checked
_SOON = 0.001  # seconds; to aiohttp 0 means for ever
_NO_CONTACT = "self-hosted feed alerts; no contact given"

_PERMANENT = (301, 308)
_REDIRECTS = (301, 302, 303, 307, 308)
_WITH_BODY = range(200, 300)

_LONGEST = 8  # digits of a number of seconds; more is a mistake

_DIRECTIVE = re.compile(r'(?:^|,)\s*(max-age|no-cache|no-store)\s*(?:=\s*"?([^",]*))?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How to fetch. `timeout`: seconds for one whole GET with its redirects; `max_body`: bytes, decoded."""

    contact: str = ""
    timeout: float = 30.0
    max_body: int = 2_000_000
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered. `body` is decoded, and empty for everything but a 2xx status."""

    status: int
    url: str  # the one that answered, after redirects
    body: bytes
    content_type: str  # as received, parameters included
    etag: str  # as received, quotes and W/ included; "" where there is none that can be sent back
    last_modified: str  # as received
    date: datetime | None  # by the server's clock
    cache_max_age: float | None  # seconds left; None without a wish, or with no-cache or no-store
    retry_after: float | None  # seconds, at most MAX_WAIT
    moved_to: str  # where the permanent redirects before the first temporary one lead; "" without
    link_header: str  # all Link fields in one


@dataclass(frozen=True, slots=True)
class _Redirect:
    status: int
    url: str


class Fetcher:
    """Sends GET requests over one session; an async context manager.

    At most two requests are under way to a host and a hundred in all; waiting for one's turn does not
    count towards the time-out. No cookies, no Referer, no proxy from the environment.
    """

    def __init__(self, settings: FetchSettings, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._checked = lru_cache(maxsize=_URLS)(partial(check_url, allow=settings.allow_networks))
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._host_turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        contact = " ".join(self._settings.contact.split())
        self._session = aiohttp.ClientSession(
            connector=GuardedConnector(self._settings.allow_networks),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={
                "User-Agent": f"Bystander/{__version__} ({'+' + contact if contact else _NO_CONTACT})",
                "Accept-Encoding": ACCEPT_ENCODING,
            },
            auto_decompress=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._session is not None
        await self._session.close()

    async def get(
        self, url: str, *, etag: str = "", last_modified: str = "", accept: str = FEED_ACCEPT
    ) -> Answer:
        """Fetch `url`, conditionally where validators are given; redirects are followed, the validators too.

        Any status is an answer. Raises FetchError, with a sentence for the operator, when there was none
        or it cannot be used, and ForbiddenAddressError when the way leads to where we never connect.
        """
        headers = {"Accept": accept}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        target = self._checked(url)
        left, moved_to, permanent = self._settings.timeout, "", True
        for _ in range(MAX_REDIRECTS + 1):
            result, left = await self._exchange(target, headers, left)
            if isinstance(result, Answer):
                return replace(result, moved_to=moved_to) if moved_to else result
            try:
                target = self._checked(result.url)
            except ForbiddenAddressError as error:
                raise ForbiddenAddressError(f"a redirect is not followed: {error}") from None
            permanent = permanent and result.status in _PERMANENT
            if permanent:
                moved_to = str(target)
        raise too_many_redirects(MAX_REDIRECTS, target.host)

    async def _exchange(
        self, target: URL, headers: dict[str, str], left: float
    ) -> tuple[Answer | _Redirect, float]:
        """Send one request; return its result and what then is left of the time, in seconds."""
        assert self._session is not None
        host = target.raw_host or ""
        async with self._turns_of(host.lower().removesuffix(".")), self._turns:
            loop = asyncio.get_running_loop()
            start = loop.time()
            try:
                async with self._session.get(
                    target,
                    headers=headers,
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(total=max(left, _SOON)),
                ) as response:
                    result = await self._read(response)
            except TimeoutError:
                raise timed_out(host, self._settings.timeout) from None
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise translated(error, host) from error
            return result, left - (loop.time() - start)

    def _turns_of(self, host: str) -> asyncio.Semaphore:
        """Return the host's semaphore, which lives as long as somebody holds it or waits for it."""
        turns = self._host_turns.get(host)
        if turns is None:
            turns = self._host_turns[host] = asyncio.Semaphore(_AT_ONCE_PER_HOST)
        return turns

    async def _read(self, response: aiohttp.ClientResponse) -> Answer | _Redirect:
        status, headers = response.status, response.headers
        if status in _REDIRECTS:
            return _Redirect(status, _location(response))
        date = _http_date(headers.get("Date", ""))
        return Answer(
            status=status,
            url=str(response.url),
            body=await _body(response, self._settings.max_body) if status in _WITH_BODY else b"",
            content_type=_text(headers, "Content-Type"),
            etag=_text(headers, "ETag"),
            last_modified=_text(headers, "Last-Modified"),
            date=date,
            cache_max_age=_max_age(headers, date or self._clock.now()),
            retry_after=_retry_after(headers, date or self._clock.now()),
            moved_to="",
            link_header=_text(headers, "Link"),
        )


async def _body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Read and decode the body; stop as soon as it, encoded or decoded, is larger than `limit` bytes."""
    body = bytearray()
    received = 0
    decoder = open_decoder(response.headers.get("Content-Encoding", ""))
    while chunk := await response.content.readany():
        received += len(chunk)
        body += decoder.decode(chunk, limit + 1 - len(body))
        if max(received, len(body)) > limit:
            raise too_large(limit, response.status)
    if not decoder.complete:
        raise CodingError("the end is missing")
    return bytes(body)


def _location(response: aiohttp.ClientResponse) -> str:
    location = response.headers.get("Location", "")
    try:
        if location:
            return urljoin(str(response.url), location)
    except ValueError:
        pass
    raise no_redirect(response.status)


def _text(headers: CIMultiDictProxy[str], name: str) -> str:
    """Return the field, or "" where it has characters that could be neither stored nor sent back."""
    values = headers.getall(name, None)
    if values is None:
        return ""
    value = values[0] if len(values) == 1 else ", ".join(values)
    return value if value.isprintable() else ""


def _max_age(headers: CIMultiDictProxy[str], now: datetime) -> float | None:
    """Return how many seconds the answer stays good, by Cache-Control, else Expires (RFC 9111, 4.2.1)."""
    found: dict[str, str] = {}
    for name, value in _DIRECTIVE.findall(",".join(headers.getall("Cache-Control", ()))):
        found.setdefault(name.lower(), value.strip())
    asked = found.get("max-age")
    age = _until(headers.get("Expires", ""), now) if asked is None else _seconds(asked)
    if age is None or "no-cache" in found or "no-store" in found:
        return None
    return max(0.0, age - (_seconds(headers.get("Age", "")) or 0.0))


def _until(expires: str, now: datetime) -> float | None:
    """Return the seconds to a date to come; None for a past one and for "0", which mean "no wish"."""
    moment = _http_date(expires)
    seconds = (moment - now).total_seconds() if moment else 0.0
    return min(seconds, MAX_WAIT) if seconds > 0 else None


def _retry_after(headers: CIMultiDictProxy[str], now: datetime) -> float | None:
    value = headers.get("Retry-After")
    if value is None:
        return None
    seconds = _seconds(value)
    if seconds is None:
        moment = _http_date(value)
        seconds = (moment - now).total_seconds() if moment else -1.0
    return min(seconds, MAX_WAIT) if seconds >= 0 else None


def _seconds(text: str) -> float | None:
    """Return a field of digits as a number; absurdly long ones as a year."""
    if not (text.isascii() and text.isdigit()):
        return None
    return float(text) if len(text) <= _LONGEST else 365 * 86_400.0


@lru_cache(maxsize=64)  # servers polled in the same second say the same
def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
