"""Web addresses: those that people write, and those that stand in what strangers wrote.

Where the bot may connect to is decided by `bot.pipeline.fetch.network`, at the request.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

MAX_URL = 2000  # characters, everywhere; a longer address is dropped, for a cut one leads elsewhere

_HOST = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63})*\.?")  # lengths of labels: RFC 1035
_BROKEN_LINES = re.compile(r"[\t\r\n]")  # browsers read addresses past them
_UNQUOTED = re.compile(r"[ \"<>\\^`{|}]")  # never legal in a URL, common in feeds


def web_url(text: str, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """Return `text`, which a person wrote, as it is when it is an absolute URL with a host and no user name.

    Raises ValueError with a sentence that lacks its subject, as those of `bot.text.units`.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port  # .port raises for what is no port
    except ValueError:
        parts, host = urlsplit(""), ""
    clean = text.isprintable() and " " not in text and len(text) <= MAX_URL
    if parts.scheme not in schemes or not clean or not (_HOST.fullmatch(host) or ":" in host):
        raise ValueError(f'is no URL; write one such as "{schemes[-1]}://host.example/path"')
    if "@" in parts.netloc:
        raise ValueError("has a user name or password in it; such URLs are not supported, leave them out")
    return text


def web_link(url: str, base: str = "") -> str:
    """Return `url` as an absolute http(s) address, relative ones joined to `base`, or "" where it is none.

    Nor is one with a user name, which serves to make one host look like another.
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
