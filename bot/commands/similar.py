"""Which known names a mistyped one may have meant. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bot.text.normalize import fold, nearest

_MARGIN = 15  # how far below the best a likeness, of 100, is still worth naming


def similar(typed: str, known: Iterable[str]) -> list[str]:
    """Return up to three known names like the typed one, best first; [] when none is near."""
    from rapidfuzz import fuzz  # noqa: PLC0415 -- as in bot.names

    names = nearest(typed, known)
    likeness = {name: fuzz.WRatio(fold(typed), fold(name)) for name in names}
    best = max(likeness.values(), default=0)
    return [name for name in names if likeness[name] >= best - _MARGIN]
