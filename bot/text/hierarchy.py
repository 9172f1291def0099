"""Which of a blog's categories are above which, by the numbers that its API gives. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bot.model import BlogCategory, Feed
from bot.text.normalize import fold

_DEEPEST = 10  # categories above one


def counts_for_parents(feed: Feed) -> bool:
    """Return whether posts of a feed count for the categories above their own."""
    switch, state = feed.settings.children, feed.state
    return switch == "on" or (switch == "auto" and (state.children or state.baseline_at is None))


def above_by_name(
    categories: Iterable[BlogCategory], use: Callable[[str], str]
) -> dict[str, tuple[str, ...]]:
    """Return the names above each category that has some, the nearest first, by its folded name.

    `use`: the name to use for a printed one, "" for none. A name that several categories have is left out if
    they are not below the same ones: a post does not tell which of them it is filed under.
    """
    by_number = {each.id: each for each in categories}
    found: dict[str, tuple[str, ...]] = {}
    torn = set[str]()
    for each in by_number.values():
        key, above = fold(use(each.name)), _above(each, by_number, use)
        if found.setdefault(key, above) != above:
            torn.add(key)
    return {key: above for key, above in found.items() if above and key and key not in torn}


def below_name(above: Mapping[str, tuple[str, ...]], name: str) -> set[str]:
    """Return the folded names of all categories below one."""
    wanted = fold(name)
    return {key for key, names in above.items() if any(fold(each) == wanted for each in names)}


def _above(
    category: BlogCategory, by_number: Mapping[int, BlogCategory], use: Callable[[str], str]
) -> tuple[str, ...]:
    """Return the names above a category; a circle ends where it closes."""
    names: dict[str, str] = {}
    seen, parent = {category.id}, by_number.get(category.parent or 0)
    while parent is not None and parent.id not in seen and len(seen) <= _DEEPEST:
        seen.add(parent.id)
        name = use(parent.name)
        if fold(name) and fold(name) != fold(use(category.name)):
            names.setdefault(fold(name), name)
        parent = by_number.get(parent.parent or 0)
    return tuple(names.values())
