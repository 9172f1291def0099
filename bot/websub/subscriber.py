"""Asks the hubs that feeds name: to begin with, before a lease ends, and to end it."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from http import HTTPStatus
from typing import NoReturn, Protocol

from bot.clock import Clock
from bot.errors import FetchError, StoreError
from bot.logs.outage import OutageLog
from bot.model import HubSubscription
from bot.pipeline.fetch.client import Fetcher
from bot.ports import HubStore, SharedState
from bot.websub.rules import HUBS, asking, failed, form_of, is_over, postponed

_log = logging.getLogger(__name__)


class SubscriberStore(HubStore, SharedState, Protocol):
    """The store methods that asking hubs needs."""


class Subscriber:
    """Asks hubs that are due. Any number of processes may do so: each request is made by one of them.

    `base`: web.public_url, below which hubs reach this bot or another process of it.
    """

    def __init__(self, store: SubscriberStore, fetcher: Fetcher, clock: Clock, base: str) -> None:
        self._store, self._fetcher, self._clock = store, fetcher, clock
        self._base = base
        self._outage = OutageLog("Asking hubs")

    async def run(self) -> NoReturn:
        """Ask hubs until cancelled."""
        while True:
            try:
                await self.ask_due()
                if line := self._outage.works():
                    _log.warning("%s", line)
            except StoreError as error:
                if line := self._outage.failed(error):
                    _log.error("%s", line)
            await asyncio.sleep(HUBS.look)

    async def ask_due(self) -> None:
        """Ask the hubs that are due, side by side. Raises StoreError."""
        now = self._clock.now()
        until = now + timedelta(seconds=HUBS.claim)
        claimed = await self._store.claim_hubs(now, until, HUBS.at_once)
        asked = await asyncio.gather(*(self._ask(each) for each in claimed), return_exceptions=True)
        for error in asked:
            if isinstance(error, BaseException):
                raise error

    async def _ask(self, claimed: HubSubscription) -> None:
        if claimed.leaving and is_over(claimed, self._base):
            await self._store.drop_hub(claimed.id)
            return
        found = await self._store.hub_called(claimed.callback)
        if found is None:
            return
        known, feed = found
        now = self._clock.now()
        if not await self._store.spend("websub:asks", HUBS.pace):
            await self._store.save_hub(postponed(known, now), now)
            return
        asked = asking(known, self._base, now, feed.settings.every)
        if not await self._store.save_hub(asked, now):
            return  # it was changed meanwhile, and is asked at the end of the claim
        if error := await self._request(asked):
            _log.warning("%s: its hub cannot be used: %s.", feed.settings.name, error)
            await self._store.save_hub(failed(asked, error), now)

    async def _request(self, asked: HubSubscription) -> str:
        """Send the request; return why the hub did not accept it, "" if it did.

        Many hubs verify while the request waits, and others a while after their answer.
        """
        try:
            status = await self._fetcher.post(asked.hub, form_of(asked))
        except FetchError as error:
            return str(error)
        return "" if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES else f"it answered {status}"
