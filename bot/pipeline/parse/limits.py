"""The limits of what is read from a feed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """How much of a feed is kept; the rest is cut. Lengths are in characters unless said otherwise."""

    entries: int = 200  # the newest
    title: int = 500
    author: int = 200
    label: int = 100
    labels: int = 100  # of one entry
    tags: int = 1000  # examined per entry, to find its labels
    label_list: int = 1000  # of one element with several names
    listed_words: int = 5  # of one name in a list; longer ones are prose
    listed_label: int = 40  # of one name in a list; longer ones are prose
    guid: int = 2000
    html: int = 400_000
    excerpt: int = 2000
    links: int = 50  # examined per entry
    images: int = 50  # examined per entry, of each kind
    stock_sentence: int = 150  # of a text that WordPress prints in place of a protected one
    date: int = 100  # a longer text is no date
    ttl: float = 86_400.0  # seconds; some feeds that change hourly ask for days
    entity: int = 1000  # bytes; legitimate ones define one character


LIMITS = ParseLimits()
