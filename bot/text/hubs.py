"""Says how the hub of a feed does, for `/health` and the status page. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.model import Feed, HubSubscription


def hub_sentence(feed: Feed, hub: HubSubscription | None, now: datetime) -> str:
    """Return a sentence on the hub; "" for a feed without one, or before it was asked. Not cleaned."""
    if hub is None or not hub.base:
        return ""
    if not hub.holds(now):
        return f"{_unused(hub)}; the feed is checked as often as without one."
    words = _working(feed)
    return f"{words}. To renew that has failed so far: {hub.error}." if hub.error else f"{words}."


def _working(feed: Feed) -> str:
    if feed.state.trusts_hub(feed.hub_since):
        return "Its hub tells of new posts at once, so the feed is checked less often"
    if feed.state.unpushed_at is not None:
        return "Its hub did not tell of the last posts; the feed is checked as often as without one"
    return "Its hub has agreed to tell of new posts at once, and has told of none yet"


def _unused(hub: HubSubscription) -> str:
    if hub.error:
        return f"Its hub cannot be used: {hub.error}"
    if hub.verified_until is not None:
        return "What its hub had agreed to has ended"
    return "Its hub was asked to tell of new posts at once, and has not agreed yet"
