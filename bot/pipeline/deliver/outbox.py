"""The last stage: claims due messages from the store and passes them to the deliverer.

`gate` decides which platforms have room, `attempt` makes single attempts, and `retry_policy` decides what
follows from a failure.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from functools import partial

from bot.clock import Clock, steady_seconds
from bot.errors import StoreError
from bot.logs.outage import OutageLog
from bot.model import Claim
from bot.pipeline.batcher import RETRY
from bot.pipeline.deliver.deliverer import Deliverer
from bot.pipeline.deliver.gate import PlatformGate
from bot.pipeline.deliver.platform_health import PlatformHealth, ShutReport
from bot.pipeline.deliver.settings import DeliverySettings
from bot.ports import NO_METER, Adapter, Meter, OutboxStore, Requeued

_log = logging.getLogger(__name__)


class Outbox:
    """Delivers the messages in the store: in order for each destination, many destinations concurrently.

    `report`: shares with other parts which platforms are shut; without it, a private one is used.
    """

    def __init__(
        self,
        store: OutboxStore,
        adapters: Mapping[str, Adapter],
        clock: Clock,
        settings: DeliverySettings,
        owner: str,
        *,
        report: ShutReport | None = None,
        meter: Meter = NO_METER,
    ) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._owner = owner
        health = report.health if report else PlatformHealth(adapters, settings.shut_pause)
        report = report or ShutReport(health, store, clock, settings.admins)
        self._gate = PlatformGate(health, settings)
        self._deliverer = Deliverer(
            store, adapters, clock, settings, report=report, on_notice=self.wake, meter=meter
        )
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._fault: BaseException | None = None
        self._store_outage = OutageLog("Taking messages from the database")

    def wake(self) -> None:
        """Signal that there may be something to deliver."""
        self._gate.scan_at_once()
        self._wake.set()

    @property
    def failing(self) -> list[str]:
        """The platforms on which the last attempts failed temporarily."""
        return self._deliverer.failing

    @property
    def refused(self) -> bool:
        """Whether the store refuses to give out messages or to record their outcomes."""
        return self._store_outage.lasts or self._deliverer.refused

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set, then let deliveries in progress finish within the grace period."""
        waiter = asyncio.create_task(_set_after(stop, self._wake))
        try:
            while not stop.is_set():
                if self._fault:
                    raise self._fault
                self._wake.clear()
                wait = await self._round(stop)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._wake.wait()
        finally:
            waiter.cancel()
            await self.aclose()

    async def drain(self) -> int:
        """Deliver all that is due now; return how many attempts failed. Raises StoreError."""
        never, going = asyncio.Event(), True
        try:
            while going:
                self._gate.scan_at_once()
                under_way = bool(self._tasks)
                going = bool(await self._start_due(never)) or under_way
                if self._tasks:
                    await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
                elif self._deliverer.awaits_turns and not going:
                    going = await self._next_turn()
        finally:
            await self.aclose()
        if self._fault:
            raise self._fault
        return self._deliverer.failures

    async def _next_turn(self) -> bool:
        """Sleep until a message postponed by a rate limit may be due; return False if none is left."""
        due = await self._store.next_delivery_at(self._gate.reachable(self._clock.now()))
        if due is not None:
            wait = (due - self._clock.now()).total_seconds()
            await asyncio.sleep(min(max(wait, self._settings.stalled_pause), self._settings.idle))
        return due is not None

    async def _round(self, stop: asyncio.Event) -> float:
        """Start what is due; return the seconds to wait for more, unless the loop is woken earlier."""
        try:
            if await self._start_due(stop):
                return 0.0
            room = self._gate.room(self._clock.now())
            if not room:
                return self._settings.idle
            due = await self._store.next_delivery_at(list(room))
        except StoreError as error:  # disk full, locked: nothing was claimed, so nothing is lost
            if line := self._store_outage.failed(error):
                _log.error("%s", line)
            return RETRY
        if line := self._store_outage.works():
            _log.warning("%s", line)
        now = self._clock.now()
        wait = self._settings.idle if due is None else (due - now).total_seconds()
        if wait > 0:
            return min(wait, self._settings.idle)
        partly_full = self._gate.is_partly_full(now)
        return self._settings.scan_pause if partly_full else self._settings.stalled_pause

    async def _start_due(self, stop: asyncio.Event) -> int:
        """Start as many due messages as there is room for; return how many."""
        room = self._gate.scan(self._clock.now(), asyncio.get_running_loop().time())
        if not room:
            return 0
        since = steady_seconds()
        claims = await self._store.claim(
            self._owner,
            self._clock.now(),
            lease=self._settings.lease,
            limit=min(room.values()),
            platforms=list(room),
            catch_up_after=self._settings.catch_up_after,
        )
        if stop.is_set():
            await self._store.settle([Requeued(claim) for claim in claims])
            return 0
        for claim in claims:
            self._start(claim, since)
        return len(claims)

    def reachable(self) -> list[str]:
        """Return the platforms to which messages can go now."""
        return self._gate.reachable(self._clock.now())

    def room(self, platform: str) -> int:
        """Return how many more messages can go to a platform now; 0 for none."""
        return self._gate.room(self._clock.now()).get(platform, 0)

    async def deliver(self, claim: Claim, since: float) -> None:
        """Make one attempt to deliver a message that was claimed elsewhere, and record its outcome.

        `since`: a time before the claim, by `bot.clock.steady_seconds`.
        """
        await self._start(claim, since)

    def _start(self, claim: Claim, since: float) -> asyncio.Task[None]:
        task = asyncio.create_task(self._deliverer.deliver(claim, since))
        self._tasks.add(task)
        self._gate.enter(claim.destination.platform)
        task.add_done_callback(partial(self._done, claim.destination.platform))
        return task

    def _done(self, platform: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._gate.leave(platform)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            self._fault = error

    async def aclose(self) -> None:
        """Let deliveries finish within the grace period; those cancelled are searched for after a restart."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._settings.grace
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self._settings.grace)
            for task in late:
                task.cancel()
            if late:  # do not wait longer for an adapter that ignores cancellation
                await asyncio.wait(late, timeout=self._settings.recording)
        lost = await self._deliverer.aclose(max(0.0, deadline - loop.time()) + self._settings.recording)
        if lost:
            _log.error("What became of %d messages is not recorded; they are looked for.", lost)


async def _set_after(first: asyncio.Event, second: asyncio.Event) -> None:
    await first.wait()
    second.set()
