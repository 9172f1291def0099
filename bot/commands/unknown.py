"""Answers unknown names with similar known ones, as text and as suggested actions. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.commands.declaration import RefusedError
from bot.commands.reading import Item, Vocabulary, read_item
from bot.commands.wording import ended, listed, quoted
from bot.errors import UsageError
from bot.model import Cadence, Kind, SuggestedAction
from bot.text.normalize import fold
from bot.text.spelling import ALL, EQUALS, spelled

MOST_UNKNOWN = 5  # unknown names that get a line each
LONGEST_HINT = 120  # most characters of names that a hint repeats
VERBS = {"follow": "Follow", "unfollow": "Unfollow", "alerts add": "Add", "alerts remove": "Remove"}

# The options of each command beside its list. Some are written into the list where it has a field of its own.
OPTIONS = {
    "follow": ("when", "feed", "new"),
    "unfollow": ("feed",),
    "alerts add": ("channel", "mention", "when", "feed", "new"),
    "alerts remove": ("channel", "feed"),
    "latest": ("count", "since", "page"),
}
_OPTION = re.compile(
    rf"(?<!\S)({'|'.join(sorted({each for names in OPTIONS.values() for each in names}))})\s?[{EQUALS}]\s*\S",
    re.IGNORECASE,
)
_PLURAL = {Kind.CATEGORY: "categories", Kind.TAG: "tags"}
_AND = re.compile(r"\s+and\s+|\s*[&+]\s*", re.IGNORECASE)


def refusal(items: Sequence[Item], vocabulary: Vocabulary, path: str, *, may_be_new: bool) -> RefusedError:
    """Return the refusal of a list with unknown names. `may_be_new`: explain how to follow them anyway."""
    unknown = [item for item in items if not item.known]
    lines = [_line(item, vocabulary, path) for item in unknown[:MOST_UNKNOWN]]
    if len(unknown) > MOST_UNKNOWN:
        lines.append(f"Nor are {len(unknown) - MOST_UNKNOWN} more of these names known.")
    elif may_be_new and any(fold(item.name) for item in unknown):
        names = ", ".join(_typed(item) for item in items)
        whose = "its first post is" if len(unknown) == 1 else "their first posts are"
        how = f"/{path} {names} new:yes" if len(names) <= LONGEST_HINT else "add new:yes to that."
        lines.append(f"If {whose} still to come: {how}")
    return RefusedError("\n".join(lines), _offers(items, unknown, vocabulary, path))


def check_options(items: Iterable[Item], path: str) -> None:
    """Raise UsageError if an option stands in an unknown name, or in a value without quotation marks."""
    for item in items:
        match = _OPTION.search(item.name) if not item.quoted and item.term is None else None
        if match is None:
            continue
        option = match[1].casefold()
        if option in OPTIONS.get(path, ()):
            raise UsageError(f"{option} is an option of its own: choose it beside {_main(path)}.")
        raise UsageError(f"/{path} has no option {option}; /help {path} tells which it has.")


def _offers(
    items: Sequence[Item], unknown: Sequence[Item], vocabulary: Vocabulary, path: str
) -> tuple[SuggestedAction, ...]:
    """Return commands with the whole list, in which a similar name replaces the only unknown one."""
    if len(unknown) != 1:
        return ()
    near = _near(unknown[0], vocabulary)
    lists = [", ".join(name if item is unknown[0] else _typed(item) for item in items) for name in near]
    return tuple(
        SuggestedAction(f"{VERBS.get(path, f'/{path}')} {each}", path, (_value(path, each),))
        for each in lists
    )


def _value(path: str, names: str) -> tuple[str, str]:
    return (_main(path), names)


def _main(path: str) -> str:
    return "categories" if path in VERBS else "category"


def _typed(item: Item) -> str:
    """Return one name of a list, with its signs, as it is typed."""
    if item.everything:
        return ALL
    name = item.term.name if item.term is not None else item.name
    return f"{_sign(item)}{spelled(item.kind, name)}"


def _near(item: Item, vocabulary: Vocabulary) -> list[str]:
    """Return suggestions as typed: the same name of the other kind, else several names, else similar ones."""
    other = _other(item.kind)
    twin = vocabulary.find(other, item.name)
    if twin is not None:
        return [f"{_sign(item)}{spelled(other, twin.name)}"]
    if several := _several(item, vocabulary):
        return [", ".join(several)]
    name, _ = _without_cadence(item)
    return [f"{_sign(item)}{spelled(item.kind, each)}" for each in vocabulary.nearest(item.kind, name)]


def _line(item: Item, vocabulary: Vocabulary, path: str) -> str:
    kind, near = item.kind, _near(item, vocabulary)
    words = [f"No {kind} is called {quoted(item.name, 60)}."]
    if vocabulary.find(_other(kind), item.name) is not None:
        words.append(f"A {_other(kind)} of that name exists: /{path} {near[0]}")
    elif several := _several(item, vocabulary):
        words.append(f"For {'both' if len(several) == 2 else 'all of them'}: /{path} {near[0]}")  # noqa: PLR2004
    elif near:
        words += _nearest(item, near)
    elif vocabulary.names(kind):
        words.append(f"See /categories{' tags' if kind is Kind.TAG else ''}.")
    else:
        words.append(f"No {_PLURAL[kind]} are known yet; /health tells whether the blog was read.")
    return " ".join(words)


def _nearest(item: Item, near: Sequence[str]) -> list[str]:
    names = [name.removeprefix(_sign(item)) for name in near]
    _, cadence = _without_cadence(item)
    how = ["How soon alerts come is the option when; see /help follow."] if cadence else []
    return [ended(f"Nearest: {listed(names, last='or')}"), *how]


def _several(item: Item, vocabulary: Vocabulary) -> list[str]:
    """Return the known names that are combined as in "Trade and Technology"; [] if one is unknown."""
    parts = [part for part in _AND.split(item.name) if part]
    found = [read_item(part, vocabulary) for part in parts]
    if item.quoted or len(found) < 2 or not all(each.term for each in found):  # noqa: PLR2004
        return []
    return [f"{_sign(item)}{spelled(each.kind, each.term.name)}" for each in found if each.term]


def _without_cadence(item: Item) -> tuple[str, str]:
    """Return a name without a cadence such as "daily" at its end, and that word ("" for none)."""
    name, _, last = item.name.rpartition(" ")
    return (name, last.casefold()) if name and last.casefold() in tuple(Cadence) else (item.name, "")


def _other(kind: Kind) -> Kind:
    return Kind.CATEGORY if kind is Kind.TAG else Kind.TAG


def _sign(item: Item) -> str:
    return "-" if item.excluded else ""
