"""Finds the feeds that a web page names, so that people can give the address of the blog itself."""

from __future__ import annotations

from bot.errors import ParseError
from bot.text.html_tree import read_tree
from bot.text.urls import web_link

FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})
_COMMENTS = ("/comments/", "comments/feed")


def feeds_of_page(body: bytes, url: str) -> list[str]:
    """Return the feed URLs that a page names in `link rel=alternate`, best first, at most five.

    Pure; never raises for what the page holds. A feed of comments comes after the others.
    """
    try:
        page = read_tree(body)
    except ParseError:
        return []
    found: dict[str, None] = {}
    for link in page.iter("link"):
        rel = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").lower().partition(";")[0].strip()
        href = link.get("href") or ""
        if "alternate" in rel and kind in FEED_TYPES and (address := web_link(href, url)):
            found[address] = None
    return sorted(found, key=lambda each: any(part in each for part in _COMMENTS))[:5]
