"""Fetching over HTTP: one polite, bounded request at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from ipaddress import IPv4Network, IPv6Network
from types import TracebackType
from typing import Self
from urllib.parse import urljoin
from weakref import WeakValueDictionary

import aiohttp
from yarl import URL

from bot import __version__
from bot.clock import Clock, SystemClock
from bot.errors import ForbiddenAddressError
from bot.pipeline.fetch.body import read_body
from bot.pipeline.fetch.budget import BodyRoom, ByteBudget, room_in
from bot.pipeline.fetch.decoding import ACCEPT_ENCODING
from bot.pipeline.fetch.errors import no_redirect, timed_out, too_many_redirects, translated
from bot.pipeline.fetch.headers import http_date, max_age, retry_after, text
from bot.pipeline.fetch.network import GuardedConnector, check_url

FEED_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json;q=0.9, application/xml;q=0.9, "
    "text/xml;q=0.9, */*;q=0.1"
)

_PERMANENT = (301, 308)
_REDIRECTS = (301, 302, 303, 307, 308)
_REPEATED = (307, 308)  # of a POST: those that keep its method and its form


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """The operator's settings of the fetcher, and its limits."""

    contact: str = ""  # for the owners of the servers, in the User-Agent
    timeout: float = 30.0  # seconds for one whole GET with its redirects
    max_body: int = 2_000_000  # bytes, decoded
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    in_flight: int = 100_000_000  # bytes of all large bodies together that may be in memory at a time
    redirects: int = 5  # followed in one GET
    at_once: int = 100  # requests under way, all hosts together
    at_once_per_host: int = 2
    checked_urls: int = 4096  # remembered as checked


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer. `body` is decoded, and empty unless the status is 2xx."""

    status: int
    url: str  # the one that answered, after redirects
    body: bytes
    content_type: str  # as received, parameters included
    etag: str  # as received, quotes and W/ included; "" if there is none that can be sent back
    last_modified: str  # as received
    date: datetime | None  # by the server's clock
    cache_max_age: float | None  # seconds left; None without a usable one, or with no-cache or no-store
    retry_after: float | None  # seconds, at most a day
    moved_to: str  # target of the permanent redirects before the first temporary one; "" without
    link_header: str  # all Link fields in one


@dataclass(frozen=True, slots=True)
class _Redirect:
    status: int
    url: str


class Fetcher:
    """Sends requests over one session; an async context manager.

    The settings limit how many run at a time; queueing does not count towards the time-out. No cookies, no
    Referer, no proxy from the environment.
    """

    def __init__(self, settings: FetchSettings, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        remember = lru_cache(maxsize=settings.checked_urls)
        self._checked = remember(partial(check_url, allow=settings.allow_networks))
        self._turns = asyncio.Semaphore(settings.at_once)
        self.budget = ByteBudget(settings.in_flight)
        self._host_turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        contact = " ".join(self._settings.contact.split())
        who = f"+{contact}" if contact else "self-hosted feed alerts; no contact given"
        self._session = aiohttp.ClientSession(
            connector=GuardedConnector(self._settings.allow_networks),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={
                "User-Agent": f"Bystander/{__version__} ({who})",
                "Accept-Encoding": ACCEPT_ENCODING,
            },
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(),  # none: our own can be postponed
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
        """Fetch like `open`, but release the body's room at once; for callers with one body at a time."""
        async with self.open(url, etag=etag, last_modified=last_modified, accept=accept) as answer:
            return answer

    @asynccontextmanager
    async def open(
        self, url: str, *, etag: str = "", last_modified: str = "", accept: str = FEED_ACCEPT
    ) -> AsyncIterator[Answer]:
        """Fetch `url`, conditionally if validators are given; redirects are followed with the validators.

        A large body's room stays reserved during the block: read the body inside it, and fetch nothing else
        there. Any status is an answer. Raises FetchError, with a sentence for the operator, if there is no
        usable answer, and ForbiddenAddressError if the URL or a redirect leads to a forbidden address.
        """
        async with room_in(self.budget) as room:
            yield await self._follow(url, room, _conditional(accept, etag, last_modified))

    async def post(self, url: str, form: Mapping[str, str]) -> int:
        """Send a form, under the same limits and checks as `open`; return the status. The body is not read.

        Redirects that keep the method are followed with the form; any other one is the answer.
        """
        async with room_in(self.budget) as room:
            return (await self._follow(url, room, {}, form)).status

    async def _follow(
        self, url: str, room: BodyRoom, headers: dict[str, str], form: Mapping[str, str] | None = None
    ) -> Answer:
        target = self._checked(url)
        left, moved_to, permanent = self._settings.timeout, "", True
        for _ in range(self._settings.redirects + 1):
            result, left = await self._exchange(target, headers, left, room, form)
            if isinstance(result, Answer):
                return replace(result, moved_to=moved_to) if moved_to else result
            try:
                target = self._checked(result.url)
            except ForbiddenAddressError as error:
                raise ForbiddenAddressError(f"a redirect is not followed: {error}") from None
            permanent = permanent and result.status in _PERMANENT
            if permanent:
                moved_to = str(target)
        raise too_many_redirects(self._settings.redirects, target.host)

    async def _exchange(
        self,
        target: URL,
        headers: dict[str, str],
        left: float,
        room: BodyRoom,
        form: Mapping[str, str] | None,
    ) -> tuple[Answer | _Redirect, float]:
        """Send one request; return its result and the remaining time in seconds."""
        assert self._session is not None
        method = "GET" if form is None else "POST"
        host = target.raw_host or ""
        async with self._turns_of(host.lower().removesuffix(".")), self._turns:
            loop = asyncio.get_running_loop()
            start = loop.time()
            try:
                async with (
                    asyncio.timeout(max(left, 0.0)) as limit,
                    self._session.request(
                        method, target, headers=headers, data=form, allow_redirects=False
                    ) as response,
                ):
                    result = await self._read(response, room, limit)
            except TimeoutError:
                raise timed_out(host, self._settings.timeout) from None
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise translated(error, host) from error
            return result, left - (loop.time() - start)

    def _turns_of(self, host: str) -> asyncio.Semaphore:
        """Return the host's semaphore, which exists only while a request holds it or waits for it."""
        turns = self._host_turns.get(host)
        if turns is None:
            turns = self._host_turns[host] = asyncio.Semaphore(self._settings.at_once_per_host)
        return turns

    async def _read(
        self, response: aiohttp.ClientResponse, room: BodyRoom, limit: asyncio.Timeout
    ) -> Answer | _Redirect:
        status, headers, posted = response.status, response.headers, response.method == "POST"
        if status in (_REPEATED if posted else _REDIRECTS):
            return _Redirect(status, _location(response))
        date, body = http_date(headers.get("Date", "")), b""
        if status in range(200, 300) and not posted:
            body = await read_body(response, self._settings.max_body, partial(_reserve, room, limit))
        return Answer(
            status=status,
            url=str(response.url),
            body=body,
            content_type=text(headers, "Content-Type"),
            etag=text(headers, "ETag"),
            last_modified=text(headers, "Last-Modified"),
            date=date,
            cache_max_age=max_age(headers, date or self._clock.now()),
            retry_after=retry_after(headers, date or self._clock.now()),
            moved_to="",
            link_header=text(headers, "Link"),
        )


async def _reserve(room: BodyRoom, limit: asyncio.Timeout, size: int) -> None:
    """Wait for room; that time does not count towards the time-out, as the server did not cause it."""
    loop, ends = asyncio.get_running_loop(), limit.when()
    began = loop.time()
    limit.reschedule(None)
    await room.reserve(size)
    if ends is not None:
        limit.reschedule(ends + loop.time() - began)


def _conditional(accept: str, etag: str, last_modified: str) -> dict[str, str]:
    headers = {"Accept": accept}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    return headers


def _location(response: aiohttp.ClientResponse) -> str:
    location = response.headers.get("Location", "")
    try:
        if location:
            return urljoin(str(response.url), location)
    except ValueError:
        pass
    raise no_redirect(response.status)
