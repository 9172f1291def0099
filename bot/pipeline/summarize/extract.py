"""What is read out of a post's HTML in one go; `bot.pipeline.summarize.reader` reads it, in the sandbox."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """What a feed gives of a post's text."""

    html: str
    title: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What is kept of it; `update` is the newest "Update:" paragraph, "" without one."""

    summary: str
    text: str
    update: str
