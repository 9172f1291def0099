"""Reads subscriptions and the names in them from rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from bot.model import Cadence, Change, Filter, FollowedTerm, Subscription
from storage.shared.mapping import destination_from, from_ms
from storage.shared.rows import Row


def subscriptions_from(rows: Iterable[Row]) -> list[Subscription]:
    """Return subscriptions, of rows that have one name each; those of one subscription follow each other."""
    return [_subscription(list(group)) for _, group in groupby(rows, key=lambda row: row["id"])]


def _subscription(rows: Sequence[Row]) -> Subscription:
    first = rows[0]
    terms = [row for row in rows if row["term"] is not None]
    return Subscription(
        id=first["id"],
        destination=destination_from(first),
        feed_id=first["feed_id"] or None,
        feed=first["feed_name"],
        filter=Filter(
            include=frozenset(row["term"] for row in terms if not row["excluded"]),
            exclude=frozenset(row["term"] for row in terms if row["excluded"]),
            labels={row["term"]: row["name"] for row in terms},
        ),
        cadence=Cadence(first["cadence"]),
        channel=bool(first["channel"]),
        paused=bool(first["paused"]),
        mentions={row["term"]: row["mention"] for row in terms if row["mention"]},
    )


def mentions_of(terms: Iterable[str], mention: str | None, stored: Iterable[Row]) -> dict[str, str]:
    """Return the mention of each term: `mention`, or the stored one if that is None.

    `stored`: rows with `term` and `mention`, so that a term that moves to another cadence keeps its mention.
    """
    if mention is not None:
        return dict.fromkeys(terms, mention)
    known = {row["term"]: row["mention"] for row in stored}
    return {term: known.get(term, "") for term in terms}


def followed_from(row: Row) -> FollowedTerm:
    """Return a name that an address follows or leaves out."""
    return FollowedTerm(
        row["feed_id"], row["term"], row["name"], bool(row["excluded"]), row["cadence"], row["mention"]
    )


def change_from(row: Row) -> Change:
    """Return an entry of the log of changes."""
    return Change(from_ms(row["at"]), row["by"], row["what"], row["feed_name"], row["server"])
