"""Reads the known categories and tags: those that a command needs, or a list of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.commands.reading import ELLIPSIS, MOST_PARTS, Vocabulary, read_item, read_list, split_list
from bot.commands.wording import listed, show, term_word
from bot.model import Feed, Kind, Term
from bot.ports import CommandStore
from bot.text.normalize import fold, term_key

_HEADINGS = {Kind.CATEGORY: "Categories", Kind.TAG: "Tags"}


@dataclass(frozen=True, slots=True)
class KnownLimits:
    """How many known names are listed and compared."""

    terms: int = 40  # of one feed, in a list
    feeds: int = 10  # that are listed
    compared: int = 1000  # the most used names of a kind, with which an unknown one is compared


KNOWN = KnownLimits()
_SIGNS = ("", "#")  # a name that begins with "#" is also found without it


async def vocabulary(
    store: CommandStore, typed: str, feed: Feed | None = None, *, first: Sequence[Term] = ()
) -> Vocabulary:
    """Return the vocabulary to read a typed text with. `first`: names that precede those of the store."""
    feed_id = feed.id if feed else None
    names = names_in(typed)
    keys = _keys(names)
    named = [*first, *await store.terms_named(keys, feed_id)]
    used = {term_key(each.kind, each.name) for each in named if each.posts or each in first}
    former = await store.former_names([key for key in keys if key not in used], feed_id)
    known = Vocabulary(named, former)
    if all(item.known for item in read_list(typed, known)):
        return known
    beginnings = [f"{kind}:{begin}" for kind in "ct" for begin in (*_cut_short(names), "")]
    others = [await store.term_names(each, KNOWN.compared, feed_id) for each in beginnings]
    return Vocabulary([*named, *(term for terms in others for term in terms)], former)


def names_in(typed: str) -> list[str]:
    """Return all possible names in a typed list: its parts and runs of parts, as names may have commas."""
    parts = split_list(typed)
    runs = [parts[start : start + size] for start in range(len(parts)) for size in range(1, MOST_PARTS + 1)]
    nothing = Vocabulary(())
    return list(dict.fromkeys(read_item(", ".join(run), nothing).name for run in [*runs, [typed]]))


def _keys(names: Sequence[str]) -> list[str]:
    """Return all term keys that the names may have."""
    folded = dict.fromkeys(filter(None, map(fold, names)))
    return [f"{kind}:{sign}{name}" for name in folded for kind in "ct" for sign in _SIGNS]


def _cut_short(names: Sequence[str]) -> list[str]:
    """Return the folded beginnings of the names that a suggestion shortened with an ellipsis."""
    return [fold(name.partition(ELLIPSIS)[0]) for name in names if ELLIPSIS in name]


async def known_lines(store: CommandStore, kind: Kind, feed: Feed | None = None) -> list[str]:
    """Return the names of a kind with their number of posts, one line for each feed."""
    feed_id = feed.id if feed else None
    terms = await store.terms(feed_id, kind=kind, each=KNOWN.terms)
    return _term_lines(terms, kind, await store.term_counts(kind, feed_id))


def _term_lines(terms: Sequence[Term], kind: Kind, counts: Mapping[str, int]) -> list[str]:
    """Return the terms of a kind with their number of posts, one line for each feed.

    `counts`: how many names each feed has, including those that are not in `terms`.
    """
    by_feed: dict[str, list[str]] = {}
    for term in terms:
        if term.kind is kind and fold(term.name):  # a name without letters or digits cannot be typed
            name = term_word(term_key(kind, term.name), term.name)
            by_feed.setdefault(term.feed, []).append(f"{name} ({term.posts})" if term.posts else name)
    if not by_feed:
        return [f"No {_HEADINGS[kind].lower()} are known yet; /health tells whether the blog was read."]
    lines = []
    for feed, names in list(by_feed.items())[: KNOWN.feeds]:
        heading = _HEADINGS[kind] if len(by_feed) == 1 else f"{_HEADINGS[kind]} of {show(feed)}"
        if counts[feed] > len(names):
            names.append(f"{counts[feed] - len(names)} more")
        lines.append(f"{heading}, with their posts: {listed(names, KNOWN.terms + 1)}")
    if len(by_feed) > KNOWN.feeds:
        lines.append(f"{len(by_feed) - KNOWN.feeds} more feeds: /categories feed:NAME")
    return lines
