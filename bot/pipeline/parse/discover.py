"""Finds the feeds that a web page announces, so that people can give the address of the blog itself."""

from __future__ import annotations

from urllib.parse import urljoin

from lxml import etree, html

FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})
_LONGEST = 2000
_COMMENTS = ("/comments/", "comments/feed")


def feeds_of_page(body: bytes, url: str) -> list[str]:
    """Return the feed URLs that a page names in `link rel=alternate`, best first, at most five.

    Pure; never raises for what the page holds. A feed of comments comes after the others.
    """
    try:
        page = html.document_fromstring(body)
    except (etree.LxmlError, ValueError, AssertionError):
        return []
    found: dict[str, None] = {}
    for link in page.iter("link"):
        rel = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").lower().partition(";")[0].strip()
        address = _joined(url, link.get("href") or "")
        if "alternate" in rel and kind in FEED_TYPES and address:
            found[address] = None
    return sorted(found, key=lambda each: any(part in each for part in _COMMENTS))[:5]


def _joined(base: str, href: str) -> str:
    """Return an absolute http(s) URL, "" when there is none."""
    try:
        address = urljoin(base, href.strip())
    except ValueError:
        return ""
    fits = address.startswith(("http://", "https://")) and len(address) <= _LONGEST
    return address if href.strip() and fits else ""
