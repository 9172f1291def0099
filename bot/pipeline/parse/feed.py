"""Parses the bytes of a feed into plain values: RSS 0.9x, 1.0 and 2.0, Atom, CDF and JSON Feed.

Runs in the sandbox's child process: hostile input can cost feedparser minutes and gigabytes.
"""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.sax import SAXException

import feedparser

from bot.errors import ParseError
from bot.model import ParsedFeed
from bot.pipeline.parse.dates import is_guessed as is_guessed_date
from bot.pipeline.parse.dates import orders_of
from bot.pipeline.parse.entry import (
    Raw,
    date_texts,
    dicts,
    linked,
    page_link,
    published,
    string,
    text,
    to_entry,
)
from bot.pipeline.parse.json_feed import read_json_feed
from bot.pipeline.parse.labels import is_guessed as is_guessed_label
from bot.pipeline.parse.labels import itunes_names, labelled, read_labels
from bot.pipeline.parse.limits import LIMITS
from bot.pipeline.parse.repair import mended, start_of
from bot.text.sanitize import one_line

_WEB_PAGE = "the answer is a web page, not a feed"
_PAGE_ROOTS = (
    "html",
    "head",
    "body",
    "title",
    "meta",
    "link",
    "script",
    "style",
    "div",
    "p",
    "br",
    "b",
    "h1",
)
_NAME = re.compile(rb"[A-Za-z_][\w:.-]*")
_FEED_START = re.compile(rb"<((?:[\w.-]+:)?(?:rss|feed|rdf|channel))[\s>]", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY\s([^<>]*)", re.IGNORECASE)
# feedparser would merge these inseparably with the entry's own labels, or with those of <itunes:category>.
_FOREIGN_LABELS = re.compile(rb"(</?(?:media:(?=category|keywords)|itunes:(?=keywords)))(\w+)", re.IGNORECASE)


def parse(body: bytes, content_type: str = "", url: str = "") -> ParsedFeed:
    """Return the feed in a decoded HTTP body, with at least one and at most 200 entries.

    `content_type`: the header as received; its charset is used, its media type ignored. `url`: the address
    after redirects, the base of a feed that contains no absolute address. Raises ParseError with the reason
    if the body is no feed, is cut short or has no entries; also raises MemoryError.
    """
    return feed_of(read_document(body, content_type, url), url)


def read_document(body: bytes, content_type: str, url: str) -> Raw:
    """Return a document as feedparser reads it; see `parse`."""
    body = start_of(body)
    if not body:
        raise ParseError("the answer is empty")
    if body.startswith(b"\x1f\x8b"):
        raise ParseError("the answer is compressed, without saying so")
    if body.startswith((b"{", b"[")):
        return read_json_feed(body)
    return _read_xml(*mended(body, content_type, url))


def stands_alone(document: Raw) -> bool:
    """Return whether each entry is read the same with any other entries of the feed, or with none."""
    if isinstance(document.get("bozo_exception"), SAXException):
        return False  # it was guessed where entries end
    dates = (each for raw in document["entries"] for each in date_texts(raw))
    labels = (each for raw in document["entries"] for each in read_labels(dicts(raw, "tags")))
    return not any(map(is_guessed_date, dates)) and not any(map(is_guessed_label, labels))


def _read_xml(body: bytes, content_type: str) -> Raw:
    ascii_only = body.replace(b"\0", b"")  # makes the ASCII part of UTF-16 and UTF-32 searchable
    root = _root(ascii_only)
    if root == "html":
        raise ParseError(_WEB_PAGE)
    if not root:
        raise ParseError("the answer is neither XML nor JSON")
    if any(map(_is_bomb, _ENTITY.findall(ascii_only))):
        raise ParseError("the feed is a bomb: its entities are made to grow")
    result = _run_feedparser(_FOREIGN_LABELS.sub(rb"\1_\2", body), content_type)
    if isinstance(result.get("bozo_exception"), SAXException) and _is_cut(ascii_only):
        raise ParseError("the feed is cut short: its end is missing")
    if result.get("entries"):
        return result
    if result.get("version") or _FEED_START.search(ascii_only):
        raise ParseError("the feed lists no entries")
    raise ParseError(_WEB_PAGE if root in _PAGE_ROOTS else f"the answer is XML, but no feed (<{root[:40]}>)")


def _run_feedparser(body: bytes, content_type: str) -> Raw:
    headers = {"content-type": content_type} if content_type else None
    try:
        found: Raw = feedparser.parse(
            io.BytesIO(body),  # never bytes or str: feedparser would open what looks like a path or a URL
            response_headers=headers,
            sanitize_html=False,  # quadratic on hostile input; text is made from the HTML elsewhere
            resolve_relative_uris=False,
        )
    except MemoryError:
        raise
    except Exception as error:
        raise ParseError(f"the feed is malformed beyond reading ({type(error).__name__})") from error
    return found


def _root(body: bytes) -> str:
    """Return the first element's name in lower case, "" for none."""
    position = 0
    while (mark := body.find(b"<", position)) >= 0:
        if name := _NAME.match(body, mark + 1):
            return name[0].decode("ascii", "replace").lower()
        end = body.find(b"-->" if body.startswith(b"<!--", mark) else b">", mark)
        position = end if end > 0 else len(body)
    return ""


def _is_bomb(entity: bytes) -> bool:
    references = entity.count(b"&") - entity.count(b"&#")
    return references > 1 or len(entity) > LIMITS.entity


def _is_cut(body: bytes) -> bool:
    """Return whether the root element's end tag is missing, as entries may then be missing too."""
    start = _FEED_START.search(body)
    return start is not None and not re.search(
        rb"</" + re.escape(start[1]) + rb"(?![\w:.-])", body, re.IGNORECASE
    )


def feed_of(document: Raw, url: str) -> ParsedFeed:
    """Return the feed in a document that `read_document` has read; see `parse`."""
    feed = document["feed"]
    link = page_link(feed, url)
    literal = document["version"].startswith(("atom", "json"))
    base = _base(link, url, atom=document["version"].startswith("atom"))
    orders = orders_of(text for raw in document["entries"] for text in date_texts(raw))
    newest = _newest(document["entries"], orders)
    entries = [to_entry(raw, base, literal=literal, orders=orders) for raw in newest]
    generator = one_line(string(feed, "generator"), LIMITS.label)
    labels = [read_labels(dicts(raw, "tags")) for raw in newest]
    usable = tuple(
        entry for entry in labelled(entries, labels, generator) if entry.guid or entry.link or entry.title
    )
    if not usable:
        raise ParseError("the feed lists no entries with an id, a link or a title")
    return ParsedFeed(
        title=text(feed, "title", LIMITS.title, literal=literal),
        link=link,
        entries=usable,
        generator=generator,
        shelves=itunes_names(dicts(feed, "tags")),
        ttl=_ttl(string(feed, "ttl")),
        hubs=linked(feed, "hub"),
        topics=linked(feed, "self"),
    )


def _base(link: str, url: str, *, atom: bool) -> str:
    """Return the base URL of the entries' relative addresses.

    RFC 4287 (Atom) prescribes the feed's own address; but if another host serves the feed, addresses are
    relative to the blog's. RSS and JSON Feed prescribe none, and in practice use the blog's.
    """
    same_host = urlsplit(link).netloc == urlsplit(url).netloc
    return url if not link or (atom and same_host) else link


def _newest(entries: list[Raw], orders: frozenset[str]) -> list[Raw]:
    """Return at most 200 entries, the newest by date, in the feed's order."""
    if len(entries) <= LIMITS.entries:
        return entries
    start = datetime.fromtimestamp(0, UTC)
    by_age = sorted(
        range(len(entries)), key=lambda index: published(entries[index], orders) or start, reverse=True
    )
    return [entries[index] for index in sorted(by_age[: LIMITS.entries])]


def _ttl(minutes: str) -> float:
    try:
        return min(max(int(minutes) * 60.0, 0.0), LIMITS.ttl)
    except (ValueError, OverflowError):
        return 0.0
