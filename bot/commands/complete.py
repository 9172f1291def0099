"""Suggests values while one is typed, for the completion of a platform."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from bot.commands.fields import value_problem
from bot.commands.known import KNOWN
from bot.commands.reading import MOST_PARTS, OPEN_VALUE, SEPARATORS, Vocabulary, read_item, split_list
from bot.commands.subscribe import followed_terms
from bot.commands.zones import suggest_zones
from bot.model import Caller, CommandSpec, Completes, Kind, ParameterSpec, Subscription, Term
from bot.ports import CommandStore
from bot.text.clock_words import WEEKDAYS
from bot.text.normalize import fold, nearest_folded, term_key
from bot.text.sanitize import visible
from bot.text.spelling import ALL, spelled
from bot.text.truncate import units

MOST = 25  # suggestions: the lowest limit of all platforms
LONGEST = 100  # length of a suggestion in UTF-16 units, as platforms count it
_CUTS = ((70, 20), (35, 10))  # first and last characters of a shortened name; the second if emoji count twice


async def suggestions(
    store: CommandStore, caller: Caller, commands: Sequence[CommandSpec], parameter: ParameterSpec, typed: str
) -> list[str]:
    """Return at most MOST values for a parameter, best first. Each is the complete text to fill in."""
    typed = visible(typed)
    if OPEN_VALUE.search(typed):
        typed += '"'
    match parameter.completes:
        case Completes.CATEGORIES:
            several = parameter.kind == "categories"
            known = Vocabulary(await _candidates(store, typed, several=several))
            found = _terms(typed, known, known, several=several)
        case Completes.FOLLOWED:
            found = _followed(typed, await store.subscriptions(caller.address, channel=False))
        case Completes.ALERTED:
            found = _followed(typed, await store.subscriptions(caller.place, channel=True))
        case Completes.FEEDS:
            names = [visible(name) for name in await store.feed_names()]
            found = await asyncio.to_thread(rank, typed, names)  # thousands take a while
        case _:
            found = _fixed(parameter, commands, caller, typed)
    return [value for value in dict.fromkeys(found) if 0 < units(value) <= LONGEST][:MOST]


def _fixed(
    parameter: ParameterSpec, commands: Sequence[CommandSpec], caller: Caller, typed: str
) -> list[str]:
    """Suggest values that are the same whatever is stored."""
    match parameter.completes:
        case Completes.CHOICES:
            return rank(typed, parameter.choices)
        case Completes.COMMANDS:
            return rank(typed, [each.path for each in commands if caller.admin or not each.admin])
        case Completes.ZONES:
            return suggest_zones(typed)
        case Completes.WEEKDAYS:
            return rank(typed, WEEKDAYS)
        case _:
            return []


def rank(typed: str, names: Sequence[str]) -> list[str]:
    """Return the equal name, then names that begin as typed, then similar ones; all if nothing is typed.

    Similar ones are looked for only if those that begin as typed are too few.
    """
    wanted = _folded(typed)
    if not wanted:
        return list(names)
    folded = {name: fold(name) for name in names}
    beginning = [name for name in names if _bare(folded[name]).startswith(wanted)]
    beginning.sort(key=lambda name: _bare(folded[name]) != wanted)
    similar = nearest_folded(typed, folded, MOST) if len(beginning) < MOST else []
    return list(dict.fromkeys([*beginning, *similar]))


def _followed(typed: str, subscriptions: Sequence[Subscription]) -> list[str]:
    """Complete the included names; after "-", the excluded ones."""
    if not subscriptions:
        return []
    included: dict[str, str] = {}
    excluded: dict[str, str] = {}
    for each in subscriptions:
        for key, name in each.filter.labels.items():
            (excluded if key in each.filter.exclude else included)[key] = name
    plain, left_out = Vocabulary(followed_terms(included)), Vocabulary(followed_terms(excluded))
    return _terms(typed, plain, left_out, several=True, all_kinds=True)


def _terms(
    typed: str, plain: Vocabulary, excluded: Vocabulary, *, several: bool, all_kinds: bool = False
) -> list[str]:
    """Complete the last name of a list, and keep the names before it.

    `excluded`: the names to choose from after "-". `all_kinds`: offer names of every kind also before a sign
    such as "#" is typed.
    """
    found: list[str] = []
    for earlier, parts in _readings(typed, several=several):
        named = {fold(item) for item in earlier}
        values = _last(", ".join(parts), plain, excluded, all_kinds=all_kinds, with_commas=len(parts) > 1)
        found += [", ".join([*earlier, value]) for value in values if fold(value) not in named]
    return found


def _readings(typed: str, *, several: bool) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the names before the last one, and the parts of the last one, whose name may contain commas."""
    parts = split_list(typed) if several else [typed.strip()]
    if several and (not typed.strip() or SEPARATORS.search(typed.rstrip()[-1:])):
        parts.append("")
    for size in range(min(MOST_PARTS, len(parts)), 0, -1):
        yield parts[:-size], parts[-size:]


async def _candidates(store: CommandStore, typed: str, *, several: bool) -> list[Term]:
    """Return the known names that begin as typed; if they are few, also names that may be similar."""
    nothing, found, like = Vocabulary(()), list[Term](), list[Term]()
    for _, parts in _readings(typed, several=several):
        item = read_item(", ".join(parts), nothing)
        if item.free:
            continue
        kind, name = term_key(item.kind, "")[:2], fold(item.name)
        starts = [await store.term_names(f"{kind}{sign}{name}", MOST) for sign in ("", "#")]
        found += [term for terms in starts for term in terms]
        if len(parts) == 1 and len(starts[0]) < MOST:
            like = await store.term_names(kind, KNOWN.compared)
    return [*found, *like]


def _last(
    typed: str, plain: Vocabulary, excluded: Vocabulary, *, all_kinds: bool, with_commas: bool
) -> list[str]:
    """Return the completions of one name, with its signs. `with_commas`: only names that contain commas."""
    item = read_item(typed, plain)
    known = excluded if item.excluded else plain
    kinds = tuple(Kind) if all_kinds and item.kind is Kind.CATEGORY else (item.kind,)
    names = [_typed(kind, name, known) for kind in kinds for name in known.names(kind)]
    if with_commas:
        beginning = fold(item.name)
        names = [name for name in names if SEPARATORS.search(name) and _folded(name).startswith(beginning)]
    elif item.kind is Kind.CATEGORY and not item.excluded:
        names.append(ALL)
    wanted = spelled(item.kind, item.name) if item.free and item.name else item.name
    if item.free and not all_kinds and not value_problem(item.kind, item.name):
        names.append(wanted)  # any words can be followed
    return [f"-{name}" if item.excluded else name for name in rank(wanted, names)]


def _typed(kind: Kind, name: str, known: Vocabulary) -> str:
    """Return a name as it is typed. A long one is shortened if the short form fits no other name."""
    whole = spelled(kind, name)
    for head, tail in _CUTS if units(whole) >= LONGEST else ():
        cut = f"{name[:head]}\u2026{name[-tail:]}"
        found = known.find(kind, cut)
        short = spelled(kind, cut)
        if units(short) < LONGEST and found is not None and found.name == name:
            return short
    return whole


def _folded(name: str) -> str:
    return _bare(fold(name))


def _bare(folded: str) -> str:
    return folded.lstrip("#")
