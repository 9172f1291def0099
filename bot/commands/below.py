"""Tells what a followed category includes: those below it by name, as World/Asia, or by the blog's order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from bot.commands.declaration import Call
from bot.commands.wording import ended, listed, term_word
from bot.model import EVERYTHING, Feed, Kind
from bot.text.hierarchy import above_by_name, below_name, counts_for_parents
from bot.text.normalize import fold, kind_of, term_key
from bot.text.paths import parents


@dataclass(frozen=True, slots=True)
class BelowLimits:
    """How much is told of the categories below those that were named."""

    asked: int = 10  # categories of one command that are looked up
    below: int = 50  # names that are read for each
    shown: int = 8  # names that are listed
    blogs: int = 5  # whose hierarchies are looked at


_LIMITS = BelowLimits()


async def below_words(call: Call, names: Mapping[str, str], feed: Feed | None) -> list[str]:
    """Return a sentence for each category (term key to name) that has others below it, of one feed or of all.

    WordPress has a hierarchy of its own (`FeedSettings.children`), so a stroke in its names means nothing.
    """
    categories = [key for key in names if key != EVERYTHING and kind_of(key) is Kind.CATEGORY]
    lines = []
    for key in categories[: _LIMITS.asked]:
        below = list(dict.fromkeys([*await _below(call, key, feed), *await _children(call, key, feed)]))
        if below:
            shown = listed([term_word(term_key(Kind.CATEGORY, each), each) for each in below], _LIMITS.shown)
            lines.append(ended(f"{term_word(key, names[key])} includes {shown}"))
    return lines


async def _below(call: Call, key: str, feed: Feed | None) -> list[str]:
    terms = await call.store.term_names(key, _LIMITS.below, feed.id if feed else None)
    known = {term.fold for term in terms}

    def is_below(name: str) -> bool:
        above = parents(name, lambda each: fold(each) in known)
        return any(term_key(Kind.CATEGORY, each) == key for each in above)

    paths = [term for term in terms if is_below(term.name)]
    if not paths:
        return []
    feeds = await call.store.feeds()
    wordpress = {each.settings.name for each in feeds if "wordpress" in each.state.generator.casefold()}
    return [term.name for term in paths if term.feed not in wordpress]


async def _children(call: Call, key: str, feed: Feed | None) -> list[str]:
    """Return the names of the categories whose posts count for this one, as their blogs have it."""
    names: dict[str, str] = {}
    for blog in await call.store.blogs_with(key, _LIMITS.blogs, feed.id if feed else None):
        if counts_for_parents(blog.feed):
            aliases = {fold(printed): wanted for printed, wanted in blog.feed.settings.aliases.items()}
            use = partial(_used, aliases)
            below = below_name(above_by_name(blog.categories, use), key[2:])
            names |= {
                fold(use(each.name)): use(each.name)
                for each in blog.categories
                if fold(use(each.name)) in below
            }
    return sorted(names.values(), key=str.casefold)


def _used(aliases: Mapping[str, str], name: str) -> str:
    return aliases.get(fold(name), name).strip()
