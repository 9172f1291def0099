"""What of the bot's state is trouble, and how that is said, for `/health` and the status page. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.ports import Condition
from bot.text.counting import are, counted


@dataclass(frozen=True, slots=True)
class TroubleLimits:
    """When something counts as trouble."""

    late: timedelta = timedelta(minutes=10)  # by which a poll is overdue: polling has stopped
    stuck: timedelta = timedelta(minutes=10)  # for which an alert has waited


TROUBLE = TroubleLimits()
# The conditions of feeds that are told; such feeds are shown before all others, in this order.
TROUBLED = (Condition.FAILING, Condition.STOPPED, Condition.OVERDUE, Condition.UNREAD)
NO_FEED = "No feed is watched yet."


def feed_troubles(conditions: Mapping[Condition, int]) -> Iterator[str]:
    """Yield a sentence for each trouble that feeds have, from how many are in which condition."""
    feeds = sum(conditions.values())
    for condition in TROUBLED:
        if number := conditions.get(condition, 0):
            yield f"{number:,} of {counted(feeds, 'feed')} {are(number)} {condition}."
    if not feeds:
        yield NO_FEED


def unreachable(places: int) -> Iterator[str]:
    """Yield a sentence if alerts of some places are on hold because they cannot be reached."""
    if places:
        yield f"{counted(places, 'place')} cannot be reached."


def is_stuck(oldest_waiting: datetime | None, now: datetime) -> bool:
    """Whether the alert that has waited longest in the queue has waited too long."""
    return oldest_waiting is not None and now - oldest_waiting > TROUBLE.stuck
