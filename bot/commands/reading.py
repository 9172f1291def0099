"""Splits a typed list of names and word filters, and looks each up among the known terms. Pure.

`text:` and `author:` take one word, or what is in quotation marks after them, and need no commas around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.model import Kind, Rename, Term
from bot.text.normalize import fold, similar, term_key
from bot.text.spelling import DASHES, EQUALS, FIELDS, HASHES, QUOTED, RESERVED, literal
from bot.text.spelling import SEPARATORS as MARKS

SEPARATORS = re.compile(f"[{MARKS}]")
MOST_PARTS = 5  # comma-separated parts that a single name may consist of

_SIGN = re.compile(rf"^[{DASHES}]+\s*")
_PART = re.compile(rf"(?:{QUOTED}|[^{MARKS}])+", re.DOTALL)
_FIELD_NAME = rf"(?:{'|'.join(FIELDS)})\s?[{EQUALS}]\s*"
OPEN_VALUE = re.compile(rf'{_FIELD_NAME}["\u201c\u201e][^"\u201c\u201d]*$', re.IGNORECASE)
_FIELD = re.compile(rf"(?P<field>{'|'.join(FIELDS)})\s?[{EQUALS}](?P<value>.*)", re.IGNORECASE | re.DOTALL)
_FIELD_IN_PART = re.compile(
    rf"{QUOTED}|(?P<field>(?:^[{DASHES}]+\s*|(?<!\S)[{DASHES}]*){_FIELD_NAME}(?:{QUOTED}|\S*))",
    re.IGNORECASE | re.DOTALL,
)
_QUOTES = '"\u201c\u201d\u201e\u201f '
_BEFORE_EXCLUSION = re.compile(rf"\s+(?=[{DASHES}]\S)")
ELLIPSIS = "\u2026"  # in a name that a suggestion cut short
_LEAST_HINT = 8  # folded characters that a shortened name must have to identify a name


class Vocabulary:
    """The known terms, found tolerantly of spelling. Those with most posts come first.

    Words and authors are known where somebody follows them. `former`: by term key, the categories that have
    another name now; who types the old one means the new one.
    """

    def __init__(self, terms: Iterable[Term], former: Mapping[str, Rename] | None = None) -> None:
        self._former = former or {}
        self._known: dict[Kind, dict[str, Term]] = {kind: {} for kind in Kind}
        for term in terms:
            if folded := _folded(term.kind, term.name):
                self._known[term.kind].setdefault(folded, term)
        # A name that begins with "#" is also found without it, unless another name is spelled so.
        self._bare = {
            kind: {folded.lstrip("#"): term for folded, term in known.items() if folded.startswith("#")}
            for kind, known in self._known.items()
        }

    def find(self, kind: Kind, typed: str) -> Term | None:
        """Return the term of a name, or the only one that fits a name shortened with "…"; else None."""
        if rename := self.renamed(kind, typed):
            return Term(kind, rename.new, fold(rename.new))
        folded = _folded(kind, typed)
        found = self._known[kind].get(folded) or self._bare[kind].get(folded)
        return found or self._cut_short(kind, typed)

    def renamed(self, kind: Kind, typed: str) -> Rename | None:
        """Return the rename if the typed name is a category's former one."""
        return self._former.get(term_key(kind, typed))

    def names(self, kind: Kind) -> list[str]:
        """Return the names of a kind, each once."""
        return [term.name for term in self._known[kind].values()]

    def nearest(self, kind: Kind, typed: str) -> list[str]:
        """Return up to three names most like the typed one."""
        return similar(typed, self.names(kind))

    def _cut_short(self, kind: Kind, typed: str) -> Term | None:
        head, mark, tail = typed.partition(ELLIPSIS)
        begin, end = _folded(kind, head), _folded(kind, tail)
        if not mark or len(begin) < _LEAST_HINT:
            return None
        fitting = [
            term
            for folded, term in self._known[kind].items()
            if folded.startswith(begin) and folded.endswith(end) and len(folded) >= len(begin) + len(end)
        ]
        return fitting[0] if len(fitting) == 1 else None


def _folded(kind: Kind, name: str) -> str:
    return term_key(kind, name)[2:]


@dataclass(frozen=True, slots=True)
class Item:
    """One name of a list as typed: "-#TikTok" is an excluded tag. `term` is None for an unknown name.

    Of words and an author, `name` is the value: "export controls" for text:"export controls".

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
        """Whether it is a known name, one of the words for every post, or a value that need not be known."""
        return self.term is not None or self.everything or self.free

    @property
    def free(self) -> bool:
        """Whether it is the value of a field: any words, or the name of an author."""
        return self.kind in FIELDS.values()


def split_list(typed: str) -> list[str]:
    """Return the parts of a typed list. Text in quotation marks is not split."""
    parts = (piece.strip() for part in _PART.finditer(typed) for piece in _pieces(part.group().strip()))
    return [part for part in parts if part]


def _pieces(part: str) -> Iterator[str]:
    """Yield what stands before, between and after the fields of a part, and the fields."""
    end = 0
    for match in _FIELD_IN_PART.finditer(part):
        if match["field"] is not None:
            yield part[end : match.start()]
            yield match[0]
            end = match.end()
    yield part[end:]


def read_item(typed: str, vocabulary: Vocabulary) -> Item:
    """Read one name with its signs."""
    rest = typed.strip()
    name = _SIGN.sub("", rest)
    excluded = name != rest
    if field := _FIELD.fullmatch(name):
        return _field(FIELDS[field["field"].lower()], field["value"].strip(), vocabulary, excluded=excluded)
    kind = Kind.TAG if name.startswith(tuple(HASHES)) else Kind.CATEGORY
    bare = name.lstrip(f"{HASHES} ")
    inner = literal(bare if kind is Kind.TAG else name)
    if inner is not None:
        return Item(inner, kind, excluded, vocabulary.find(kind, inner), quoted=True)
    bare = bare.strip(_QUOTES)
    return Item(bare, kind, excluded, vocabulary.find(kind, bare))


def _field(kind: Kind, value: str, vocabulary: Vocabulary, *, excluded: bool) -> Item:
    inner = literal(value)
    name = value.strip(_QUOTES) if inner is None else inner
    return Item(name, kind, excluded, vocabulary.find(kind, name), quoted=inner is not None)


def read_list(typed: str, vocabulary: Vocabulary) -> list[Item]:
    """Read a list. If known names contain commas, the longest one that fits is taken."""
    parts, before = split_list(typed), ""
    items: list[Item] = []
    while parts:
        for size in range(min(MOST_PARTS, len(parts)), 0, -1):
            item = read_item(", ".join(parts[:size]), vocabulary)
            if size == 1 or (item.term is not None and SEPARATORS.search(item.term.name)):
                found = [item] if item.known else _read_loosely(parts[0], item, vocabulary)
                if before and not found[0].known and f"{before} {parts[0]}" in " ".join(typed.split()):
                    items[-1] = _longer(items[-1], parts[0])
                else:
                    items += found
                before = parts[0] if item.free and not item.quoted else ""
                parts = parts[size:]
                break
    return items


def _longer(item: Item, word: str) -> Item:
    """Return words with one more, for a phrase without quotation marks (`bot.commands.fields` refuses it)."""
    return replace(item, name=f"{item.name} {word}", term=None)


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
