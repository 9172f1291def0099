"""Tells what a followed category includes: those that are below it by name, as World/Asia is below World."""

from __future__ import annotations

from collections.abc import Mapping

from bot.commands.declaration import Call
from bot.commands.wording import ended, listed, term_word
from bot.model import EVERYTHING, Feed, Kind
from bot.text.normalize import fold, kind_of, term_key
from bot.text.paths import parents

_MOST_ASKED = 10  # categories of one command that are looked up
_MOST_BELOW = 50  # names that are read for each
_MOST_SHOWN = 8


async def below_words(call: Call, names: Mapping[str, str], feed: Feed | None) -> list[str]:
    """Return a sentence for each category (term key to name) that has others below it, of one feed or of all.

    WordPress has a hierarchy of its own, so a stroke in its names means nothing.
    """
    categories = [key for key in names if key != EVERYTHING and kind_of(key) is Kind.CATEGORY]
    lines = []
    for key in categories[:_MOST_ASKED]:
        below = await _below(call, key, feed)
        if below:
            shown = listed([term_word(term_key(Kind.CATEGORY, each), each) for each in below], _MOST_SHOWN)
            lines.append(ended(f"{term_word(key, names[key])} includes {shown}"))
    return lines


async def _below(call: Call, key: str, feed: Feed | None) -> list[str]:
    terms = await call.store.term_names(key, _MOST_BELOW, feed.id if feed else None)
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
