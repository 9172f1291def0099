"""Fetching over HTTP: one polite, bounded request at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from ipaddress import IPv4Network, IPv6Network
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urljoin

import aiohttp

from bot import __version__
from bot.clock import Clock, SystemClock
from bot.errors import ForbiddenAddressError
from bot.pipeline.fetch.body import read_body
from bot.pipeline.fetch.budget import BodyRoom, ByteBudget, free_bytes
from bot.pipeline.fetch.decoding import ACCEPT_ENCODING
from bot.pipeline.fetch.errors import no_redirect, timed_out, too_many_redirects, translated
from bot.pipeline.fetch.headers import http_date, max_age, retry_after, text
from bot.pipeline.fetch.network import GuardedConnector, check_url
from bot.pipeline.fetch.turns import Turns
from bot.pipeline.fetch.wire import Response, Target, Wire

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
    at_once: int = 250  # requests under way, all hosts together; most of so many wait for hosts that hang
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


class Opening:
    """The context of one answer, see `Fetcher.open`. As a class it costs a third of a generator."""

    __slots__ = ("_answering", "_room")

    def __init__(self, answering: Coroutine[Any, Any, Answer], room: BodyRoom) -> None:
        self._answering = answering
        self._room = room

    async def __aenter__(self) -> Answer:
        try:
            return await self._answering
        except BaseException:
            self._room.close()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._room.close()


class Fetcher:
    """Sends requests over one pool of connections; an async context manager.

    The settings limit how many run at a time; queueing does not count towards the time-out. No cookies, no
    Referer, no proxy from the environment.
    """

    def __init__(self, settings: FetchSettings, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._checked = lru_cache(maxsize=settings.checked_urls)(self._check)
        self._turns = Turns(settings.at_once, settings.at_once_per_host)
        self.budget = ByteBudget(settings.in_flight)
        self._free = free_bytes(settings.at_once)
        self._wire: Wire | None = None

    async def __aenter__(self) -> Self:
        contact = " ".join(self._settings.contact.split())
        who = f"+{contact}" if contact else "self-hosted feed alerts; no contact given"
        self._wire = Wire(
            GuardedConnector(self._settings.allow_networks),
            {
                "User-Agent": f"Bystander/{__version__} ({who})",
                "Accept-Encoding": ACCEPT_ENCODING,
            },
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._wire is not None
        self._checked.cache_clear()
        await self._wire.aclose()

    async def get(
        self, url: str, *, etag: str = "", last_modified: str = "", accept: str = FEED_ACCEPT
    ) -> Answer:
        """Fetch like `open`, but release the body's room at once; for callers with one body at a time."""
        async with self.open(url, etag=etag, last_modified=last_modified, accept=accept) as answer:
            return answer

    def open(
        self, url: str, *, etag: str = "", last_modified: str = "", accept: str = FEED_ACCEPT
    ) -> Opening:
        """Fetch `url`, conditionally if validators are given; redirects are followed with the validators.

        A large body's room stays reserved during the block: read the body inside it, and fetch nothing else
        there. Any status is an answer. Raises FetchError, with a sentence for the operator, if there is no
        usable answer, and ForbiddenAddressError if the URL or a redirect leads to a forbidden address.
        """
        room = BodyRoom(self.budget)
        return Opening(self._follow(url, room, _conditional(accept, etag, last_modified)), room)

    async def post(self, url: str, form: Mapping[str, str]) -> int:
        """Send a form, under the same limits and checks as `open`; return the status. The body is not read.

        Redirects that keep the method are followed with the form; any other one is the answer.
        """
        return (await self._follow(url, BodyRoom(self.budget), {}, urlencode(form).encode())).status

    async def _follow(
        self, url: str, room: BodyRoom, headers: dict[str, str], form: bytes | None = None
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
                moved_to = target.address
        raise too_many_redirects(self._settings.redirects, target.url.host)

    def _check(self, url: str) -> Target:
        assert self._wire is not None
        return self._wire.target(check_url(url, self._settings.allow_networks))

    async def _exchange(
        self, target: Target, headers: dict[str, str], left: float, room: BodyRoom, form: bytes | None
    ) -> tuple[Answer | _Redirect, float]:
        """Send one request when it has a turn; return its result and the remaining time in seconds."""
        await self._turns.take(target.host)
        try:
            start = asyncio.get_running_loop().time()
            result = await self._ask(target, headers, left, room, form)
            return result, left - (asyncio.get_running_loop().time() - start)
        finally:
            self._turns.give_back(target.host)

    async def _ask(
        self, target: Target, headers: dict[str, str], left: float, room: BodyRoom, form: bytes | None
    ) -> Answer | _Redirect:
        host = target.url.raw_host or ""
        try:
            async with (
                asyncio.timeout(max(left, 0.0)) as limit,
                await self._send(target, headers, form) as response,
            ):
                return await self._read(response, room, limit, posted=form is not None)
        except TimeoutError:
            raise timed_out(host, self._settings.timeout) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise translated(error, host) from error

    async def _send(self, target: Target, headers: dict[str, str], form: bytes | None) -> Response:
        assert self._wire is not None
        if form is None:
            return await self._wire.get(target, headers)
        return await self._wire.post(target, form)

    async def _read(
        self, response: Response, room: BodyRoom, limit: asyncio.Timeout, *, posted: bool
    ) -> Answer | _Redirect:
        status, headers = response.status, response.headers
        if status in (_REPEATED if posted else _REDIRECTS):
            return _Redirect(status, _location(response))
        date, body = http_date(headers.get("Date", "")), b""
        now = date or self._clock.now()
        if status in range(200, 300) and not posted:
            body = await read_body(
                response, self._settings.max_body, partial(_reserve, room, limit), self._free
            )
        return Answer(
            status=status,
            url=response.target.address,
            body=body,
            content_type=text(headers, "Content-Type"),
            etag=text(headers, "ETag"),
            last_modified=text(headers, "Last-Modified"),
            date=date,
            cache_max_age=max_age(headers, now),
            retry_after=retry_after(headers, now),
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


def _location(response: Response) -> str:
    location = response.headers.get("Location", "")
    try:
        if location:
            return urljoin(response.target.address, location)
    except ValueError:
        pass
    raise no_redirect(response.status)
