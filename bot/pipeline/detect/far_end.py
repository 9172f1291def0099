"""Whether a document reaches back to when its feed was last read, or older posts may hide behind it. Pure.

A feed shows its newest posts, by date. So all that was published since is in view where an entry stands in
its place by date and is older than that: one that is known, or one from before the bot. A known post in any
other place proves nothing: pinned and re-dated posts float to the top while unseen ones drop out below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from bot.pipeline.detect.likeness import Candidate

_SORTED = 2  # steps the one way for each step the other way; pinned posts make a few
_FEW = 2  # steps the wrong way that are no sign of another order


def reaches_back(
    found: Sequence[Candidate], is_new: Callable[[Candidate], bool], looked_at: datetime
) -> bool:
    """Whether nothing published after `looked_at` can be missing below these entries.

    `is_new`: whether an unseen entry would be announced. Without dates a known post at an end must do: which
    end is the older one cannot be told.
    """
    order = _newest_first(sorted(found, key=lambda each: each.place))
    if not any(each.entry.published for each in order):
        return order[0].known is not None or order[-1].known is not None
    settled = any(
        _is_settled(each, looked_at) if each.known else not is_new(each) for each in _in_place(order)
    )
    return settled or _is_made_anew(order)


def _is_settled(found: Candidate, looked_at: datetime) -> bool:
    """Whether a known post can have got its place by its date alone: an edit may lift it, too."""
    dates = (found.entry.published, found.entry.updated)
    return not found.edited and all(date is None or date <= looked_at for date in dates)


def _is_made_anew(order: Sequence[Candidate]) -> bool:
    """Whether most posts are known and the last one is: a blog that dates or changes all of them together."""
    known = sum(each.known is not None for each in order)
    return order[-1].known is not None and 2 * known >= len(order)


def _in_place(order: Sequence[Candidate]) -> Iterator[Candidate]:
    """Yield the dated entries that nothing newer follows."""
    newest: datetime | None = None
    for found in reversed(order):
        date = found.entry.published
        if date is not None and (newest is None or date >= newest):
            newest = date
            yield found


def _newest_first(printed: list[Candidate]) -> list[Candidate]:
    """Return entries in the feed's order from new to old; by date where it has none."""
    dates = [date for each in printed if (date := each.entry.published)]
    up = sum(before < after for before, after in pairwise(dates))
    down = sum(before > after for before, after in pairwise(dates))
    if up >= _FEW and up > _SORTED * down:
        return printed[::-1]
    if up > _FEW and up * _SORTED > down:
        return sorted(printed, key=lambda each: each.published, reverse=True)
    return printed
