"""Small charts without axes, one bar a day. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, GAP, HEIGHT = 6, 2, 24  # of a bar, between bars, and of the chart, in units of the drawing
_LEAST = 2  # height of a bar that stands for something


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from `y` down. `kind`: "posts", "good" or "bad"."""

    kind: str
    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A chart, and what it says in words for those who do not see it."""

    title: str
    text: str
    bars: tuple[Bar, ...]
    width: int
    height: int = HEIGHT


def sparkline(title: str, text: str, series: Sequence[tuple[str, Sequence[int]]]) -> Sparkline:
    """Draw series of equal length, each with its kind of bar, on top of each other, the first below."""
    columns = list(zip(*(numbers for _, numbers in series), strict=True))
    most = max((sum(column) for column in columns), default=0)
    bars = [
        bar
        for place, column in enumerate(columns)
        for bar in _stack(
            place, [(kind, number) for (kind, _), number in zip(series, column, strict=True)], most
        )
    ]
    return Sparkline(title, text, tuple(bars), width=max(len(columns) * (WIDTH + GAP) - GAP, 1))


def _stack(place: int, parts: Sequence[tuple[str, int]], most: int) -> list[Bar]:
    bars: list[Bar] = []
    top = float(HEIGHT)
    for kind, number in parts:
        if number:
            height = max(_LEAST, round(HEIGHT * number / most, 1))
            top = max(0.0, round(top - height, 1))
            bars.append(Bar(kind, place * (WIDTH + GAP), top, height))
    return bars
