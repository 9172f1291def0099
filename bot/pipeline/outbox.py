"""The last stage: takes due messages from the store, hands them to the adapters, records what became of them.

Nothing here decides by itself what an error means: `after_error` does, and is pure.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.batch import Batcher
from bot.clock import Clock
from bot.errors import DeliveryError, PermanentError, Scope, StoreError, TemporaryError
from bot.model import Action, Claim
from bot.ports import (
    Adapter,
    AdminNotice,
    Again,
    Failed,
    OutboxStore,
    Parked,
    Released,
    Sent,
    Settlement,
)

_log = logging.getLogger(__name__)

LONGEST_BACK_OFF = 900.0  # seconds
PLAIN_AFTER = 8  # attempts that failed for now before the message is tried as title and link
ADAPTER_PAUSE = 300.0  # seconds before a platform that shut us out is tried again
FIRST_PROBE = 3600.0  # seconds until a parked destination is tried again; doubles up to LONGEST_PROBE
LONGEST_PROBE = 86400.0
LOOK_BACK = 60.0  # seconds before the first attempt from which a lost message is looked for
SEND_TIMEOUT = 60.0  # seconds one call of an adapter may take
LEASE = 180.0  # seconds; longer than a look and a send together
IDLE = 30.0  # seconds after which the store is asked again though nothing was announced


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """What the operator can set about delivery."""

    grace: float = 10.0  # seconds for what is in flight when the bot stops
    catch_up_after: int = 5
    concurrency: int = 100
    admins: tuple[str, ...] = ()  # addresses that are told when a destination is parked


def back_off(attempts: int, *, first: float = 1.0, longest: float = LONGEST_BACK_OFF) -> float:
    """Return seconds to wait after `attempts` earlier failures: 1, 2, 4 ... up to `longest`."""
    return float(min(longest, first * 2 ** min(attempts, 30)))


def after_error(claim: Claim, error: DeliveryError, now: datetime, admins: Sequence[str]) -> Settlement:
    """Decide what follows from a failed attempt; pure.

    For now: again, later. This message refused: again as title and link, then given up. Destination out of
    reach: parked, its queue kept. Platform shut: again after a pause.
    """
    text = str(error)
    if isinstance(error, PermanentError):
        if error.scope is Scope.ADAPTER:
            return Again(claim, now + timedelta(seconds=ADAPTER_PAUSE), text)
        if error.scope is Scope.DESTINATION:
            return _parked(claim, text, now, admins)
        if claim.action is Action.EDIT or claim.message.plain:
            return Failed(claim, text, now)
        return Again(claim, now, text, plain=True)
    asked = error.retry_after if isinstance(error, TemporaryError) else None
    wait = back_off(claim.attempts) if asked is None else asked
    return Again(
        claim,
        now + timedelta(seconds=wait),
        text,
        uncertain=isinstance(error, TemporaryError) and error.uncertain,
        plain=claim.attempts + 1 >= PLAIN_AFTER,
    )


def _parked(claim: Claim, reason: str, now: datetime, admins: Sequence[str]) -> Parked:
    wait = back_off(claim.attempts, first=FIRST_PROBE, longest=LONGEST_PROBE)
    address = claim.destination.address
    text = (
        f"Alerts for {address} wait: {reason} Once that is mended they go out by themselves, "
        f"or at once with /alerts resume."
    )
    notices = tuple(AdminNotice(admin, text) for admin in admins if admin != address)
    return Parked(claim, reason, now, now + timedelta(seconds=wait), notices)


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
        self._tasks: set[asyncio.Task[None]] = set()
        self._records = Batcher[Settlement](store.settle)
        self._paused: dict[str, datetime] = {}  # platforms that shut us out, until when
        self._fault: BaseException | None = None
        self.failures = 0  # attempts that did not end in Sent, since the start

    def wake(self) -> None:
        """Say that there may be something to deliver."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set, then let what is in flight finish within the grace period."""
        waiter = asyncio.create_task(_set_after(stop, self._wake))
        try:
            while not stop.is_set():
                if self._fault:
                    raise self._fault
                self._wake.clear()
                if not await self._start_due(stop):
                    await self._sleep()
        finally:
            waiter.cancel()
            await self._finish()

    async def drain(self) -> int:
        """Deliver all that is due now; return how many attempts failed."""
        never = asyncio.Event()
        while await self._start_due(never) or self._tasks:
            if self._tasks:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        await self._records.aclose()
        if self._fault:
            raise self._fault
        return self.failures

    async def _start_due(self, stop: asyncio.Event) -> int:
        """Begin as many due messages as there is room for; return how many."""
        room = self._settings.concurrency - len(self._tasks)
        if room <= 0:
            return 0
        try:
            claims = await self._store.claim(
                self._owner,
                self._clock.now(),
                lease=LEASE,
                limit=room,
                platforms=self._platforms(),
                catch_up_after=self._settings.catch_up_after,
            )
        except StoreError as error:  # disk full, locked: nothing was claimed, so nothing is lost
            _log.error("Deliveries wait: %s", error)
            await asyncio.sleep(1)
            return 0
        if stop.is_set():
            await self._store.settle([Released(claim) for claim in claims])
            return 0
        for claim in claims:
            task = asyncio.create_task(self._deliver(claim))
            self._tasks.add(task)
            task.add_done_callback(self._done)
        return len(claims)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            self._fault = error

    def _platforms(self) -> list[str]:
        """Return the platforms that are not shut to us at present."""
        now = self._clock.now()
        return [name for name in self._adapters if self._paused.get(name, now) <= now]

    async def _sleep(self) -> None:
        """Wait until something is announced, done or due."""
        due = await self._store.next_delivery_at(self._platforms())
        wait = IDLE if due is None else (due - self._clock.now()).total_seconds()
        try:
            async with asyncio.timeout(min(max(wait, 0.01), IDLE)):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _deliver(self, claim: Claim) -> None:
        settlement = await self._attempt(claim)
        if not isinstance(settlement, Sent):
            self.failures += 1
        await self._records.add(settlement)

    async def _attempt(self, claim: Claim) -> Settlement:
        try:
            async with asyncio.timeout(SEND_TIMEOUT):
                reference = await self._call(claim)
        except TimeoutError:
            lost = TemporaryError(f"no answer within {SEND_TIMEOUT:.0f} s", uncertain=True)
            return self._failed(claim, lost)
        except DeliveryError as error:
            return self._failed(claim, error)
        except Exception as error:  # noqa: BLE001 -- a fault of an adapter must not stop the others
            _log.exception("The %s adapter failed on %s.", claim.destination.platform, claim.key)
            unknown = TemporaryError(f"{type(error).__name__} in the adapter", uncertain=True)
            return self._failed(claim, unknown)
        return Sent(claim, reference, self._clock.now())

    async def _call(self, claim: Claim) -> str:
        adapter = self._adapters[claim.destination.platform]
        if claim.action is Action.EDIT:
            return await adapter.edit(claim.destination, claim.reference, claim.message, claim.key)
        if claim.uncertain:
            since = (claim.first_attempt_at or self._clock.now()) - timedelta(seconds=LOOK_BACK)
            found = await adapter.find(claim.destination, claim.key, since)
            if found is not None:
                return found
        return await adapter.send(claim.destination, claim.message, claim.key)

    def _failed(self, claim: Claim, error: DeliveryError) -> Settlement:
        now, platform = self._clock.now(), claim.destination.platform
        _log.warning("%s for %s: %s", claim.action, claim.destination.address, error)
        if isinstance(error, PermanentError) and error.scope is Scope.ADAPTER:
            _log.error("Nothing goes out on %s for %.0f s: %s", platform, ADAPTER_PAUSE, error)
            self._paused[platform] = now + timedelta(seconds=ADAPTER_PAUSE)
        return after_error(claim, error, now, self._settings.admins)

    async def _finish(self) -> None:
        """Let what is in flight end within the grace; what is cut off is looked for after the next start."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self._settings.grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._records.aclose()


async def _set_after(first: asyncio.Event, second: asyncio.Event) -> None:
    await first.wait()
    second.set()
