"""Outgoing connections: which URLs and addresses the fetcher may connect to, and how it reads answers."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Sequence
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import cast

from aiohttp import (
    ClientConnectionError,
    ClientOSError,
    ClientPayloadError,
    ServerDisconnectedError,
    TCPConnector,
)
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import RawResponseMessage
from aiohttp.resolver import DefaultResolver
from aiohttp.streams import StreamReader
from yarl import URL

from bot.errors import ForbiddenAddressError
from bot.text.urls import LOOPBACK, MAX_URL

Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]

_WRITE = "write one such as https://blog.example/feed/"

_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NUMERIC_END = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")  # such a host is an address, never a name
_QUOTED = re.compile(r"(?:[!#-$&-;=?-Z\[\]_a-z~]|%[0-9A-Fa-f]{2})*")  # RFC 3986: already quoted

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_NOT_PUBLIC = (  # not public, although `is_global` of some Python versions accepts them
    IPv4Network("192.0.0.0/24"),  # IETF protocol assignments; a cloud's metadata service is at .192
    IPv4Network("192.88.99.0/24"),  # former 6to4 relays, RFC 7526
    IPv4Network("168.63.129.16/32"),  # Azure's host agent, reachable only from inside Azure
)


def check_url(url: str, allow: Networks = ()) -> URL:
    """Return `url` parsed and ready to be requested, with its quoting preserved, without its fragment.

    A literal address must be public or inside `allow`; names are checked when they are resolved. Raises
    ForbiddenAddressError for everything else: another scheme, no host, user-info, port 0, unprintable
    characters, more than MAX_URL characters.
    """
    if len(url) > MAX_URL:
        raise ForbiddenAddressError(
            f"the URL is longer than {MAX_URL} characters; no feed needs that, so check it"
        )
    if not url.isprintable():
        raise ForbiddenAddressError("the URL contains characters that cannot be printed; write it anew")
    try:
        parsed = URL(url, encoded=_QUOTED.fullmatch(url) is not None)
        port = parsed.port  # parses the whole authority, so that errors show here
    except ValueError:
        raise ForbiddenAddressError(f"the URL is malformed; {_WRITE}") from None
    if parsed.scheme not in ("http", "https"):
        raise ForbiddenAddressError(f"the URL does not begin with http:// or https://; {_WRITE}")
    if "@" in parsed.raw_authority:
        raise ForbiddenAddressError("the URL contains a user name or password; leave them out")
    if port == 0:
        raise ForbiddenAddressError("the URL names port 0; leave the port out, or give the right one")
    return _with_checked_host(parsed, allow).with_fragment(None)


def in_networks(url_host: str, networks: Networks) -> bool:
    """Return whether a URL's host, as written, is an address inside `networks`.

    "localhost" and the names below it count as the loopback addresses. Other names are never inside,
    because they may later resolve to another address.
    """
    host = url_host.strip("[]").removesuffix(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return any(_within(address, networks) for address in LOOPBACK)
    address = _literal(host)
    return address is not None and _within(address, networks)


class GuardedResolver(AbstractResolver):
    """Resolves names and returns only permitted addresses.

    aiohttp connects to exactly the addresses that a resolver returns, so DNS rebinding (a name that resolves
    differently a moment later) has no effect.
    """

    def __init__(self, allow: Networks = (), resolver: AbstractResolver | None = None) -> None:
        self._allow = allow
        self._resolver = resolver or DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the permitted addresses of `host`.

        Raises OSError if the name has no address, ForbiddenAddressError if none of them is permitted.
        """
        try:
            found = await self._resolver.resolve(host, port, family)
        except UnicodeError as error:  # the codec of host names rejects some names before any lookup
            raise OSError("no host name") from error
        permitted = [entry for entry in found if _permitted(ip_address(entry["host"]), self._allow)]
        if found and not permitted:
            raise _forbidden(host)
        return permitted

    async def close(self) -> None:
        """Close the wrapped resolver."""
        await self._resolver.close()


class UnansweredError(ClientConnectionError):
    """A new connection was closed before anything was answered."""


class GuardedConnector(TCPConnector):
    """Connects to permitted addresses only, sends each request once, and reads answers as curl does."""

    def __init__(self, allow: Networks = ()) -> None:
        # Two seconds are enough for the requests of one poll, and leave few idle connections.
        super().__init__(resolver=GuardedResolver(allow), limit=0, keepalive_timeout=2.0)
        factory = partial(_Listener, loop=asyncio.get_running_loop())
        self._factory = cast("partial[ResponseHandler]", factory)


class _Listener(ResponseHandler):
    """Reads from one connection; adjusts aiohttp 3.14 where it is too strict or too lax for a poll.

    Data after a complete answer in the same packet is tolerated: some servers send a 304 with a body, or more
    than the announced length. A malformed body fails at once, not by the time-out. No GET is sent twice,
    unless a kept-alive connection was closed meanwhile.
    """

    _answered = False

    def data_received(self, data: bytes) -> None:
        head, end, rest = data.partition(b"\r\n\r\n")
        super().data_received(head + end)
        if rest:
            super().data_received(rest)
        if self.exception() and self._payload and not self._payload.is_eof():
            self._payload.set_exception(ClientPayloadError("malformed body"))

    async def read(self) -> tuple[RawResponseMessage, StreamReader]:
        try:
            answer = await super().read()
        except (ServerDisconnectedError, ClientOSError) as error:
            if self._answered:
                raise
            raise UnansweredError from error
        self._answered = True
        return answer


def _with_checked_host(url: URL, allow: Networks) -> URL:
    host = (url.raw_host or "").lower().removesuffix(".")
    address = _literal(host)
    if address is None:
        if not _HOST.fullmatch(host) or _NUMERIC_END.fullmatch(host):
            raise ForbiddenAddressError(f"the URL names no host; {_WRITE}")
        if (host == "localhost" or host.endswith(".localhost")) and not in_networks(host, allow):
            raise _forbidden(host)
        return url
    if not _permitted(address, allow):
        raise _forbidden(host)
    return url.with_host(str(address))  # aiohttp accepts addresses in canonical form only


def _literal(host: str) -> Address | None:
    """Return the address that `host` denotes, also in forms like 127.1, 0x7f.1, 0177.0.0.1 or 2130706433."""
    if "%" in host:  # a zone identifier means an interface of this machine
        return None
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _permitted(address: Address, allow: Networks) -> bool:
    return _within(address, allow) or _public(_embedded(address) or address)


def _within(address: Address, networks: Networks) -> bool:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return any((mapped or address) in network for network in networks)


def _embedded(address: Address) -> IPv4Address | None:
    """Return the IPv4 address embedded in an IPv6 address (mapped, NAT64, 6to4), which packets reach."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _public(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        return address in _GLOBAL_UNICAST and address.is_global
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _NOT_PUBLIC)
    )


def _forbidden(host: str) -> ForbiddenAddressError:
    return ForbiddenAddressError(
        f"{host} is not on the public internet (fetch.allow_networks can permit a private network)"
    )
