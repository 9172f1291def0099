"""Resolves typed names to known categories, tags and feeds. Pure; a UsageError names the nearest ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.commands.fields import check_value
from bot.commands.reading import Item, Vocabulary, read_item, read_list
from bot.commands.unknown import check_options, refusal
from bot.commands.wording import ended, listed, quoted, show, term_word
from bot.errors import UsageError
from bot.model import EVERYTHING, Kind, Rename, Term
from bot.text.normalize import fold, similar, term_key
from bot.text.sanitize import visible

LONGEST_NAME = 300  # characters of a name that is not known yet


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a typed list asks for: term keys with the known names.

    `unfiled`: keys under which no post is filed yet -> whether the name is known as a tag.
    `renamed`: of those typed under a former name.
    """

    include: dict[str, str] = field(default_factory=dict)
    exclude: dict[str, str] = field(default_factory=dict)
    unfiled: dict[str, bool] = field(default_factory=dict)
    renamed: tuple[Rename, ...] = ()


def resolve(
    typed: str, vocabulary: Vocabulary, path: str, *, new: bool = False, may_be_new: bool = False
) -> Wanted:
    """Return the terms that a typed list means. UsageError if any name is unknown, or included and excluded.

    `path`: the command, for the hints. `new`: accept unknown names, so that people can wait for a blog's
    first post in a category. `may_be_new`: whether the refusal of unknown names explains that option.
    """
    items = read_list(typed, vocabulary)
    check_options(items, path)
    for item in items:
        check_value(item)
    unfiled: dict[str, bool] = {}
    if new:
        for item in [each for each in items if not each.known]:
            unfiled[term_key(item.kind, item.name)] = _as_tag(item, vocabulary) is not None
        items = [each if each.known else _new(each, vocabulary) for each in items]
    if not all(item.known for item in items):
        raise refusal(items, vocabulary, path, may_be_new=may_be_new)
    if not items:
        raise UsageError("Name at least one category, or say all.")
    renames = (vocabulary.renamed(item.kind, item.name) for item in items)
    wanted = Wanted(unfiled=unfiled, renamed=tuple(each for each in renames if each))
    for item in items:
        key, name = _key(item)
        if item.excluded and key == EVERYTHING:
            raise UsageError("Leaving out everything would leave nothing.")
        (wanted.exclude if item.excluded else wanted.include).setdefault(key, name)
    both = sorted(wanted.include.keys() & wanted.exclude.keys())
    if both:
        raise UsageError(f"{term_word(both[0], wanted.include[both[0]])} is both asked for and left out.")
    return wanted


def _as_tag(item: Item, vocabulary: Vocabulary) -> Term | None:
    return vocabulary.find(Kind.TAG, item.name) if item.kind is Kind.CATEGORY else None


def _new(item: Item, vocabulary: Vocabulary) -> Item:
    """Return an item with a term for its unknown name, spelled like the tag of that name if there is one."""
    tag = _as_tag(item, vocabulary)
    name = visible(tag.name if tag else item.name)
    if not fold(name) or len(name) > LONGEST_NAME:
        raise UsageError(f"{quoted(name, 40)} can be no name: it needs a letter or a digit, and has an end.")
    return replace(item, term=Term(item.kind, name, fold(name)))


def resolve_one(typed: str, vocabulary: Vocabulary, path: str) -> tuple[str, str]:
    """Return the key and name of a single category, tag or everything. Raises UsageError when unknown."""
    item = read_item(typed, vocabulary)
    check_options([item], path)
    if item.free:
        raise UsageError(f"/{path} takes a category or a tag. For posts with certain words: /find tariffs")
    if not item.known:
        raise refusal([item], vocabulary, path, may_be_new=False)
    if item.excluded:
        raise UsageError(f"/{path} takes one category; it cannot leave one out.")
    return _key(item)


def unknown_feed(typed: str, names: Sequence[str]) -> UsageError:
    """Return the refusal of a name that no feed has, with the nearest of the feeds' `names`."""
    if not names:
        return UsageError("No feed is watched yet. An admin can add one: /feeds add URL")
    near = similar(typed, names) or names[:3]
    choices = listed([show(name) for name in near], last="or")
    text = ended(f"No feed is called {quoted(typed)}. Nearest: {choices}")
    if " " in near[0] and fold(near[0]).startswith(fold(typed)):
        text += f' A name with spaces needs quotes: feed:"{show(near[0])}".'
    return UsageError(text)


def _key(item: Item) -> tuple[str, str]:
    if item.everything:
        return EVERYTHING, "everything"
    name = item.term.name if item.term is not None else visible(item.name)
    return term_key(item.kind, name), name
