"""Decides who may see the names of places and people on the status page. Pure."""

from __future__ import annotations

import hmac
import ipaddress
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field

# What proxies add. nginx adds nothing unless it is told to, but it speaks HTTP/1.0 to what is behind it.
_OF_PROXIES = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of a request. `headers` have lower-case names. `peer`: the other end's address."""

    headers: Mapping[str, str]
    peer: str = ""
    version: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True)
class Access:
    """With a token, whoever has it may see names. Without one, those on the same machine may.

    The latter holds only for a server that listens on a loopback address and has no public address. What a
    proxy on the same machine passes on is not from the machine: such a request is told by its headers, its
    host, or its version of HTTP. The host also shows requests that another site makes a browser send.
    """

    listens_on: str
    public_url: str = ""
    token: str = field(default="", repr=False)

    def sees_names(self, visit: Visit) -> bool:
        """Return whether names are shown."""
        if self.token:
            given = credential(visit.headers.get("authorization", ""))
            return hmac.compare_digest(given.encode(errors="replace"), self.token.encode(errors="replace"))
        if self.public_url or not (is_loopback(self.listens_on) and is_loopback(visit.peer)):
            return False
        passed_on = any(name in visit.headers for name in _OF_PROXIES) or visit.version < (1, 1)
        return not passed_on and is_loopback(host_of(visit.headers.get("host", "")))


def credential(authorization: str) -> str:
    """Return the token in an Authorization header: that of Bearer, or the password of Basic; "" for none."""
    scheme, _, value = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(value.strip(), validate=True).decode().partition(":")[2]
    except ValueError:  # no base64, or no text
        return ""


def host_of(header: str) -> str:
    """Return the host in a Host header, without its port."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0]


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine's own: "127.0.0.1", "::1", "localhost"."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
