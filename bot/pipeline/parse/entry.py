"""Converts one entry from feedparser to plain values of bounded length that can be stored and shown.

A hostile feed can make feedparser put a value of any type under almost any key, so every type is checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from bot.model import Entry
from bot.pipeline.parse.dates import read_date
from bot.pipeline.parse.limits import LIMITS
from bot.text.sanitize import markup_of, mend_references, one_line, storable, text_of, unescaped
from bot.text.urls import web_link

Raw = Mapping[str, Any]  # a feed or an entry

_MAIL = re.compile(r"[^\s@()]+@[^\s@()]+(?:\s*\((.*)\))?", re.DOTALL)  # "jo@blog.example (Jo Doe)"
# "Protected: %s", as WordPress prints it in its translations.
_PROTECTED_TITLE = re.compile(
    r"(?:Protected|Geschützt|Protégé|Protegid[oa]|Protett[oa]|Protegit|Beveiligd|Skyddad|Beskyttet|Suojattu|"
    r"Zabezpieczon[eya]|Chráněno|Защищено|Korumalı|保護中|密码保护|受保護的(?:文章|內容)|보호된 글)"  # noqa: RUF001
    r"\s?[:\uff1a]"
)
_SENTENCE_END = re.compile(r"[.!?。](?:\s|$)")
_ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)
_IMG = re.compile(r"<img\s[^<>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(?<![\w-])(src|width|height)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_IMAGE_PATH = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:\?|$)", re.IGNORECASE)
# Avatars, site icons, tracking pixels, share buttons and smileys of WordPress.
_NO_PICTURE = re.compile(
    r"//(?:[\w.-]+\.)?gravatar\.com/|//(?:pixel\.wp|stats\.wordpress|feeds\.wordpress)\.com/|/b\.gif(?:\?|$)|"
    r"/core/emoji/|/smilies/|//feeds\.feedburner\.com/~",
    re.IGNORECASE,
)


def to_entry(raw: Raw, base: str, *, literal: bool, orders: frozenset[str] = frozenset()) -> Entry:
    """Return the entry, without its labels. `base`: the base URL of relative links; `literal`: see `text`.

    `orders`: how purely numeric dates are read, see `bot.pipeline.parse.dates.orders_of`.
    """
    link = page_link(raw, base)
    published, date_text = _published(raw, orders)
    title = text(raw, "title", LIMITS.title, literal=literal)
    html = storable(mend_references(_html(raw, literal=literal)[: 2 * LIMITS.html]), LIMITS.html)
    excerpt = text(raw, "summary", LIMITS.excerpt, literal=literal)
    protected = _is_protected(title, html, excerpt)
    return Entry(
        guid=storable(string(raw, "id"), LIMITS.guid),
        link=link,
        title=title,
        author=_author(raw),
        published=published,
        updated=read_date(string(raw, "updated"), orders),
        date_text=storable(date_text, LIMITS.label),
        html="" if protected else html,
        # Without a detail, feedparser derived the summary from the content.
        excerpt="" if protected or "summary_detail" not in raw else excerpt,
        image=_image(raw, html, link or base),
    )


def text(raw: Raw, key: str, limit: int, *, literal: bool) -> str:
    """Return a field that may be HTML as plain text of at most `limit` characters.

    `literal`: the format (Atom, JSON Feed) declares which texts are HTML; RSS does not.
    """
    value = string(raw, key)
    if literal and string(_value(raw, f"{key}_detail"), "type") == "text/plain":
        return one_line(unescaped(value[: 20 * limit]), limit)
    return text_of(value, limit)


def _is_protected(title: str, html: str, excerpt: str) -> bool:
    """Return whether WordPress protects the text with a password and prints a stock text instead."""
    if "post-password-form" in html:
        return True
    shown = text_of(html, LIMITS.excerpt)
    short = len(shown) <= LIMITS.stock_sentence and not _SENTENCE_END.search(shown[:-1])
    usual = shown == "There is no excerpt because this is a protected post."
    return short and shown in ("", excerpt) and bool(usual or _PROTECTED_TITLE.match(title))


def page_link(raw: Raw, base: str) -> str:
    """Return the http(s) address of the page of a feed or an entry, "" for none.

    Without a printed link, a guid that is an address is used, else an enclosure: a podcast may have no page.
    """
    link, guid = string(raw, "link"), string(raw, "id") if _value(raw, "guidislink") is True else ""
    printed = (link if link != guid else "", *_hrefs(raw, "alternate"))
    as_link = guid if guid.startswith("/") or _ABSOLUTE.match(guid) else ""
    offered = (*printed, as_link, *_hrefs(raw, "enclosure"))
    return next(filter(None, (web_link(url, base) for url in offered)), "")


def linked(raw: Raw, relation: str) -> tuple[str, ...]:
    """Return the addresses with a relation that a feed or an entry prints, unchecked."""
    return tuple(href for href in _hrefs(raw, relation) if href)


def _hrefs(raw: Raw, relation: str) -> list[str]:
    links = islice(dicts(raw, "links"), LIMITS.links)
    return [string(one, "href") for one in links if string(one, "rel") == relation]


def published(raw: Raw, orders: frozenset[str]) -> datetime | None:
    """Return the printed date of publication, None if there is no readable one."""
    return _published(raw, orders)[0]


def _published(raw: Raw, orders: frozenset[str]) -> tuple[datetime | None, str]:
    """Return the date of publication, and the text it was read from."""
    read = ((read_date(text, orders), text) for text in date_texts(raw))
    return next((found for found in read if found[0]), (None, ""))


def date_texts(raw: Raw) -> list[str]:
    """Return the dates of an entry as printed, in order of preference; Atom may print "updated" alone."""
    return [string(raw, key) for key in ("published", "created", "updated") if string(raw, key)]


def string(raw: Raw | None, key: str) -> str:
    """Return a value if it is a string, else ""."""
    value = _value(raw, key)
    return value if isinstance(value, str) else ""


def _value(raw: Raw | None, key: str) -> Any:
    """Return the value stored under the key itself; feedparser's lookup substitutes other fields."""
    return dict.get(raw, key) if isinstance(raw, dict) else None


