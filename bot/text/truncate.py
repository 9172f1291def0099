"""Truncates text at the end of a sentence or a word, measured in the platform's own length units."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from functools import partial

UNTITLED = "Untitled post"
Cost = Callable[[str], int]  # the length of a text in a platform's units; never less than its characters

_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
_DANGLING = " \n\t,;:-\u2013\u2014([{\u201c\u2018\xab"  # removed before an ellipsis


def units(text: str) -> int:
    """Return the length in UTF-16 units, which is never less than the number of characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clip(text: str, limit: int, cost: Cost = len) -> str:
    """Return `text` within `limit`; if it is too long, cut at the end of a word with an ellipsis."""
    if len(text) <= limit and cost(text) <= limit:
        return text
    return _cut(text, most(min(limit, len(text)), lambda size: cost(_cut(text, size)) <= limit))


def clip_sentences(text: str, limit: int, cost: Cost = len) -> str:
    """Return `text` within `limit`, cut after a sentence, or after a word if that keeps over twice that."""
    clipped = clip(text, limit, cost)
    if clipped == text:
        return text
    from bot.text.languages import language  # noqa: PLC0415 -- as the next line
    from bot.text.sentences import split  # noqa: PLC0415 -- loads a splitter that is rarely needed

    whole = ""
    for sentence, _ in split(text[: limit + 1], language(text))[:-1]:  # the last one may be cut itself
        end = text.index(sentence, len(whole)) + len(sentence)
        if cost(text[:end]) > limit:
            break
        whole = text[:end]
    return whole if 2 * len(whole) >= len(clipped) else clipped


def headline(title: str, summary: str, limit: int, cost: Cost = len) -> tuple[str, str]:
    """Return the headline of a post and the text below it, without repetition.

    Without a title, the summary's first sentence becomes the headline, and the rest stays below. If that
    sentence has to be cut to `limit`, the whole summary stays below.
    """
    if title or not summary:
        return title, summary
    first = first_sentence(summary)
    above = clip(first, limit, cost)
    return above, summary.removeprefix(first).lstrip() if above == first else summary


def title_of(title: str, summary: str, limit: int, cost: Cost = len) -> str:
    """Return what a post is called in a list: its title, else the first sentence of its summary, if any."""
    return headline(title, summary, limit, cost)[0] or UNTITLED


def first_sentence(text: str) -> str:
    """Return the first sentence of a text, the whole text if it has no end of one."""
    from bot.text.languages import language  # noqa: PLC0415 -- as the next line
    from bot.text.sentences import split  # noqa: PLC0415 -- loads a splitter that is rarely needed

    return next((sentence for sentence, _ in split(text, language(text))), text)


def pages(text: str, limit: int, cost: Cost = len) -> list[str]:
    """Split `text` into pages within `limit`, between lines, or between words if a line is too long."""
    return packed([piece for line in text.split("\n") for piece in _pieces(line, limit, cost)], limit, cost)


def packed(items: Iterable[str], limit: int, cost: Cost = len, gap: str = "\n") -> list[str]:
    """Join the items by `gap` into as few texts within `limit` as possible, in their order."""
    found: list[str] = []
    for item in items:
        if found and cost(f"{found[-1]}{gap}{item}") <= limit:
            found[-1] += f"{gap}{item}"
        else:
            found.append(item)
    return found


def joined(items: Sequence[str], limit: int, gap: str = ", ") -> str:
    """Join as many items by `gap` as fit within `limit` UTF-16 units, and append the number omitted."""
    whole = gap.join(items)
    if units(whole) <= limit:
        return whole
    kept: list[str] = []
    used = 0
    for left, item in zip(reversed(range(len(items))), items, strict=True):
        used += units(item) + units(gap)
        if used + units(_more(left)) > limit:
            break
        kept.append(item)
    return gap.join([*kept, _more(len(items) - len(kept))])


def _more(number: int) -> str:
    return f"and {number} more"


def _cut(text: str, size: int) -> str:
    """Return the first words of `text` and an ellipsis, at most `size` characters; always shortens."""
    if size < 1:
        return ""
    kept = text[: size - 1]
    if not text[size - 1].isspace():
        space = max(kept.rfind(" "), kept.rfind("\n"))
        within_word = space > 0 and not _UNSPACED.match(text[size - 1])
        kept = kept[:space] if within_word else _whole_characters(kept, text[size - 1])
    return kept.rstrip(_DANGLING) + "…"


def _whole_characters(kept: str, following: str) -> str:
    """Drop trailing characters that the cut would separate from their accent or their joined half."""
    while kept and (unicodedata.category(following).startswith("M") or "\u200d" in (following, kept[-1])):
        kept, following = kept[:-1], kept[-1]
    return kept


def _pieces(line: str, limit: int, cost: Cost) -> list[str]:
    """Split a line between words, or anywhere if it has no gaps."""
    found: list[str] = []
    while cost(line) > limit:
        head = clip(line, limit, cost).removesuffix("…")
        head = head or line[: max(1, most(limit, partial(_fits, line, limit, cost)))]
        found.append(head)
        line = line[len(head) :].lstrip()
    return [*found, line]


def _fits(text: str, limit: int, cost: Cost, size: int) -> bool:
    return cost(text[:size]) <= limit


def most(top: int, fits: Callable[[int], bool]) -> int:
    """Return the largest size up to `top` that fits, 0 for none.

    Where a smaller size does not fit although a larger one does, the result fits, but may not be the largest.
    """
    return bisect_left(range(1, top + 1), True, key=lambda size: not fits(size))  # noqa: FBT003 -- the key's value
