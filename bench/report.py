"""Prints the figures: one line each, with the aim where there is one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol

WIDTH = 46  # characters of a figure's name


NOISE = 0.1  # share by which a figure that was measured once may miss its aim by chance


class Bound(Protocol):
    """What a single figure should keep to."""

    def verdict(self, value: float) -> str:
        """Return the aim, and whether `value` meets it, as text."""
        ...

    def is_missed(self, value: float) -> bool:
        """Return whether `value` misses the aim by more than the noise."""
        ...


@dataclass(frozen=True, slots=True)
class Aim:
    """The upper bound that a figure should keep to. `noise`: a share of it."""

    most: float
    unit: str = "x"
    noise: float = NOISE

    def verdict(self, value: float) -> str:
        """Return the aim, and whether `value` meets it, as text."""
        word = _word(is_met=value <= self.most, is_missed=self.is_missed(value))
        return f"aim <= {self.most:g} {self.unit}: {word}"

    def is_missed(self, value: float) -> bool:
        """Return whether `value` is too high by more than the noise."""
        return value > self.most * (1 + self.noise)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The lower bound that a figure should keep to. `noise`: a share of it."""

    least: float
    unit: str = "x"
    noise: float = NOISE

    def verdict(self, value: float) -> str:
        """Return the aim, and whether `value` meets it, as text."""
        word = _word(is_met=value >= self.least, is_missed=self.is_missed(value))
        return f"aim >= {self.least:,g} {self.unit}: {word}"

    def is_missed(self, value: float) -> bool:
        """Return whether `value` is too low by more than the noise."""
        return value < self.least * (1 - self.noise)


@dataclass(frozen=True, slots=True)
class Floor:
    """The lower bound that a ratio of paired rounds should keep to.

    It counts as missed where three rounds of four stay below it: a smaller miss may be noise.
    """

    least: float

    def verdict(self, ratios: Sequence[float]) -> str:
        """Return the aim, and whether the ratios meet it, as text."""
        word = _word(is_met=median(ratios) >= self.least, is_missed=self.is_missed(ratios))
        return f"aim >= {self.least:g} x: {word}"

    def is_missed(self, ratios: Sequence[float]) -> bool:
        """Return whether the ratios stay below the aim by more than the noise."""
        return sorted(ratios)[(3 * len(ratios)) // 4] < self.least


def _word(*, is_met: bool, is_missed: bool) -> str:
    return "ok" if is_met else "MISSED" if is_missed else "within noise"


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

    def figure(self, name: str, value: float, unit: str, bound: Bound, note: str = "") -> None:
        """Print one figure beside its aim."""
        line(name, value, unit, "; ".join(filter(None, [note, bound.verdict(value)])))
        if bound.is_missed(value):
            self.missed.append(name.strip())

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


def ratio(name: str, value: float) -> None:
    """Print one ratio."""
    line(name, value, "x")


def ratio_of(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the ratios of paired rounds."""
    return median(mine / other for mine, other in zip(ours, theirs, strict=True))
