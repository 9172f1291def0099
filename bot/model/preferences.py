"""The wishes of a destination: when its messages come, and in which form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum


class Style(StrEnum):
    """The form of an alert in a channel."""

    FULL = "full"  # a card with summary, picture and buttons
    COMPACT = "compact"  # one line: the linked title and its categories
    TITLE = "title"  # the linked title alone


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The time of day in which nothing is sent, by the clock on the wall. It may span midnight.

    `start` and `end` are whole minutes without a zone, and never equal.
    """

    start: time
    end: time

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person, or an admin for a channel, has set. The defaults hold where nothing was set."""

    timezone: str = ""  # IANA name, such as "Asia/Shanghai"; "" for the zone in the config
    quiet: QuietHours | None = None
    digest: time = time(8)  # when daily and weekly digests come, whole minutes without a zone
    weekly: int = 0  # the day of the weekly digest: 0 is Monday, 6 is Sunday
    snoozed_until: datetime | None = None  # UTC; nothing is sent before
    style: Style = Style.FULL
    mention_last: bool = False  # whether a mention stands below the alert, not above it
