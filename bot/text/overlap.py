"""Compares two texts word by word: what stands in both, and what each has more.

Texts of templates differ by words that stand in each other's place ("Hamburg", "Bremen"). Two printings of
one text differ by words that only one of them has: a note above, a caption, a foot. `Overlap` keeps the two
apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gap:
    """The words between two runs that both texts have: those of the first, and those of the second."""

    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()

    @property
    def exchanged(self) -> bool:
        """Whether words stand in the place of others."""
        return bool(self.ours and self.theirs)


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many words two texts have in common, in the same order, and the gaps between.

    `tail`: what follows the last common word; without one, all of both texts.
    """

    common: int
    gaps: tuple[Gap, ...]
    tail: Gap


def overlap(ours: Sequence[str], theirs: Sequence[str]) -> Overlap:
    """Compare two texts given as words. The time grows with the product of their lengths, 64 at a step."""
    from rapidfuzz.distance import Indel  # noqa: PLC0415 -- 3 MB, needed for few posts

    common, gaps = 0, []
    gap = Gap()
    for step in Indel.opcodes(ours, theirs):
        if step.tag == "equal":
            common += step.src_end - step.src_start
            if gap != Gap():
                gaps.append(gap)
            gap = Gap()
        else:
            gap = Gap(
                (*gap.ours, *ours[step.src_start : step.src_end]),
                (*gap.theirs, *theirs[step.dest_start : step.dest_end]),
            )
    return Overlap(common, tuple(gaps), gap)
