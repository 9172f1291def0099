"""Names of categories and tags: those that are known, those that the operator replaces, and lists of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.model import EvidenceRank, Filing
from bot.text.normalize import fold

_SHOWN = 8  # names that an evidence sentence spells out


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names known to be categories of one feed, in folded form (`bot.text.normalize.fold`).

    `configured`: set by the operator. `learned`: from the API, pages, or the blog's sidebar.
    """

    configured: frozenset[str] = frozenset()
    learned: frozenset[str] = frozenset()

    @classmethod
    def of(cls, configured: Iterable[str] = (), learned: Iterable[str] = ()) -> Vocabulary:
        """Build a vocabulary from names as printed."""
        return cls(folds(configured), folds(learned))

    def knows(self, name: str) -> bool:
        """Return whether a category of this name is known."""
        return fold(name) in self.configured or fold(name) in self.learned


class Names:
    """Applies the operator's aliases to names, and makes filings of them."""

    def __init__(self, aliases: Mapping[str, str]) -> None:
        self._aliases = {fold(printed): wanted for printed, wanted in aliases.items()}

    def use(self, name: str) -> str:
        """Return the name to use for a printed one."""
        return self._aliases.get(fold(name), name).strip()

    def distinct(self, names: Iterable[str]) -> list[str]:
        """Return the names unchanged, without duplicates and without names that fold to nothing."""
        found: dict[str, str] = {}
        for name in names:
            found.setdefault(fold(name), name)
        found.pop("", None)
        return list(found.values())

    def filing(self, rank: EvidenceRank, categories: Iterable[str], tags: Iterable[str], said: str) -> Filing:
        """Return an unambiguous filing; if `said` is no complete sentence, the categories are appended."""
        filed = self.distinct(map(self.use, categories))
        tagged = self.distinct(map(self.use, tags))
        evidence = said if said.endswith(".") else f"{said} {listed(filed).rstrip('.')}."
        return Filing(categories=tuple(filed), tags=tuple(tagged), rank=rank, evidence=evidence)


def folds(names: Iterable[str]) -> frozenset[str]:
    """Return the folded forms of names, without empty ones."""
    return frozenset(folded for folded in map(fold, names) if folded)


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence spells them out: the first eight, and how many more there are."""
    if not names:
        return "no category"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