def dicts(raw: Raw, key: str) -> list[Raw]:
    """Return the dicts in the list under the key, [] if there is none."""
    value = _value(raw, key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _html(raw: Raw, *, literal: bool) -> str:
    """Return the longest HTML content, else the longest text of any type, as HTML."""
    contents = [(string(one, "type"), string(one, "value")) for one in dicts(raw, "content")]
    marked_up = [value for kind, value in contents if "html" in kind]
    if any(marked_up):
        return max(marked_up, key=len)
    contents.append((string(_value(raw, "summary_detail"), "type"), string(raw, "summary")))
    kind, value = max(contents, key=lambda content: len(content[1]))
    return markup_of(value[: LIMITS.html]) if literal and kind == "text/plain" else value


def _author(raw: Raw) -> str:
    printed = string(raw, "author").strip()[: 20 * LIMITS.author]
    if mail := _MAIL.fullmatch(printed):  # RSS; feedparser misreads such names after a long domain
        names = [mail[1] or printed]
    else:
        names = [string(person, "name") for person in dicts(raw, "authors")[:20]]
    joined = ", ".join(dict.fromkeys(filter(None, names))) or printed
    return one_line(unescaped(joined[: 20 * LIMITS.author]), LIMITS.author)


def _image(raw: Raw, html: str, base: str) -> str:
    pictures = (web_link(url, base) for url in (*_attached_images(raw), *_shown_images(html)))
    return next((url for url in pictures if url and not _NO_PICTURE.search(url)), "")


def _attached_images(raw: Raw) -> Iterator[str]:
    """Yield the addresses of the pictures attached to the entry, except single pixels."""
    enclosures = (link for link in dicts(raw, "links") if string(link, "rel") == "enclosure")
    media = filter(_is_image, dicts(raw, "media_content"))
    offered = (*media, *dicts(raw, "media_thumbnail"), *filter(_is_image, enclosures))
    for item in offered[: LIMITS.images]:
        if not _is_pixel(item):
            yield string(item, "url") or string(item, "href")


def _shown_images(html: str) -> Iterator[str]:
    for tag in islice(_IMG.finditer(html), LIMITS.images):
        found = {name.lower(): one or other for name, one, other in _ATTRIBUTE.findall(tag[0])}
        if not _is_pixel(found):
            yield unescaped(found.get("src", ""))


def _is_image(item: Raw) -> bool:
    kind = string(item, "medium") or string(item, "type").partition("/")[0]
    return kind == "image" or (not kind and bool(_IMAGE_PATH.search(string(item, "url"))))


def _is_pixel(item: Raw) -> bool:
    return any(string(item, side).strip() in ("0", "1") for side in ("width", "height"))
