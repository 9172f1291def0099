"""Identifies an entry: a permanent id, and other keys that find the same post after its id has changed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC
from functools import lru_cache
from hashlib import blake2b
from html import unescape
from urllib.parse import SplitResult, urlsplit

from bot.model import Entry
from bot.text.normalize import fold

_REMEMBERED = 1_000  # addresses, as each is asked about several times in a poll
_LONGEST = 280  # characters of a key; leaves room for a re-use mark within 300
_HEAD = 100  # characters of a longer key that are kept before its hash, for readability
_NUMBER = re.compile(r"(?:^|&)p=([0-9]{1,18})(?:&|$)")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
_MARKUP = re.compile(r"<[^<>]*>")
_REUSED = "#reused-"
_TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|mc_[ce]id)(?:=|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Identity:
    """The keys of a post. `wordpress_id` is 0 where there is none.

    `id`: "wp:<host>:<number>" (the host with the blog's path, if any), "guid:...", "link:..." or
    "text:<hash of title and date>", at most 300 characters. `aliases`: guid and link without scheme and host,
    each as "/...", and the text key. One matching alias alone proves nothing.
    """

    id: str
    aliases: tuple[str, ...] = ()
    wordpress_id: int = 0


def identify(entry: Entry) -> Identity:
    """Return the identity of an entry: by its WordPress number, else by guid, link, or title and date.

    A guid loses its scheme, because WordPress.com's flip between http and https; a link also loses www and
    its tracking parameters. Other parameters stay, as they may be the only difference between two posts.
    """
    place, number = _wordpress(entry.guid) or _wordpress(entry.link) or ("", 0)
    text = text_key(entry)
    if number:
        key = f"wp:{place}:{number}"
    elif entry.guid.strip():
        key = f"guid:{_SCHEME.sub('', entry.guid.strip(), count=1)}"
    elif entry.link.strip():
        key = f"link:{''.join(host_and_rest(entry.link))}"
    else:
        key = text or f"text:{digest(fold(entry.title), str(entry.published or ''), entry.html)}"
    aliases = dict.fromkeys((alias(entry.guid), alias(entry.link), text))
    return Identity(_fit(key), tuple(name for name in aliases if name and name != key), number)


def reused(identity: Identity, entry: Entry) -> Identity:
    """Return the identity of a new post that re-uses the guid of an old one; the old id becomes an alias."""
    mark = digest(alias(entry.link) or entry.link, fold(entry.title))[:8]
    return replace(identity, id=f"{identity.id}{_REUSED}{mark}", aliases=(*identity.aliases, identity.id))


def re_uses(post_id: str, guid_id: str) -> bool:
    """Return whether `reused` made `post_id` from `guid_id`."""
    return post_id.startswith(f"{guid_id}{_REUSED}")


@lru_cache(maxsize=_REMEMBERED)
def alias(address: str) -> str:
    """Return a guid or link without scheme, host, last slash and tracking; "" for a bare host or no URL."""
    host, rest = host_and_rest(address)
    return _fit("/" + rest.lstrip("/")) if host and rest else ""


def text_hash(entry: Entry) -> str:
    """Return a hash of the words of an entry, ignoring markup, white space and pictures."""
    return entry.text_hash or digest(words_of(entry))


def without_text(entry: Entry) -> Entry:
    """Return an entry without its text, and what is compared of it instead."""
    words = words_of(entry)
    return replace(entry, html="", text_hash=digest(words), characters=len(words))


def words_of(entry: Entry) -> str:
    """Return the words of an entry's text, separated by single spaces."""
    return " ".join(unescape(_MARKUP.sub(" ", entry.html or entry.excerpt)).split())


def text_key(entry: Entry) -> str:
    """Return the key made of title and date, "" where either is missing."""
    title = fold(entry.title)
    if not title or entry.published is None:
        return ""
    return f"text:{digest(title, entry.published.astimezone(UTC).isoformat(timespec='seconds'))}"


def digest(*parts: str) -> str:
    """Return a hash of the texts as 32 hexadecimal digits."""
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


@lru_cache(maxsize=_REMEMBERED)
def _wordpress(address: str) -> tuple[str, int] | None:
    """Return the blog's host and path, and the post's number, from "<host and path>/?p=<number>"."""
    parts, host = _split(address)
    folder = parts.path.removesuffix("index.php") if parts else ""
    match = _NUMBER.search(parts.query) if parts else None
    if match is None or int(match[1]) == 0 or (folder and not folder.endswith("/")):
        return None
    return host + folder.rstrip("/"), int(match[1])


def host_and_rest(address: str) -> tuple[str, str]:
    """Return the normalised host and rest of a URL; ("", the address) where it is no URL."""
    parts, host = _split(address)
    if parts is None:
        return "", address.strip()
    query = "&".join(part for part in parts.query.split("&") if part and not _TRACKING.match(part))
    marks = ("?" + query if query else "") + ("#" + parts.fragment if parts.fragment else "")
    return host, parts.path.rstrip("/") + marks


def _split(address: str) -> tuple[SplitResult | None, str]:
    """Return the parts of a URL and its host without www or a default port; (None, "") where it is no URL."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None, ""
    host = parts.netloc.rpartition("@")[2].lower().removeprefix("www.")
    return (parts if host else None), host.removesuffix(":80").removesuffix(":443")


def _fit(key: str) -> str:
    return key if len(key) <= _LONGEST else f"{key[:_HEAD]}#{digest(key)}"
