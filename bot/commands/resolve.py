"""Names as typed -> categories, tags and feeds as known. Pure; raises UsageError with the nearest ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.commands.similar import similar
from bot.commands.wording import ended, listed, quoted, show, term_word
from bot.errors import UsageError
from bot.model import EVERYTHING, Feed, Kind, Term
from bot.text.normalize import fold, term_key

SEPARATORS = re.compile("[,;\uff0c\uff1b\u3001]")
MOST_PARTS = 5  # parts a name that has commas itself may have
MOST_UNKNOWN = 5  # unknown names that are answered one by one

_SIGN = re.compile("^[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]+\\s*")
_EVERYTHING = frozenset({"all", "everything", "*"})
_PLURAL = {Kind.CATEGORY: "categories", Kind.TAG: "tags"}


class Vocabulary:
    """The known categories and tags, found however they are typed. Those with most posts come first."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._known: dict[Kind, dict[str, Term]] = {Kind.CATEGORY: {}, Kind.TAG: {}}
        for term in terms:
            if folded := fold(term.name):
                self._known[term.kind].setdefault(folded, term)
        # A name that begins with "#" itself cannot be typed as a plain one, so it is known without it too.
        self._bare = {
            kind: {folded.lstrip("#"): term for folded, term in known.items() if folded.startswith("#")}
            for kind, known in self._known.items()
        }

    def find(self, kind: Kind, typed: str) -> Term | None:
        """Return the term of this name, if it is known."""
        folded = fold(typed)
        return self._known[kind].get(folded) or self._bare[kind].get(folded)

    def names(self, kind: Kind) -> list[str]:
        """Return the names of a kind, each once."""
        return [term.name for term in self._known[kind].values()]

    def nearest(self, kind: Kind, typed: str) -> list[str]:
        """Return up to three names most like the typed one."""
        return similar(typed, self.names(kind))


