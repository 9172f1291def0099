"""Reads JSON Feed 1.0 and 1.1 (jsonfeed.org) into the structure that feedparser returns for other formats."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bot.errors import ParseError


def read_json_feed(body: bytes) -> dict[str, Any]:
    """Return "version", "feed" and "entries" (at least one), with their parts named as in feedparser.

    Every value's type is checked, and values of a wrong type are omitted. Raises ParseError.
    """
    document = _load(body)
    if not isinstance(document, dict) or "://jsonfeed.org/version/" not in _text(document, "version"):
        raise ParseError("the answer is JSON, but no JSON Feed")
    items = list(_objects(document.get("items")))
    if not items:
        raise ParseError("the feed lists no entries")
    authors = _authors(document)
    return {
        "version": "json",
        "feed": {
            "title": _text(document, "title"),
            "link": _text(document, "home_page_url"),
            "links": [
                {"rel": "self", "href": _text(document, "feed_url")},
                *(
                    {"rel": "hub", "href": _text(hub, "url")}
                    for hub in _objects(document.get("hubs"))
                    if _text(hub, "type").lower() == "websub"
                ),
            ],
        },
        "entries": [_entry(item, authors) for item in items],
    }


def _load(body: bytes) -> object:
    try:
        # Control characters in strings and invalid UTF-8 are tolerated, so they do not spoil the whole feed.
        return json.loads(body.decode(json.detect_encoding(body), "replace"), strict=False)
    except json.JSONDecodeError as error:
        if not error.doc[error.pos :].strip() or error.msg.startswith("Unterminated"):
            raise ParseError("the feed is cut short: the end of its JSON is missing") from error
        raise ParseError(f"the answer is no valid JSON ({error.msg})") from error
    except ValueError as error:  # a wrong encoding, or a number with thousands of digits
        raise ParseError(f"the answer is no valid JSON ({type(error).__name__})") from error
    except RecursionError as error:
        raise ParseError("the answer is no valid JSON (nested too deep)") from error


def _entry(item: dict[str, Any], feed_authors: list[dict[str, str]]) -> dict[str, Any]:
    content = [
        {"type": kind, "value": _text(item, key)}
        for key, kind in (("content_html", "text/html"), ("content_text", "text/plain"))
        if _text(item, key)
    ]
    pictures = [_text(item, "image"), _text(item, "banner_image")]
    tags = item.get("tags")
    return {
        "id": _text(item, "id"),
        "guidislink": True,  # the specification recommends the page's address as the id
        "link": _text(item, "url"),
        "title": _text(item, "title"),
        "title_detail": {"type": "text/plain"},
        "authors": _authors(item) or feed_authors,
        "content": content,
        "summary": _text(item, "summary"),
        "summary_detail": {"type": "text/plain"},
        "published": _text(item, "date_published"),
        "updated": _text(item, "date_modified"),
        "tags": [{"term": tag} for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        "media_content": [{"url": url, "medium": "image"} for url in pictures if url],
        "links": [
            {"rel": "alternate", "href": _text(item, "external_url")},
            *(
                {"rel": "enclosure", "href": _text(file, "url"), "type": _text(file, "mime_type")}
                for file in _objects(item.get("attachments"))
            ),
        ],
    }


def _authors(holder: dict[str, Any]) -> list[dict[str, str]]:
    """Return the distinct names in `authors` (version 1.1) and `author` (version 1.0)."""
    people = [*_objects(holder.get("authors")), *_objects([holder.get("author")])]
    return [{"name": name} for name in dict.fromkeys(_text(person, "name") for person in people) if name]


def _text(holder: dict[str, Any], key: str) -> str:
    """Return a string value, else ""; numbers, which some feeds use as ids, are converted."""
    value = holder.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def _objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))
