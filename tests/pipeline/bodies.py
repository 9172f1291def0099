"""Small feed documents for tests of the parser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bot.model import Entry
from bot.pipeline.parse.feed import parse

FEEDS = Path(__file__).resolve().parents[3] / "shared" / "feeds"
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)


def rss(items: str, channel: str = "", declared: str = "utf-8") -> str:
    return (
        f'<?xml version="1.0" encoding="{declared}"?><rss version="2.0" {NAMESPACES}><channel>'
        f"<title>Blog</title><link>https://blog.example/</link>{channel}{items}</channel></rss>"
    )


def item(inside: str, guid: str = "1") -> str:
    return f"<item><guid isPermaLink='false'>{guid}</guid>{inside}</item>"


def entry_of(inside: str) -> Entry:
    (entry,) = parse(rss(item(inside)).encode()).entries
    return entry


def atom(inside: str, version: str = "2005/Atom") -> bytes:
    return (
        f'<feed xmlns="http://www.w3.org/{version}"><title>Blog</title><link href="https://blog.example/"/>'
        f"<entry><id>tag:blog.example,2022:1</id>{inside}</entry></feed>"
    ).encode()


def json_feed(**item: Any) -> bytes:
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": "Blog", "items": [item]}
    ).encode()
