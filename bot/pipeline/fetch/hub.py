"""Finds the hub that a feed names (WebSub, section 4): in Link fields, else in the document. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.model import NamedHub, ParsedFeed
from bot.pipeline.fetch.client import Answer
from bot.text.urls import web_link

# RFC 8288: a target in angle brackets, then its parameters.
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s\",;]+))?)*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]+))", re.IGNORECASE)
_LONGEST = 8192  # characters of all Link fields that are looked at


def named_hub(answer: Answer, parsed: ParsedFeed) -> NamedHub:
    """Return the hub and the topic that a feed names; both "" without either of the two.

    The first usable hub of several is taken. Whether it may be reached is checked when it is asked.
    """
    links = links_of(answer.link_header)
    hubs, topics = links.get("hub", []), links.get("self", [])
    if not (hubs and topics):
        hubs, topics = list(parsed.hubs), list(parsed.topics)
    hub, topic = _first(hubs, answer.url), _first(topics, answer.url)
    return NamedHub(hub, topic) if hub and topic else NamedHub("", "")


def links_of(header: str) -> dict[str, list[str]]:
    """Return the targets in Link fields by their relation, in lower case."""
    found: dict[str, list[str]] = {}
    for target, parameters in _LINK.findall(header[:_LONGEST]):
        if rel := _REL.search(parameters):
            for name in (rel[1] or rel[2] or "").lower().split():
                found.setdefault(name, []).append(target)
    return found


def _first(urls: Iterable[str], base: str) -> str:
    return next(filter(None, (web_link(url, base) for url in urls)), "")
