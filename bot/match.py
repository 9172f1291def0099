"""Defines which posts a filter matches.

The store evaluates the same rule for all followers in one statement; a property test ensures that the two
agree.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import EVERYTHING, Filing, Filter, Subscription
from bot.text.normalize import filing_keys


def matches(wanted: Filter, filing: Filing) -> bool:
    """Return whether a post with this filing has any term of `include` and none of `exclude`."""
    keys = filing_keys(filing)
    return bool(wanted.include & keys) and not (wanted.exclude & keys)


def matched_name(wanted: Filter, filing: Filing) -> str:
    """Return the name that made the post match, "everything" for a filter on all posts, "" for no match.

    Categories take precedence over tags, and tags over "everything".
    """
    if not matches(wanted, filing):
        return ""
    hits = sorted((wanted.include & filing_keys(filing)) - {EVERYTHING})
    return wanted.labels.get(hits[0], hits[0][2:]) if hits else "everything"


def mentions(subscriptions: Iterable[Subscription], filing: Filing) -> list[str]:
    """Return the sorted, distinct mentions of an alert: those set for the included terms that match.

    `subscriptions`: those of one channel; a subscription whose filter rejects the post adds none.
    """
    keys = filing_keys(filing)
    found = {
        mention
        for each in subscriptions
        if matches(each.filter, filing)
        for key, mention in each.mentions.items()
        if key in each.filter.include & keys
    }
    return sorted(found)
