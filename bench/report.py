"""Prints the figures: one line each, with the aim where there is one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

WIDTH = 46  # characters of a figure's name


@dataclass(frozen=True, slots=True)
class Aim:
    """The upper bound that a figure should keep to."""

    most: float
    unit: str = "x"

    def verdict(self, value: float) -> str:
        """Return the aim, and whether `value` meets it, as text."""
        return f"aim <= {self.most:g} {self.unit}: {'ok' if value <= self.most else 'OVER'}"


@dataclass(frozen=True, slots=True)
class Floor:
    """The lower bound that a ratio of paired rounds should keep to.

    It counts as missed where three rounds of four stay below it: a smaller miss may be noise.
    """

    least: float

    def verdict(self, ratios: Sequence[float]) -> str:
        """Return the aim, and whether the ratios meet it, as text."""
        below = "MISSED" if self.is_missed(ratios) else "within noise"
        met = "ok" if median(ratios) >= self.least else below
        return f"aim >= {self.least:g} x: {met}"

    def is_missed(self, ratios: Sequence[float]) -> bool:
        """Return whether the ratios stay below the aim by more than the noise."""
        return sorted(ratios)[(3 * len(ratios)) // 4] < self.least


class Verdicts:
    """The figures of a bench that have an aim, and those that missed it."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def compare(
        self, name: str, theirs: Sequence[float], ours: Sequence[float], floor: Floor | None = None
    ) -> None:
        """Print how many times as much one side takes as the other, by the median of paired rounds."""
        ratios = [other / mine for other, mine in zip(theirs, ours, strict=True)]
        line(name, median(ratios), "x", floor.verdict(ratios) if floor else "")
        if floor and floor.is_missed(ratios):
            self.missed.append(name)

    def code(self) -> int:
        """Name what was missed; return the exit code of the bench: 1 if anything was."""
        for name in self.missed:
            print(f"Missed: {name}.", file=sys.stderr)
        return int(bool(self.missed))


def heading(text: str) -> None:
    """Print the heading of a group of figures."""
    print(f"\n{text}", flush=True)


def line(name: str, value: float, unit: str, note: str = "") -> None:
    """Print one figure."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    print(f"  {name:<{WIDTH}}{value:>10,.{digits}f} {unit:<10}{note}".rstrip(), flush=True)


def ratio(name: str, value: float, aim: Aim | None = None) -> None:
    """Print one ratio, with its aim if it has one."""
    line(name, value, "x", aim.verdict(value) if aim else "")


def ratio_of(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the ratios of paired rounds."""
    return median(mine / other for mine, other in zip(ours, theirs, strict=True))
