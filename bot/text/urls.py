"""Validates web addresses, except for the check of where the bot may connect.

| an address that | is checked by | an invalid one gives |
|---|---|---|
| a person wrote, in the config or in chat | `web_url` | a ValueError with the remedy |
| occurs in a feed or a page | `web_link`, which joins and quotes it | "" |
| is shown as a link in a preview | `is_web` | False |
| may be polled often | `inside`, for `fetch.allow_networks` | False |
| is about to be requested | `bot.pipeline.fetch.network` | an error |
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urljoin, urlsplit

Network = IPv4Network | IPv6Network

MAX_URL = 2000  # characters, everywhere; longer addresses are dropped, as a truncated one leads elsewhere

LOOPBACK = (IPv4Address("127.0.0.1"), IPv6Address("::1"))  # the addresses of "localhost"
_HOST = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63})*\.?")  # lengths of labels: RFC 1035
_BROKEN_LINES = re.compile(r"[\t\r\n]")  # browsers ignore them in addresses
_UNQUOTED = re.compile(r"[ \"<>\\^`{|}]")  # never legal in a URL, common in feeds


def web_url(text: str, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """Return `text`, typed by a person, unchanged if it is an absolute URL with a host and no user name.

    Raises ValueError with a sentence without a subject, like those of `bot.text.units`.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port  # .port raises if it is invalid
    except ValueError:
        parts, host = urlsplit(""), ""
    clean = text.isprintable() and " " not in text and len(text) <= MAX_URL
    if parts.scheme not in schemes or not clean or not (_HOST.fullmatch(host) or ":" in host):
        raise ValueError(f'is no URL; write one such as "{schemes[-1]}://host.example/path"')
    if "@" in parts.netloc:
        raise ValueError("has a user name or password in it; such URLs are not supported, leave them out")
    return text


def web_link(url: str, base: str = "") -> str:
    """Return `url` as an absolute http(s) address, joined to `base` if relative, or "" if it is invalid.

    A URL with a user name is invalid too, because it can make one host look like another.
    """
    url = _BROKEN_LINES.sub("", url.strip())
    if not url or len(url) > MAX_URL:
        return ""
    try:
        url = url if urlsplit(url).scheme else urljoin(base, url)
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or " " in host or "@" in parts.netloc:
        return ""
    url = _UNQUOTED.sub(lambda found: f"%{ord(found[0]):02X}", url)
    return url if url.isprintable() and len(url) <= MAX_URL else ""


def is_web(address: str) -> bool:
    """Return whether an address begins with http: or https:, so that a click on it leads to the web."""
    try:
        return urlsplit(address).scheme in ("http", "https")
    except ValueError:
        return False


def inside(url: str, networks: Iterable[Network]) -> bool:
    """Return whether the host of a URL is an address (also "localhost") in one of the networks.

    Any other name is not, because it may resolve to any address.
    """
    try:
        host = urlsplit(url).hostname or ""
        addresses = LOOPBACK if host == "localhost" else (ip_address(host),)
    except ValueError:
        return False
    return any(address in network for network in networks for address in addresses)
