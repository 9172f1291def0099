"""What hubs ask of the bot and tell it: `bot.ports.HubDoor`."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from bot.clock import Clock
from bot.logs.limit import limit
from bot.model import Feed, HubSubscription
from bot.ports import HubStore, Meter, PushOutcome, SharedState
from bot.websub.rules import HUBS, denied, due_for_push, is_meant, verified

_log = logging.getLogger(__name__)
limit(_log)  # a hub may call as often as it likes

_TRIES = 3  # to store a change, while others change the same subscription
_LONGEST = 1000  # characters of a challenge that are sent back


class PushStore(HubStore, SharedState, Protocol):
    """The store methods that pushes need."""


class Door:
    """`bot.ports.HubDoor`. `nudge` makes due feeds polled at once."""

    def __init__(
        self, store: PushStore, clock: Clock, nudge: Callable[[], Awaitable[None]], meter: Meter
    ) -> None:
        self._store, self._clock = store, clock
        self._nudge, self._meter = nudge, meter

    async def asked(self, callback: str, query: Mapping[str, str]) -> str | None:
        """Answer a hub that asks whether a request was meant, or refuses it."""
        for _ in range(_TRIES):
            found = await self._store.hub_called(callback)
            if found is None:
                return None
            known, feed = found
            if query.get("hub.mode") == "denied":
                return await self._refused(known, feed, query)
            challenge = query.get("hub.challenge", "")
            if not (0 < len(challenge) <= _LONGEST and is_meant(known, query, self._clock.now())):
                return None
            if await self._agree(known, feed, query.get("hub.lease_seconds", "")):
                return challenge
        return None

    async def _agree(self, known: HubSubscription, feed: Feed, lease: str) -> bool:
        """Store what the hub has verified; return False if the subscription was changed meanwhile."""
        now = self._clock.now()
        if known.leaving:
            await self._store.drop_hub(known.id)
            return True
        if known.holds(now) and not known.failures:  # it asks once more; its first question is stored
            return True
        saved = await self._store.save_hub(verified(known, lease, now, feed.settings.every), now)
        if saved:
            _log.info("%s: its hub tells of new posts from now on.", feed.settings.name)
        return saved

    async def _refused(self, known: HubSubscription, feed: Feed, query: Mapping[str, str]) -> str | None:
        now = self._clock.now()
        if known.leaving or query.get("hub.topic") != known.topic:
            return None
        if known.asked_until is None and known.verified_until is None:  # it has refused before
            return ""
        refusal = denied(known, query.get("hub.reason", ""), now)
        if await self._store.save_hub(refusal, now):
            _log.warning("%s: its hub: %s.", feed.settings.name, refusal.error)
        return ""

    async def known(self, callback: str) -> HubSubscription | None:
        """Return the subscription with this secret; None if there is none."""
        found = await self._store.hub_called(callback)
        return found[0] if found else None

    async def pushed(self, known: HubSubscription) -> None:
        """Make the feed polled, at once unless it just was."""
        found = await self._store.hub_called(known.callback)
        if found is None or found[0].leaving:
            self.refused(PushOutcome.UNKNOWN)
            return
        _, feed = found
        now = self._clock.now()
        due = due_for_push(feed, now)
        if due is None:
            self._meter.pushed(PushOutcome.COALESCED)
            return
        if not await self._store.spend(f"websub:push:{known.feed_id}", HUBS.pushes):
            self.refused(PushOutcome.LIMITED)
            return
        await self._store.note_push(known.feed_id, due, now)
        self._meter.pushed(PushOutcome.ACCEPTED)
        await self._nudge()

    def refused(self, outcome: PushOutcome) -> None:
        """Count a push that is ignored."""
        _log.warning("A push of a hub is ignored: it is %s.", outcome.value)
        self._meter.pushed(outcome)
