"""Gives stored filings the new names of categories that were renamed or merged. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.model import Filing, Rename
from bot.text.normalize import fold

LONGEST_EVIDENCE = 1000  # characters; a blog that renames a category every day adds nothing any more


def refiled(filing: Filing, renames: Sequence[Rename]) -> Filing:
    """Return a stored filing with the new names; renames count all at once, so that a swap is one."""
    new = {fold(each.old): each.new for each in renames}
    if not any(fold(name) in new for name in filing.categories):
        return filing
    names = {fold(name): name for name in (new.get(fold(each), each) for each in filing.categories)}
    said = [f"{name} is called {new[fold(name)]} now." for name in filing.categories if fold(name) in new]
    evidence = " ".join([filing.evidence, *said])[:LONGEST_EVIDENCE]
    return replace(filing, categories=tuple(names.values()), evidence=evidence)
