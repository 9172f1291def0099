"""Says how many there are. Pure."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return "1 post", "1,200 posts"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def are(number: int) -> str:
    """Return "is" for one, else "are"."""
    return "is" if number == 1 else "are"
