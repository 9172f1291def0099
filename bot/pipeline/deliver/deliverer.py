"""Delivers one claimed message: makes the attempt, records it, and updates the platform's health."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping

from bot.clock import Clock
from bot.errors import PermanentError, Scope
from bot.model import Claim
from bot.pipeline.batcher import Batcher
from bot.pipeline.deliver import decisions
from bot.pipeline.deliver.attempt import Attempts
from bot.pipeline.deliver.platform_health import ShutReport
from bot.pipeline.deliver.settings import DeliverySettings
from bot.ports import NO_METER, Adapter, Failed, Meter, OutboxStore, Requeued, Retry, Sent, Settlement

_log = logging.getLogger(__name__)

_UNRECORDED = "Bystander has a fault, which its log shows"


class Deliverer:
    """Makes attempts and records their outcomes, many concurrently.

    `on_notice` is called after a notice for admins was put into the outbox. `failures` counts failed attempts
    since the start, except those that are repeated immediately and those that wait for a rate limit.
    """

    def __init__(
        self,
        store: OutboxStore,
        adapters: Mapping[str, Adapter],
        clock: Clock,
        settings: DeliverySettings,
        *,
        report: ShutReport,
        on_notice: Callable[[], None],
        meter: Meter = NO_METER,
    ) -> None:
        self._clock = clock
        self._pause = settings.shut_pause
        self._report = report
        self._on_notice = on_notice
        self._meter = meter
        self._attempts = Attempts(adapters, clock, settings)
        self._records = Batcher[Settlement](store.settle)
        self._turns: set[tuple[int, ...]] = set()  # deliveries postponed by a platform's rate limit
        self.failures = 0

    @property
    def failing(self) -> list[str]:
        """The platforms on which the last attempts failed temporarily."""
        return self._attempts.failing

    @property
    def refused(self) -> bool:
        """Whether the store refuses to record outcomes."""
        return self._records.refused

    @property
    def awaits_turns(self) -> bool:
        """Whether a message is postponed by a platform's rate limit."""
        return bool(self._turns)

    async def deliver(self, claim: Claim, since: float) -> None:
        """Make one attempt to deliver a message, and record its outcome. `since`: see `Attempts.make`."""
        settlement, error = await self._attempts.make(claim, since)
        if isinstance(error, PermanentError) and error.scope is Scope.ADAPTER:
            await self._shut(claim.destination.platform, error)
        settlement = await self._recorded(settlement)
        if isinstance(settlement, Sent):
            await self._report.opened(claim.destination.platform)
        decisions.say(settlement)
        decisions.count(self._meter, settlement, error)
        self._count(settlement)

    async def aclose(self, within: float) -> int:
        """Wait up to `within` seconds until all outcomes are stored; return how many were not."""
        return await self._records.aclose(within)

    def _count(self, settlement: Settlement) -> None:
        ids = tuple(settlement.claim.delivery_ids)
        if isinstance(settlement, Requeued) and settlement.due_at is not None:
            self._turns.add(ids)
            return
        self._turns.discard(ids)
        at_once = isinstance(settlement, Retry) and settlement.due_at <= self._clock.now()
        if not isinstance(settlement, Sent) and not at_once:
            self.failures += 1

    async def _shut(self, platform: str, error: PermanentError) -> None:
        """Pause delivery on a platform that shut the bot out, and report it."""
        if self._report.health.rest(platform, self._clock.now()):
            _log.error("Nothing goes out on %s for %.0f s: %s", platform, self._pause, error)
        if await self._report.shut(platform, str(error)):
            self._on_notice()

    async def _recorded(self, settlement: Settlement) -> Settlement:
        """Record the outcome of an attempt; if that is impossible, record the message as failed.

        If that fails too, the platform is searched for the message after its lease has expired.
        """
        try:
            await self._records.add(settlement)
        except Exception as error:  # noqa: BLE001 -- a fault in one record must not stop the others
            claim = settlement.claim
            text = "%s for %s cannot be recorded."
            _log.error(text, claim.action, claim.destination.address, exc_info=error)
            settlement = Failed(claim, _UNRECORDED, self._clock.now())
            with contextlib.suppress(Exception):
                await self._records.add(settlement)
        return settlement
