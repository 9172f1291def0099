"""One entry as feedparser gives it, made into plain values of bounded length that can be stored and shown.

Whoever writes a feed can make feedparser put a value of any type under almost any name: none is trusted here.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import unescape
from itertools import islice
from typing import Any

from bot.model import Entry
from bot.text.sanitize import markup_of, one_line, storable, text_of
from bot.text.urls import web_link

MAX_LABELS = 100
MAX_TITLE, MAX_AUTHOR, MAX_LABEL, MAX_GUID = 500, 200, 100, 2000  # characters
MAX_HTML, MAX_EXCERPT = 400_000, 2000  # characters
_LAST_MOMENT = datetime(2100, 1, 1, tzinfo=UTC).timestamp()

Raw = Mapping[str, Any]  # a feed or an entry

_MAIL = re.compile(r"[^\s@()]+@[^\s@()]+(?:\s*\((.*)\))?", re.DOTALL)  # "jo@blog.example (Jo Doe)"
_IMG = re.compile(r"<img\s[^<>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(?<![\w-])(src|width|height)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_IMAGE_PATH = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:\?|$)", re.IGNORECASE)
# Avatars, site icons, tracking pixels, share buttons and smileys of WordPress.
_NO_PICTURE = re.compile(
    r"//(?:[\w.-]+\.)?gravatar\.com/|//(?:pixel\.wp|stats\.wordpress|feeds\.wordpress)\.com/|/b\.gif(?:\?|$)|"
    r"/core/emoji/|/smilies/|//feeds\.feedburner\.com/~",
    re.IGNORECASE,
)
_MAX_IMAGES = 50  # looked at, of each kind


def to_entry(raw: Raw, base: str, *, literal: bool) -> Entry:
    """Return the entry. `base`: the feed's own address, for relative links; `literal`: see `text`."""
    link = page_link(raw, base)
    html = storable(_html(raw, literal=literal), MAX_HTML)
    return Entry(
        guid=storable(string(raw, "id"), MAX_GUID),
        link=link,
        title=text(raw, "title", MAX_TITLE, literal=literal),
        author=_author(raw),
        published=published(raw),
        updated=_moment(_value(raw, "updated_parsed")),
        html=html,
        # Without a detail, feedparser made the summary up from the content.
        excerpt=text(raw, "summary", MAX_EXCERPT, literal=literal) if "summary_detail" in raw else "",
        labels=_labels(raw),
        image=_image(raw, html, link or base),
    )


def text(raw: Raw, key: str, limit: int, *, literal: bool) -> str:
    """Return a field that may be HTML as text, at most `limit` characters.

    `literal`: the format (Atom, JSON Feed) says which texts are HTML, and is believed. RSS does not say.
    """
    value = string(raw, key)
    if literal and string(_value(raw, f"{key}_detail"), "type") == "text/plain":
        return one_line(unescape(value[: 20 * limit]), limit)
    return text_of(value, limit)


def page_link(raw: Raw, base: str) -> str:
    """Return the http(s) address of the page that a feed or an entry stands for, "" for none."""
    links = (string(one, "href") for one in _dicts(raw, "links") if string(one, "rel") == "alternate")
    return next(filter(None, (web_link(url, base) for url in (string(raw, "link"), *links))), "")


def published(raw: Raw) -> datetime | None:
    """Return the printed date of publication; an Atom feed may have the last change alone."""
    keys = ("published_parsed", "created_parsed", "updated_parsed")
    return next(filter(None, (_moment(_value(raw, key)) for key in keys)), None)


def string(raw: Raw | None, key: str) -> str:
    """Return a value that is a text, else ""."""
    value = _value(raw, key)
    return value if isinstance(value, str) else ""


def _value(raw: Raw | None, key: str) -> Any:
    """Return what is really there: feedparser's own lookup stands in other fields for missing ones."""
    return dict.get(raw, key) if isinstance(raw, dict) else None


def _dicts(raw: Raw, key: str) -> list[Raw]:
    value = _value(raw, key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _html(raw: Raw, *, literal: bool) -> str:
    """Return the longest HTML content, else the longest text there is, as HTML."""
    contents = [(string(one, "type"), string(one, "value")) for one in _dicts(raw, "content")]
    marked_up = [value for kind, value in contents if "html" in kind]
    if any(marked_up):
        return max(marked_up, key=len)
    contents.append((string(_value(raw, "summary_detail"), "type"), string(raw, "summary")))
    kind, value = max(contents, key=lambda content: len(content[1]))
    return markup_of(value[:MAX_HTML]) if literal and kind == "text/plain" else value


def _author(raw: Raw) -> str:
    printed = string(raw, "author").strip()[: 20 * MAX_AUTHOR]
    if mail := _MAIL.fullmatch(printed):  # RSS; feedparser gets such names wrong where a domain is long
        names = [mail[1] or printed]
    else:
        names = [string(person, "name") for person in _dicts(raw, "authors")[:20]]
    joined = ", ".join(dict.fromkeys(filter(None, names))) or printed
    return one_line(unescape(joined[: 20 * MAX_AUTHOR]), MAX_AUTHOR)


def _labels(raw: Raw) -> tuple[str, ...]:
    printed = (string(tag, "label") or string(tag, "term") for tag in _dicts(raw, "tags"))
    names = (one_line(unescape(name[: 20 * MAX_LABEL]), MAX_LABEL) for name in printed)
    return tuple(islice(dict.fromkeys(filter(None, names)), MAX_LABELS))


def _moment(parsed: object) -> datetime | None:
    """Return feedparser's UTC time as a datetime, None for garbage (before 1970, after 2099)."""
    if not isinstance(parsed, tuple):
        return None
    try:
        seconds = calendar.timegm(parsed)
    except (ValueError, TypeError, OverflowError):
        return None
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _LAST_MOMENT else None


def _image(raw: Raw, html: str, base: str) -> str:
    pictures = (web_link(url, base) for url in (*_attached_images(raw), *_shown_images(html)))
    return next((url for url in pictures if url and not _NO_PICTURE.search(url)), "")


def _attached_images(raw: Raw) -> Iterator[str]:
    """Yield the addresses of the pictures that the feed itself gives, single pixels left out."""
    enclosures = (link for link in _dicts(raw, "links") if string(link, "rel") == "enclosure")
    media = filter(_is_image, _dicts(raw, "media_content"))
    offered = (*media, *_dicts(raw, "media_thumbnail"), *filter(_is_image, enclosures))
    for item in offered[:_MAX_IMAGES]:
        if not _is_pixel(item):
            yield string(item, "url") or string(item, "href")


def _shown_images(html: str) -> Iterator[str]:
    for tag in islice(_IMG.finditer(html), _MAX_IMAGES):
        found = {name.lower(): one or other for name, one, other in _ATTRIBUTE.findall(tag[0])}
        if not _is_pixel(found):
            yield unescape(found.get("src", ""))


def _is_image(item: Raw) -> bool:
    kind = string(item, "medium") or string(item, "type").partition("/")[0]
    return kind == "image" or (not kind and bool(_IMAGE_PATH.search(string(item, "url"))))


def _is_pixel(item: Raw) -> bool:
    return any(string(item, side).strip() in ("0", "1") for side in ("width", "height"))
