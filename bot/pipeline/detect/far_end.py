"""Checks whether a document reaches back to the last reading of its feed, or hides unseen posts. Pure.

A feed shows its newest posts, sorted by date. So everything published since the last reading is in view if an
entry in its proper place by date is known and dated before it, or predates the baseline. A known post in any
other place proves nothing: pinned and re-dated posts rise to the top while unseen posts drop out below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from bot.pipeline.detect.likeness import Candidate
from bot.pipeline.detect.settings import DETECT


def reaches_back(
    found: Sequence[Candidate], is_new: Callable[[Candidate], bool], looked_at: datetime
) -> bool:
    """Return whether nothing published after `looked_at` can be missing below these entries.

    `is_new`: whether an unseen entry would be announced. Without dates, a known post at either end suffices,
    because nothing shows which end is the older one.
    """
    order = _newest_first(sorted(found, key=lambda each: each.place))
    if not any(each.entry.published for each in order):
        return order[0].known is not None or order[-1].known is not None
    settled = any(
        _is_settled(each, looked_at) if each.known else not is_new(each) for each in _in_place(order)
    )
    return settled or _is_made_anew(order)


def _is_settled(found: Candidate, looked_at: datetime) -> bool:
    """Return whether only its date can have placed a known post here; an edit may move it up, too."""
    dates = (found.entry.published, found.entry.updated)
    return not found.edited and all(date is None or date <= looked_at for date in dates)


def _is_made_anew(order: Sequence[Candidate]) -> bool:
    """Return whether the last post and half of all are known: the blog re-dated or changed all at once."""
    known = sum(each.known is not None for each in order)
    return order[-1].known is not None and 2 * known >= len(order)


def _in_place(order: Sequence[Candidate]) -> Iterator[Candidate]:
    """Yield the dated entries that are not followed by a newer one."""
    newest: datetime | None = None
    for found in reversed(order):
        date = found.entry.published
        if date is not None and (newest is None or date >= newest):
            newest = date
            yield found


def _newest_first(printed: list[Candidate]) -> list[Candidate]:
    """Return the entries from new to old: in the feed's own order, or by date where it has no order."""
    dates = [date for each in printed if (date := each.entry.published)]
    up = sum(before < after for before, after in pairwise(dates))
    down = sum(before > after for before, after in pairwise(dates))
    if up >= DETECT.few and up > DETECT.sorted * down:
        return printed[::-1]
    if up > DETECT.few and up * DETECT.sorted > down:
        return sorted(printed, key=lambda each: each.published, reverse=True)
    return printed
