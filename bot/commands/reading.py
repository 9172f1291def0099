"""Splits a typed list of names, and looks each up among the known categories and tags. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.model import Kind, Term
from bot.text.normalize import fold, similar
from bot.text.spelling import DASHES, HASHES, QUOTED, RESERVED, literal
from bot.text.spelling import SEPARATORS as MARKS

SEPARATORS = re.compile(f"[{MARKS}]")
MOST_PARTS = 5  # comma-separated parts that a single name may consist of

_SIGN = re.compile(rf"^[{DASHES}]+\s*")
_PART = re.compile(rf"(?:{QUOTED}|[^{MARKS}])+", re.DOTALL)
_QUOTES = '"\u201c\u201d\u201e\u201f '
_BEFORE_EXCLUSION = re.compile(rf"\s+(?=[{DASHES}]\S)")
ELLIPSIS = "\u2026"  # in a name that a suggestion cut short
_LEAST_HINT = 8  # folded characters that a shortened name must have to identify a name


class Vocabulary:
    """The known categories and tags, found tolerantly of spelling. Those with most posts come first."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._known: dict[Kind, dict[str, Term]] = {Kind.CATEGORY: {}, Kind.TAG: {}}
        for term in terms:
            if folded := fold(term.name):
                self._known[term.kind].setdefault(folded, term)
        # A name that begins with "#" is also found without it, unless another name is spelled so.
        self._bare = {
            kind: {folded.lstrip("#"): term for folded, term in known.items() if folded.startswith("#")}
            for kind, known in self._known.items()
        }

    def find(self, kind: Kind, typed: str) -> Term | None:
        """Return the term of a name, or the only one that fits a name shortened with "…"; else None."""
        folded = fold(typed)
        found = self._known[kind].get(folded) or self._bare[kind].get(folded)
        return found or self._cut_short(kind, typed)

    def names(self, kind: Kind) -> list[str]:
        """Return the names of a kind, each once."""
        return [term.name for term in self._known[kind].values()]

    def nearest(self, kind: Kind, typed: str) -> list[str]:
        """Return up to three names most like the typed one."""
        return similar(typed, self.names(kind))

    def _cut_short(self, kind: Kind, typed: str) -> Term | None:
        head, mark, tail = typed.partition(ELLIPSIS)
        begin, end = fold(head), fold(tail)
        if not mark or len(begin) < _LEAST_HINT:
            return None
        fitting = [
            term
            for folded, term in self._known[kind].items()
            if folded.startswith(begin) and folded.endswith(end) and len(folded) >= len(begin) + len(end)
        ]
        return fitting[0] if len(fitting) == 1 else None


@dataclass(frozen=True, slots=True)
class Item:
    """One name of a list as typed: "-#TikTok" is an excluded tag. `term` is None for an unknown name.

    `quoted`: it was in quotation marks, so that signs and words in it have no special meaning.
    """

    name: str
    kind: Kind
    excluded: bool
    term: Term | None = None
    quoted: bool = False

    @property
    def everything(self) -> bool:
        """Whether it is one of the words for every post."""
        return not self.quoted and self.kind is Kind.CATEGORY and fold(self.name) in RESERVED

    @property
    def known(self) -> bool:
        """Whether it is a known name or one of the words for every post."""
        return self.term is not None or self.everything


def split_list(typed: str) -> list[str]:
    """Return the parts of a typed list. Text in quotation marks is not split."""
    parts = (part.group().strip() for part in _PART.finditer(typed))
    return [part for part in parts if part]


def read_item(typed: str, vocabulary: Vocabulary) -> Item:
    """Read one name with its signs."""
    rest = typed.strip()
    name = _SIGN.sub("", rest)
    excluded = name != rest
    kind = Kind.TAG if name.startswith(tuple(HASHES)) else Kind.CATEGORY
    bare = name.lstrip(f"{HASHES} ")
    inner = literal(bare if kind is Kind.TAG else name)
    if inner is not None:
        return Item(inner, kind, excluded, vocabulary.find(kind, inner), quoted=True)
    bare = bare.strip(_QUOTES)
    return Item(bare, kind, excluded, vocabulary.find(kind, bare))


def read_list(typed: str, vocabulary: Vocabulary) -> list[Item]:
    """Read a list. If known names contain commas, the longest one that fits is taken."""
    parts = split_list(typed)
    items: list[Item] = []
    while parts:
        for size in range(min(MOST_PARTS, len(parts)), 0, -1):
            item = read_item(", ".join(parts[:size]), vocabulary)
            if size == 1 or (item.term is not None and SEPARATORS.search(item.term.name)):
                items += [item] if item.known else _read_loosely(parts[0], item, vocabulary)
                parts = parts[size:]
                break
    return items


def _read_loosely(part: str, item: Item, vocabulary: Vocabulary) -> list[Item]:
    """Read an unknown name as several known ones or without "please", if there is only one such reading."""
    if item.quoted:
        listed = item.kind is Kind.CATEGORY and not item.excluded and SEPARATORS.search(item.name)
        inside = read_list(item.name, vocabulary) if listed else []
        return inside if inside and all(each.term and not each.everything for each in inside) else [item]
    several = [read_item(each, vocabulary) for each in _BEFORE_EXCLUSION.split(part)]
    if len(several) > 1 and all(each.known for each in several):
        return several
    words = item.name.rsplit(maxsplit=1)
    if len(words) > 1 and fold(words[1]) in ("please", "thanks"):
        polite = replace(item, name=words[0], term=vocabulary.find(item.kind, words[0]))
        return [polite if polite.known else item]
    return [item]
