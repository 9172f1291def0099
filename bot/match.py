"""What a filter means.

The store answers the same question for all followers in one statement; a property test holds the two to
the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import EVERYTHING, Filing, Filter, Subscription
from bot.text.normalize import filing_keys


def matches(wanted: Filter, filing: Filing) -> bool:
    """Whether a post with this filing passes the filter: any term of `include`, none of `exclude`."""
    keys = filing_keys(filing)
    return bool(wanted.include & keys) and not (wanted.exclude & keys)


def matched_name(wanted: Filter, filing: Filing) -> str:
    """Return the name that made the post match, "everything" for a filter on all posts, "" for no match.

    A category is named before a tag, and a tag before "everything".
    """
    if not matches(wanted, filing):
        return ""
    hits = sorted((wanted.include & filing_keys(filing)) - {EVERYTHING})
    return wanted.labels.get(hits[0], hits[0][2:]) if hits else "everything"


def mentions(subscriptions: Iterable[Subscription], filing: Filing) -> list[str]:
    """Return whom an alert mentions: everybody whom a term that matches calls, each once, in order.

    `subscriptions`: those of one channel that let the post through.
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
