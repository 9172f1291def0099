"""Finds the followed phrases of a post in a sorted list of all phrases, word by word.

From each place of the text the words that may begin a phrase grow by one word at a time, as long as a phrase
goes on with them. So the cost depends on the words of the post, and not on how many phrases begin alike.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.match import Subject, hits


@dataclass(frozen=True, slots=True)
class Beginning:
    """Words in a row, with spaces between, with which a phrase begins."""

    words: str
    whole: bool  # whether they are a phrase
    longer: bool  # whether a phrase goes on after them


Look = Callable[[Sequence[str]], Awaitable[Iterable[Beginning]]]


async def phrases_of(subject: Subject, look: Look) -> list[str]:
    """Return the keys of the followed phrases that a post has, in the order of `bot.match.in_order`.

    `look` returns which of some words in a row begin phrases.
    """
    words = _words(subject)
    places, length, found = [at for at, word in enumerate(words) if word], 1, set[str]()
    while places:
        rows = {at: " ".join(words[at : at + length]) for at in places}
        beginnings = list(await look(sorted(set(rows.values()))))
        found |= {f"w:{each.words}" for each in beginnings if each.whole}
        longer = {each.words for each in beginnings if each.longer}
        places = [at for at in places if rows[at] in longer and words[at + length]]
        length += 1
    return hits(found, subject)


def _words(subject: Subject) -> list[str]:
    """Return the words of title and text, with an empty one after each, where every phrase ends."""
    return [*subject.title.split(), "", *subject.text.split(), ""]
