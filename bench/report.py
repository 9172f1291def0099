"""Prints the figures: one line each, with the aim where there is one."""

from __future__ import annotations

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
