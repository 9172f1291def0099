"""The input and output of `bot.pipeline.summarize.reader`, which reads posts' HTML in the sandbox."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a post as its feed prints it."""

    html: str
    title: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The extracted texts; `update` is the last "Update:" paragraph, "" without one."""

    summary: str
    text: str
    update: str
