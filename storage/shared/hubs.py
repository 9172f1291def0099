"""Converts between rows of `hubs` and the model's subscriptions, and gives the parameters of statements."""

from __future__ import annotations

import secrets
from datetime import datetime

from bot.model import HubCounts, HubSubscription, NamedHub
from storage.shared.mapping import from_ms, maybe_from_ms, maybe_ms, to_ms
from storage.shared.rows import Row

_SECRET = 32  # bytes of each secret: of the address to push to, and of the signatures
SAVED = (  # the columns that a change of a subscription may change
    *("callback", "key", "base", "asked_until", "verified_at", "verified_until", "next_at", "failures"),
    "error",
)


def hub_from(row: Row) -> HubSubscription:
    """Return a subscription from a row of `hubs`."""
    return HubSubscription(
        id=row["id"],
        feed_id=row["feed_id"],
        hub=row["hub"],
        topic=row["topic"],
        callback=row["callback"],
        key=row["key"],
        next_at=from_ms(row["next_at"]),
        leaving=bool(row["leaving"]),
        base=row["base"],
        asked_until=maybe_from_ms(row["asked_until"]),
        verified_at=maybe_from_ms(row["verified_at"]),
        verified_until=maybe_from_ms(row["verified_until"]),
        failures=row["failures"],
        error=row["error"],
        version=row["version"],
    )


def hub_parameters(changed: HubSubscription, now: datetime) -> dict[str, object]:
    """Return a changed subscription as parameters of statements on `hubs` and `feeds`."""
    return {
        "id": changed.id,
        "feed_id": changed.feed_id,
        "version": changed.version,
        "leaving": int(changed.leaving),
        "callback": changed.callback,
        "key": changed.key,
        "base": changed.base,
        "asked_until": maybe_ms(changed.asked_until),
        "verified_at": maybe_ms(changed.verified_at),
        "verified_until": maybe_ms(changed.verified_until),
        "next_at": to_ms(changed.next_at),
        "failures": changed.failures,
        "error": changed.error,
        "now": to_ms(now),
    }


def named_parameters(feed_id: int, hub: NamedHub, now: datetime) -> dict[str, object]:
    """Return the hub that a feed names, with new secrets, as parameters of statements."""
    return {
        "feed_id": feed_id,
        "hub": hub.url,
        "topic": hub.topic,
        "callback": secrets.token_urlsafe(_SECRET),
        "key": secrets.token_urlsafe(_SECRET),
        "now": to_ms(now),
    }


def hub_counts_from(row: Row) -> HubCounts:
    """Return the counts of a row with `verified` and `unverified`."""
    return HubCounts(row["verified"] or 0, row["unverified"] or 0)
