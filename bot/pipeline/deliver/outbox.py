"""The last stage: takes due messages from the store, hands them to the adapters, records what became of them.

What an adapter is asked, and what its errors mean, is in `attempt` and `aftermath`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.errors import DeliveryError, PermanentError, Scope, StoreError
from bot.logs.outage import OutageLog
from bot.model import Claim
from bot.pipeline.batcher import RETRY, Batcher
from bot.pipeline.deliver.attempt import SEND_TIMEOUT, Attempts
from bot.ports import (
    SHUT,
    Adapter,
    Failed,
    OutboxStore,
    Requeued,
    Retry,
    Sent,
    Settlement,
)

_log = logging.getLogger(__name__)

ADAPTER_PAUSE = 300.0  # seconds before a platform that shut us out is tried again
LEASE = 180.0  # seconds; longer than a look and a send together
IDLE = 30.0  # seconds after which the store is asked again though nothing was announced
_STALLED = 0.1  # seconds before the store is asked again for what was due, but not given out
_OTHERS = 0.5  # seconds between looks at the other platforms while one has all it can take
_TO_RECORD = 2.0  # seconds beyond the grace for what is to be recorded
_UNRECORDED = "Bystander has a fault, which its log shows"


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """What the operator can set about delivery."""

    grace: float = 10.0  # seconds for what is in flight when the bot stops
    catch_up_after: int = 5
    concurrency: int = 100  # deliveries under way on one platform
    send_timeout: float = SEND_TIMEOUT
    admins: tuple[str, ...] = ()  # addresses that are told when a destination is parked


class Outbox:
    """Delivers what the store holds, each destination in order, many destinations side by side."""

    def __init__(
        self,
        store: OutboxStore,
        adapters: Mapping[str, Adapter],
        clock: Clock,
        settings: DeliverySettings,
        owner: str,
    ) -> None:
        self._store = store
        self._adapters = adapters
        self._clock = clock
        self._settings = settings
        self._owner = owner
        self._wake = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], str] = {}  # deliveries under way, and their platforms
        self._turns: set[tuple[int, ...]] = set()  # deliveries that wait for their turn by a platform's pace
        self._looked = 0.0  # when the other platforms were looked at while one had all it can take
        self._attempts = Attempts(adapters, clock, settings.admins, settings.send_timeout)
        self._records = Batcher[Settlement](store.settle)
        self._paused: dict[str, datetime] = {}  # platforms that shut us out, since when
        self._shut: set[str] = set()  # those of which admins were told
        self._fault: BaseException | None = None
        self._store_outage = OutageLog("Taking messages from the database")
        self.failures = 0  # attempts since the start that sent nothing, but for those made again at once

    def wake(self) -> None:
        """Say that there may be something to deliver."""
        self._looked = 0.0
        self._wake.set()

    @property
    def closed(self) -> frozenset[str]:
        """The platforms that shut us out at present."""
        return frozenset(self._shut)

    @property
    def failing(self) -> list[str]:
        """The platforms on which the last attempts failed for now."""
        return self._attempts.failing

    @property
    def refused(self) -> bool:
        """Whether the store refuses to give out messages, or to record what became of them."""
        return self._store_outage.lasts or self._records.refused

    async def shut(self, platform: str, reason: str) -> None:
        """Tell admins elsewhere, once, that nothing goes out on a platform; /health tells it too."""
        if platform in self._shut:
            return
        self._shut.add(platform)
        text = f"Nothing goes out on {platform}: {reason} Its alerts wait, and go out once that is mended."
        told = [each for each in self._settings.admins if not each.startswith(f"{platform}:")]
        try:
            await self._store.set_value(f"{SHUT}{platform}", reason)
            await self._store.notify(told, text, self._clock.now())
        except StoreError as error:
            _log.error("%s is shut, and nobody could be told: %s", platform, error)
        self.wake()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set, then let what is in flight finish within the grace period."""
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
            await self._finish()

    async def drain(self) -> int:
        """Deliver all that is due now; return how many attempts failed. Raises StoreError."""
        never, going = asyncio.Event(), True
        try:
            while going:
                self._looked = 0.0
                under_way = bool(self._tasks)
                going = bool(await self._start_due(never)) or under_way
                if self._tasks:
                    await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
                elif self._turns and not going:
                    going = await self._next_turn()
        finally:
            await self._finish()
        if self._fault:
            raise self._fault
        return self.failures

    async def _next_turn(self) -> bool:
        """Sleep until a message that waits for its turn may be due; False when none is left."""
        due = await self._store.next_delivery_at(self._platforms())
        if due is not None:
            wait = (due - self._clock.now()).total_seconds()
            await asyncio.sleep(min(max(wait, _STALLED), IDLE))
        return due is not None

    async def _round(self, stop: asyncio.Event) -> float:
        """Begin what is due; return the seconds until there may be more, unless something ends before."""
        try:
            if await self._start_due(stop):
                return 0.0
            free = self._free()
            if not free:
                return IDLE
            due = await self._store.next_delivery_at(list(free))
        except StoreError as error:  # disk full, locked: nothing was claimed, so nothing is lost
            if line := self._store_outage.failed(error):
                _log.error("%s", line)
            return RETRY
        if line := self._store_outage.works():
            _log.warning("%s", line)
        wait = IDLE if due is None else (due - self._clock.now()).total_seconds()
        some_full = len(free) < len(self._platforms())
        return min(wait, IDLE) if wait > 0 else (_OTHERS if some_full else _STALLED)

    def _free(self) -> dict[str, int]:
        """Return the platforms that can take more, and how much."""
        busy = Counter(self._tasks.values())
        rooms = {name: self._settings.concurrency - busy[name] for name in self._platforms()}
        return {name: room for name, room in rooms.items() if room > 0}

    async def _start_due(self, stop: asyncio.Event) -> int:
        """Begin as many due messages as there is room for; return how many.

        To find what is due for some platforms only is a walk past all that waits for the others, so that it
        is done now and then.
        """
        free = self._free()
        moment = asyncio.get_running_loop().time()
        some_full = len(free) < len(self._platforms())
        if not free or (some_full and moment < self._looked + _OTHERS):
            return 0
        if some_full:
            self._looked = moment
        claims = await self._store.claim(
            self._owner,
            self._clock.now(),
            lease=LEASE,
            limit=min(free.values()),
            platforms=list(free),
            catch_up_after=self._settings.catch_up_after,
        )
        if stop.is_set():
            await self._store.settle([Requeued(claim) for claim in claims])
            return 0
        for claim in claims:
            task = asyncio.create_task(self._deliver(claim))
            self._tasks[task] = claim.destination.platform
            task.add_done_callback(self._done)
        return len(claims)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            self._fault = error

    def _platforms(self) -> list[str]:
        """Return the platforms that are not shut to us at present."""
        now, pause = self._clock.now(), timedelta(seconds=ADAPTER_PAUSE)
        began = self._paused
        return [
            name
            for name in self._adapters
            if name not in began or not timedelta() <= now - began[name] < pause
        ]

    async def _deliver(self, claim: Claim) -> None:
        settlement, error = await self._attempts.make(claim)
        if isinstance(error, PermanentError) and error.scope is Scope.ADAPTER:
            await self._closed(claim, error)
        settlement = await self._recorded(settlement)
        if isinstance(settlement, Sent):
            await self._opened(claim.destination.platform)
        if isinstance(settlement, Requeued) and settlement.due_at is not None:
            self._turns.add(tuple(claim.delivery_ids))
            return
        self._turns.discard(tuple(claim.delivery_ids))
        at_once = isinstance(settlement, Retry) and settlement.due_at <= self._clock.now()
        if not isinstance(settlement, Sent) and not at_once:
            self.failures += 1

    async def _recorded(self, settlement: Settlement) -> Settlement:
        """Record what came of a message; give it up where that can never be recorded.

        A message that is neither recorded nor given up is looked for when its lease has run out.
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

    async def _opened(self, platform: str) -> None:
        """Note that a platform takes messages again."""
        if platform not in self._shut:
            return
        self._shut.discard(platform)
        try:
            await self._store.set_value(f"{SHUT}{platform}", "")
        except StoreError as error:  # the next start forgets it
            _log.error("%s is open again, and /health cannot be told: %s", platform, error)

    async def _closed(self, claim: Claim, error: DeliveryError) -> None:
        """Leave a platform alone for a while that shut us out."""
        platform = claim.destination.platform
        if platform in self._platforms():
            _log.error("Nothing goes out on %s for %.0f s: %s", platform, ADAPTER_PAUSE, error)
        self._paused[platform] = self._clock.now()
        await self.shut(platform, str(error))

    async def _finish(self) -> None:
        """Let what is in flight end within the grace; what is cut off is looked for after the next start."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._settings.grace
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self._settings.grace)
            for task in late:
                task.cancel()
            if late:  # an adapter that does not let itself be cancelled is not waited for
                await asyncio.wait(late, timeout=_TO_RECORD)
        lost = await self._records.aclose(max(0.0, deadline - loop.time()) + _TO_RECORD)
        if lost:
            _log.error("What became of %d messages is not recorded; they are looked for.", lost)


async def _set_after(first: asyncio.Event, second: asyncio.Event) -> None:
    await first.wait()
    second.set()
