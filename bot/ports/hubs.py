"""What the hubs of feeds need of a store, and what the web server asks when a hub calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.model import Feed, HubCounts, HubSubscription
from bot.ports.meter import PushOutcome


class HubReader(Protocol):
    """Reads what is agreed with the hubs of feeds."""

    async def hubs_of(self, feed_ids: Sequence[int]) -> Mapping[int, HubSubscription]:
        """Return the subscriptions at the hubs of feeds, by the feed's id, without those that are ended.

        Feeds without one are missing.
        """
        ...

    async def hub_counts(self, now: datetime) -> HubCounts:
        """Return how many feeds in use have a hub that was asked, by what it said."""
        ...


class HubStore(HubReader, Protocol):
    """Keeps what is agreed with the hubs of feeds. One subscription of a feed at a time is not being ended.

    A poll that finds a hub makes it, see `PollCommit.hub`, and a feed that is retired ends it.
    """

    async def begin_hubs(self, base: str, now: datetime) -> None:
        """Adapt all subscriptions to `web.public_url` at the start of a process.

        Those made for another address are due at once. With "" none holds any more, and the feeds are polled
        as without a hub.
        """
        ...

    async def claim_hubs(self, now: datetime, until: datetime, limit: int) -> list[HubSubscription]:
        """Return up to `limit` subscriptions that are due, and make them due again at `until`.

        Of several callers at once, each gets others.
        """
        ...

    async def hub_called(self, callback: str) -> tuple[HubSubscription, Feed] | None:
        """Return the subscription with this secret, and its feed; None if there is none."""
        ...

    async def save_hub(self, changed: HubSubscription, now: datetime) -> bool:
        """Store a changed subscription, unless it was changed since it was read; return whether it was.

        The feed learns until when the hub pushes; if that ends, it is polled within its interval.
        """
        ...

    async def drop_hub(self, hub_id: int) -> None:
        """Forget a subscription that was ended."""
        ...

    async def note_push(self, feed_id: int, due: datetime, now: datetime) -> None:
        """Schedule a poll at `due` for a feed that a hub has pushed, unless one is due earlier.

        A poll under way at that moment may have been too early, so that it does not count for this push.
        """
        ...


class HubDoor(Protocol):
    """Answers the hubs that call at the web server. Every method may raise `StoreError`."""

    async def asked(self, callback: str, query: Mapping[str, str]) -> str | None:
        """Answer the verification request of a hub (`hub.challenge`), or its denial.

        Return the text to answer with, as plain text, or None for an answer of 404.
        """
        ...

    async def known(self, callback: str) -> HubSubscription | None:
        """Return the subscription with this secret; None if there is none."""
        ...

    async def pushed(self, known: HubSubscription) -> None:
        """Act on a push that the hub of this subscription has signed."""
        ...

    def refused(self, outcome: PushOutcome) -> None:
        """Count a push that was ignored."""
        ...