@dataclass(frozen=True, slots=True)
class Item:
    """One name of a list as typed: "-#TikTok" is an excluded tag. `term` is None when it is not known."""

    name: str
    kind: Kind
    excluded: bool
    term: Term | None = None

    @property
    def everything(self) -> bool:
        """Whether it is one of the words for every post."""
        return self.kind is Kind.CATEGORY and fold(self.name) in _EVERYTHING


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list asks for: term keys with the names as known. `adopted`: known as tags only so far."""

    include: dict[str, str] = field(default_factory=dict)
    exclude: dict[str, str] = field(default_factory=dict)
    adopted: tuple[str, ...] = ()


def split_list(typed: str) -> list[str]:
    """Return the parts of a typed list; quotation marks are only for the eye."""
    parts = (part.strip() for part in SEPARATORS.split(typed.replace('"', " ")))
    return [part for part in parts if part]


def read_item(typed: str, vocabulary: Vocabulary) -> Item:
    """Read one name with its signs."""
    rest = typed.strip().strip('"')
    name = _SIGN.sub("", rest)
    excluded = name != rest
    kind = Kind.TAG if name.startswith(("#", "\uff03")) else Kind.CATEGORY
    name = name.lstrip("#\uff03 ")
    return Item(name, kind, excluded, vocabulary.find(kind, name))


def read_list(typed: str, vocabulary: Vocabulary) -> list[Item]:
    """Read a list. Where a known name has commas itself, the longest known name wins."""
    parts = split_list(typed)
    items: list[Item] = []
    while parts:
        for size in range(min(MOST_PARTS, len(parts)), 0, -1):
            item = read_item(", ".join(parts[:size]), vocabulary)
            if size == 1 or (item.term is not None and SEPARATORS.search(item.term.name)):
                items.append(item)
                parts = parts[size:]
                break
    return items


def resolve(typed: str, vocabulary: Vocabulary, path: str, *, adopt: bool = False) -> Wanted:
    """Return what a typed list asks for. Raises UsageError when a single name is unknown or contradicted.

    `path`: the command, for the hints. `adopt`: take the name of a tag for a category nobody has filed a
    post under yet, since a blog's first post in a category must reach those who wait for it.
    """
    items = read_list(typed, vocabulary)
    adopted = {item.name: _adopted(item, vocabulary) for item in items} if adopt else {}
    items = [adopted.get(item.name) or item for item in items]
    unknown = [item for item in items if item.term is None and not item.everything]
    if unknown:
        raise UsageError(_unknown_words(unknown, vocabulary, path))
    if not items:
        raise UsageError("Name at least one category, or say all.")
    wanted = Wanted(adopted=tuple(item.name for item in adopted.values() if item))
    for item in items:
        key, name = _key(item)
        if item.excluded and key == EVERYTHING:
            raise UsageError("Leaving out everything would leave nothing.")
        (wanted.exclude if item.excluded else wanted.include).setdefault(key, name)
    both = sorted(wanted.include.keys() & wanted.exclude.keys())
    if both:
        raise UsageError(f"{term_word(both[0], wanted.include[both[0]])} is both asked for and left out.")
    return wanted


def _adopted(item: Item, vocabulary: Vocabulary) -> Item | None:
    """Return a plain name that is only known as a tag as a category, None where there is no need."""
    tag = None
    if item.term is None and item.kind is Kind.CATEGORY and not item.everything:
        tag = vocabulary.find(Kind.TAG, item.name)
    if tag is None:
        return None
    return Item(tag.name, Kind.CATEGORY, item.excluded, Term(Kind.CATEGORY, tag.name, tag.fold))


def resolve_one(typed: str, vocabulary: Vocabulary, path: str) -> tuple[str, str]:
    """Return the key and name of a single category, tag or everything. Raises UsageError when unknown."""
    item = read_item(typed, vocabulary)
    if item.term is None and not item.everything:
        raise UsageError(_unknown_words([item], vocabulary, path))
    return _key(item)


def resolve_feed(typed: str, feeds: Sequence[Feed]) -> Feed:
    """Return the feed of this name. Raises UsageError with the nearest ones."""
    for feed in feeds:
        if fold(feed.settings.name) == fold(typed):
            return feed
    if not feeds:
        raise UsageError("No feed is watched yet. An admin can add one: /feeds add URL")
    names = [feed.settings.name for feed in feeds]
    near = similar(typed, names) or names[:3]
    choices = listed([show(name) for name in near], last="or")
    text = ended(f"No feed is called {quoted(typed)}. Nearest: {choices}")
    if " " in near[0] and fold(near[0]).startswith(fold(typed)):
        text += f' A name with spaces needs quotes: feed:"{show(near[0])}".'
    raise UsageError(text)


def _key(item: Item) -> tuple[str, str]:
    if item.term is None:
        return EVERYTHING, "everything"
    return term_key(item.kind, item.term.name), item.term.name


def _unknown_words(unknown: Sequence[Item], vocabulary: Vocabulary, path: str) -> str:
    lines = [_unknown_line(item, vocabulary, path) for item in unknown[:MOST_UNKNOWN]]
    if len(unknown) > MOST_UNKNOWN:
        lines.append(f"Nor are {len(unknown) - MOST_UNKNOWN} more of these names known.")
    return "\n".join(lines)


def _unknown_line(item: Item, vocabulary: Vocabulary, path: str) -> str:
    """Say that a name is unknown, and what is near: the other kind of that very name, then like names."""
    kind, other = item.kind, Kind.CATEGORY if item.kind is Kind.TAG else Kind.TAG
    words = [f"No {kind} is called {quoted(item.name, 60)}."]
    sign = "-" if item.excluded else ""
    twin = vocabulary.find(other, item.name)
    if twin is not None:
        name = term_word(term_key(other, twin.name), twin.name)
        words.append(f"A {other} of that name exists: /{path} {sign}{name}")
        return " ".join(words)
    near = [term_word(term_key(kind, name), name) for name in vocabulary.nearest(kind, item.name)]
    if near:
        words.append(ended(f"Nearest: {listed(near, last='or')}"))
    elif vocabulary.names(kind):
        words.append(f"See /categories{' tags' if kind is Kind.TAG else ''}.")
    else:
        words.append(f"No {_PLURAL[kind]} are known yet; /health tells whether the blog was read.")
    return " ".join(words)
