"""The last stage: takes due messages from the store, hands them to the adapters, records what became of them.

Nothing here decides by itself what an error means: `after_error` does, and is pure.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.batch import RETRY, Batcher
from bot.clock import Clock
from bot.errors import DeliveryError, PermanentError, Scope, StoreError, TemporaryError
from bot.model import Action, Claim
from bot.plain import one_line
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
LONGEST_WISH = 86400.0  # seconds; no wish of a platform reaches further
_FIRST_FLOOR = 0.05  # seconds; doubles, so that a platform that always says "at once" is not hammered
_STALLED = 0.1  # seconds before the store is asked again for what was due, but not given out
_TO_RECORD = 2.0  # seconds beyond the grace for what is to be recorded
_LONGEST_ERROR = 500  # characters kept of an error


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """What the operator can set about delivery."""

    grace: float = 10.0  # seconds for what is in flight when the bot stops
    catch_up_after: int = 5
    concurrency: int = 100
    send_timeout: float = SEND_TIMEOUT
    admins: tuple[str, ...] = ()  # addresses that are told when a destination is parked


def back_off(attempts: int, *, first: float = 1.0, longest: float = LONGEST_BACK_OFF) -> float:
    """Return seconds to wait after `attempts` earlier failures: 1, 2, 4 ... up to `longest`."""
    return float(min(longest, first * 2 ** min(attempts, 30)))


def after_error(claim: Claim, error: DeliveryError, now: datetime, admins: Sequence[str]) -> Settlement:
    """Decide what follows from a failed attempt; pure.

    For now: again, later. This message refused: again as title and link, then given up. Destination out of
    reach: parked, its queue kept. Platform shut: given back, for nothing is wrong with the message.
    A claim that is `uncertain` stays so until the platform was asked and did not have the message.
    """
    text = one_line(str(error), _LONGEST_ERROR)
    if isinstance(error, PermanentError):
        if error.scope is Scope.ADAPTER:
            return Released(claim)
        if error.scope is Scope.DESTINATION:
            return _parked(claim, text, now, admins)
        if claim.action is Action.EDIT or claim.message.plain:
            return Failed(claim, text, now)
        return Again(claim, now, text, uncertain=claim.uncertain, plain=True)
    return Again(
        claim,
        now + timedelta(seconds=_wait(claim, error)),
        text,
        uncertain=claim.uncertain or (isinstance(error, TemporaryError) and error.uncertain),
        plain=claim.attempts + 1 >= PLAIN_AFTER,
    )


def _wait(claim: Claim, error: DeliveryError) -> float:
    """Return the seconds until the next attempt: the platform's wish, else our own back-off."""
    asked = error.retry_after if isinstance(error, TemporaryError) else None
    if asked is None:
        return back_off(claim.attempts)
    return max(min(asked, LONGEST_WISH), back_off(claim.attempts, first=_FIRST_FLOOR))


def _parked(claim: Claim, reason: str, now: datetime, admins: Sequence[str]) -> Parked:
    probes = claim.attempts if claim.destination.parked else 0
    wait = back_off(probes, first=FIRST_PROBE, longest=LONGEST_PROBE)
    address = claim.destination.address
    text = (
        f"Alerts for {address} wait: {reason.rstrip('.')}. Once that is mended they go out by themselves, "
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
        self.failures = 0  # attempts since the start that sent nothing, but for those made again at once

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
                under_way = bool(self._tasks)
                going = bool(await self._start_due(never)) or under_way
                if self._tasks:
                    await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._finish()
        if self._fault:
            raise self._fault
        return self.failures

    async def _round(self, stop: asyncio.Event) -> float:
        """Begin what is due; return the seconds until there may be more, unless something ends before."""
        try:
            if await self._start_due(stop):
                return 0.0
            if self._room <= 0:
                return IDLE
            due = await self._store.next_delivery_at(self._platforms())
        except StoreError as error:  # disk full, locked: nothing was claimed, so nothing is lost
            _log.error("Deliveries wait: %s", error)
            return RETRY
        wait = IDLE if due is None else (due - self._clock.now()).total_seconds()
        return min(wait, IDLE) if wait > 0 else _STALLED

    @property
    def _room(self) -> int:
        return self._settings.concurrency - len(self._tasks)

    async def _start_due(self, stop: asyncio.Event) -> int:
        """Begin as many due messages as there is room for; return how many."""
        if self._room <= 0:
            return 0
        claims = await self._store.claim(
            self._owner,
            self._clock.now(),
            lease=LEASE,
            limit=self._room,
            platforms=self._platforms(),
            catch_up_after=self._settings.catch_up_after,
        )
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

    async def _deliver(self, claim: Claim) -> None:
        settlement = await self._attempt(claim)
        await self._records.add(settlement)
        at_once = isinstance(settlement, Again) and settlement.due_at <= self._clock.now()
        if not isinstance(settlement, Sent) and not at_once:
            self.failures += 1

    async def _attempt(self, claim: Claim) -> Settlement:
        limit = self._settings.send_timeout
        try:
            async with asyncio.timeout(limit):
                reference = await self._look_for(claim)
                if reference is None:
                    claim = replace(claim, uncertain=False)
                    reference = await self._put(claim)
        except TimeoutError:
            return self._failed(claim, TemporaryError(f"no answer within {limit:g} s", uncertain=True))
        except DeliveryError as error:
            return self._failed(claim, error)
        except Exception as error:  # noqa: BLE001 -- a fault of an adapter must not stop the others
            _log.exception("The %s adapter failed on %s.", claim.destination.platform, claim.key)
            unknown = TemporaryError(f"{type(error).__name__} in the adapter", uncertain=True)
            return self._failed(claim, unknown)
        return Sent(claim, reference, self._clock.now())

    async def _look_for(self, claim: Claim) -> str | None:
        """Return the reference of a message that an earlier attempt may have left there, else None."""
        if claim.action is Action.EDIT or not claim.uncertain:
            return None
        since = (claim.first_attempt_at or self._clock.now()) - timedelta(seconds=LOOK_BACK)
        return await self._adapter(claim).find(claim.destination, claim.key, since)

    async def _put(self, claim: Claim) -> str:
        adapter, to = self._adapter(claim), claim.destination
        if claim.action is Action.EDIT:
            return await adapter.edit(to, claim.reference, claim.message, claim.key)
        return await adapter.send(to, claim.message, claim.key)

    def _adapter(self, claim: Claim) -> Adapter:
        return self._adapters[claim.destination.platform]

    def _failed(self, claim: Claim, error: DeliveryError) -> Settlement:
        now, platform = self._clock.now(), claim.destination.platform
        _log.warning("%s for %s: %s", claim.action, claim.destination.address, error)
        if isinstance(error, PermanentError) and error.scope is Scope.ADAPTER:
            if platform in self._platforms():
                _log.error("Nothing goes out on %s for %.0f s: %s", platform, ADAPTER_PAUSE, error)
            self._paused[platform] = now + timedelta(seconds=ADAPTER_PAUSE)
        return after_error(claim, error, now, self._settings.admins)

    async def _finish(self) -> None:
        """Let what is in flight end within the grace; what is cut off is looked for after the next start."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._settings.grace
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self._settings.grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        lost = await self._records.aclose(max(0.0, deadline - loop.time()) + _TO_RECORD)
        if lost:
            _log.error("What became of %d messages is not recorded; they are looked for.", lost)


async def _set_after(first: asyncio.Event, second: asyncio.Event) -> None:
    await first.wait()
    second.set()
