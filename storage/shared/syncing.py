"""Decides how the feeds of the database become those of the config. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.model import FeedSettings
from bot.text.normalize import fold
from storage.shared.feeds import configured_terms, what_changed
from storage.shared.rows import Row


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """What is to be done with the feeds of a config.

    `same`: those that are stored as they are, with their ids. `fresh`: those whose name and URL no stored
    feed has; they can be added at once. `rest`: those that change a stored feed or take a name from one. They
    are stored one after the other, as each may meet what the one before it left.
    """

    same: tuple[tuple[int, FeedSettings], ...]
    fresh: tuple[FeedSettings, ...]
    rest: tuple[FeedSettings, ...]


def planned(settings: Sequence[FeedSettings], stored: Iterable[Row]) -> SyncPlan:
    """Sort the feeds of a config by what they need. `stored`: the rows of all feeds, also of retired ones.

    At most starts no feed has changed, and at the first one all are new. To look at each of ten thousand on
    its own would take seconds.
    """
    rows = list(stored)
    by_name = {row["name_fold"]: row for row in rows}
    by_url = {row["settings_url"]: row for row in rows}
    names = [fold(each.name) for each in settings]
    of_name, of_url = Counter(names), Counter(each.url for each in settings)
    same: list[tuple[int, FeedSettings]] = []
    fresh, rest = [], []
    for name, each in zip(names, settings, strict=True):
        row, named = by_url.get(each.url), by_name.get(name)
        if of_name[name] > 1 or of_url[each.url] > 1 or row is not named:
            rest.append(each)
        elif row is None:
            fresh.append(each)
        elif what_changed(row, each):
            rest.append(each)
        else:
            same.append((row["id"], each))
    return SyncPlan(tuple(same), tuple(fresh), tuple(rest))


def terms_of(feeds: Iterable[tuple[int, FeedSettings]]) -> list[tuple[int, str, str]]:
    """Return the categories that the config names of feeds, as feed id, key and name."""
    return [
        (feed_id, key, name)
        for feed_id, settings in feeds
        for key, name in configured_terms(settings).items()
    ]
