"""How often a blog usually has a post, and when it has gone quiet. Pure.

A blog's usual gap is the median of the gaps between its last 50 posts. Posts less than an hour apart came
together: such gaps are left out. It is quiet when nothing new has come for more than six times its usual gap,
and for three days at least. A blog of which fewer than ten posts are known, or fewer than five gaps, has no
habit yet.

Only what was read counts: the silence ends at the last good poll. So a bot that was off, a machine that
slept, and a feed that fails make no blog quiet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from bot.model import Feed, PostTimes


@dataclass(frozen=True, slots=True)
class RhythmSettings:
    """What counts as the usual rhythm of a blog, and as silence."""

    last_posts: int = 50  # whose gaps count
    least_posts: int = 10  # fewer have no rhythm
    least_gaps: int = 5
    many: int = 6  # times the usual gap
    least_silence: timedelta = timedelta(days=3)
    together: timedelta = timedelta(hours=1)  # posts closer together came at once
    long_for_hours: float = 0.75  # days; what takes longer is told in days


RHYTHM = RhythmSettings()
_HOUR, _DAY = 3600, 86400  # seconds


@dataclass(frozen=True, slots=True)
class Quiet:
    """The silence of a blog. `usual`: its usual gap. `length`: from its last post to the last good poll."""

    since: datetime
    usual: timedelta
    length: timedelta


def quiet(feed: Feed, times: PostTimes, now: datetime) -> Quiet | None:
    """Return the silence of a feed that has gone quiet; None for one that has not, or cannot be read."""
    last, usual = last_post(times), usual_gap(times.published)
    if last is None or usual is None or not _is_read(feed):
        return None
    length = min(now, feed.state.last_success_at or last) - last
    far = length > RHYTHM.many * usual and length >= RHYTHM.least_silence
    return Quiet(last, usual, length) if far else None


def last_post(times: PostTimes) -> datetime | None:
    """Return when a blog last had a new post: also when one that is dated back came; None for no post."""
    return max([*times.published[:1], *([times.came] if times.came else [])], default=None)


def usual_gap(published: Sequence[datetime]) -> timedelta | None:
    """Return the usual gap between posts; None where that is not known yet. `published`: newest first."""
    gaps = [(later - earlier) for later, earlier in pairwise(published) if later - earlier >= RHYTHM.together]
    if len(published) < RHYTHM.least_posts or len(gaps) < RHYTHM.least_gaps:
        return None
    return timedelta(seconds=median(gap.total_seconds() for gap in gaps))


def every(gap: timedelta) -> str:
    """Return a usual gap in words: "about every day", "about every 5 hours"."""
    days = gap.total_seconds() / _DAY
    number, unit = (days, "day") if days > RHYTHM.long_for_hours else (gap.total_seconds() / _HOUR, "hour")
    whole = max(1, round(number))
    return f"about every {unit if whole == 1 else f'{whole:,} {unit}s'}"


def _is_read(feed: Feed) -> bool:
    """Whether the last poll of a feed went well. Admins are told of failing and stopped feeds elsewhere."""
    state = feed.state
    return state.last_success_at is not None and not state.failures and not state.stopped
