"""The numbers by which the entries of a window are compared with known posts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class DetectSettings:
    """How much must agree for the same post, and how far dates may be apart."""

    enough: int = 2  # how many of guid, link, title, date and text must agree for the same post
    compared: int = 50  # newest posts compared per key; some feeds give all posts one link
    long: int = 200  # characters from which two texts are not equal by chance
    touched: timedelta = timedelta(hours=24)  # dates less apart are near
    cut: timedelta = timedelta(hours=36)  # the same, when one has lost its time of day, in any time zone
    reused_after: timedelta = timedelta(days=30)  # a later post under the same guid is another one
    redated: timedelta = timedelta(days=1)  # a date that moved by as much is stored
    build: int = 3  # posts that one build of a site re-dates, at least
    build_span: timedelta = timedelta(hours=1)  # of the dates that it gives them
    before_baseline: timedelta = timedelta(hours=48)  # an unseen post is new up to so long before it
    sorted: int = 2  # steps in order per step against it in a sorted list; pinned posts cause a few
    few: int = 2  # steps against the order that do not yet indicate another order


DETECT = DetectSettings()
