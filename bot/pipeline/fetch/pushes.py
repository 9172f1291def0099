"""What pushes of a feed's hub mean for its polls. Pure.

A push only says that there is something new; polls find out what. Polls go on without pushes too, as a hub
may be silent. It is trusted once a push has led to a post since the hub has agreed, and less each time that a
poll finds a post without one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.model import Feed, FeedState


@dataclass(frozen=True, slots=True)
class PushSettings:
    """How far pushes are trusted. Times are in seconds."""

    stretch: float = 4.0  # polls are so many times rarer while the hub tells of posts
    longest: float = 86_400.0  # between polls that are made rarer
    trust: int = 2  # posts without a push after which polls are no rarer any more
    # After a push without anything new: some hubs push before the caches of the feed know of the post.
    again: tuple[float, ...] = (5.0, 30.0, 120.0)
    late: float = 60.0  # after the last of these, so that its poll still counts as one of the push


PUSHES = PushSettings()


def interval(feed: Feed, state: FeedState, now: datetime) -> float:
    """Return the seconds between polls: longer while the hub works, but not far beyond its lease."""
    every = feed.settings.every
    if feed.hub_until is None or not state.trusts_hub(feed.hub_since):
        return every
    rarer = min(every * PUSHES.stretch, max(every, PUSHES.longest))
    return max(every, min(rarer, (feed.hub_until - now).total_seconds()))


def poll_again(feed: Feed, now: datetime, *, news: bool) -> datetime | None:
    """Return when to poll again for the last push; None if what it told of has come, or never will."""
    due = feed.push_due
    if due is None or due > now:
        return due
    if news or due == feed.state.answered_push:
        return None
    tries = (due + timedelta(seconds=each) for each in PUSHES.again)
    return next((each for each in tries if each > now), None)


def trust_after(feed: Feed, now: datetime, *, news: bool) -> dict[str, Any]:
    """Return what a good poll changes in the state: whether the hub told of what it found."""
    state = feed.state
    if not news or feed.hub_since is None or feed.hub_until is None or feed.hub_until <= now:
        return {}
    last = state.last_success_at
    if _told(feed, last, now):
        return {"hub_trust": PUSHES.trust, "unpushed_at": None, "answered_push": feed.push_due}
    if last is None or feed.hub_since > last:  # it may have come before the hub had agreed
        return {}
    return {"hub_trust": max(0, state.hub_trust - 1), "unpushed_at": now}


def _told(feed: Feed, last: datetime | None, now: datetime) -> bool:
    """Return whether a push came since the last good poll, or lately while caches may have been late."""
    if feed.push_due is None or feed.push_due > now or feed.push_due == feed.state.answered_push:
        return False
    horizon = timedelta(seconds=PUSHES.again[-1] + PUSHES.late)
    return last is None or feed.push_due >= last or now - feed.push_due <= horizon
