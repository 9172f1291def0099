"""Finds the feeds that a web page links to, so that people can enter the address of the blog itself."""

from __future__ import annotations

from bot.errors import ParseError
from bot.text.html_tree import read_tree
from bot.text.urls import web_link

FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})


def feeds_of_page(body: bytes, url: str) -> list[str]:
    """Return at most five feed URLs from a page's `link rel=alternate` elements, comment feeds last.

    Pure; never raises, whatever the page contains.
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
    return sorted(found, key=lambda each: "/comments/" in each or "comments/feed" in each)[:5]
