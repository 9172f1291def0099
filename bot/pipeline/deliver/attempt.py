"""Makes one attempt to deliver one message, and translates the adapter's result or error.

Whatever an adapter returns or raises becomes a settlement, so that a faulty adapter fails only one delivery.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.clock import Clock, steady_seconds
from bot.errors import DeliveryError, NotYetError, PermanentError, Scope, TemporaryError
from bot.model import Action, Claim
from bot.pipeline.deliver.delivery_log import DeliveryLog
from bot.pipeline.deliver.retry_policy import after_error, understood
from bot.pipeline.deliver.settings import DeliverySettings
from bot.ports import Adapter, Requeued, Retry, Sent, Settlement
from bot.text.sanitize import storable

_log = logging.getLogger(__name__)

LONGEST_REFERENCE = 2000  # characters


class Attempts:
    """Asks adapters to find, send and edit messages, and logs what fails."""

    def __init__(self, adapters: Mapping[str, Adapter], clock: Clock, settings: DeliverySettings) -> None:
        self._adapters = adapters
        self._clock = clock
        self._settings = settings
        self._logs = {name: DeliveryLog(name) for name in adapters}

    @property
    def failing(self) -> list[str]:
        """The platforms on which the last attempts failed temporarily."""
        return [name for name, log in self._logs.items() if log.failing]

    async def make(self, claim: Claim, since: float) -> tuple[Settlement, DeliveryError | None]:
        """Try to deliver a message; return its settlement, and the error of a failed attempt.

        `since`: when it was claimed, by `steady_seconds`. The attempt ends well before the lease does, also
        if the process was paused or the machine asleep meanwhile: after the lease another one may send it.
        """
        left = self._time_left(since)
        if left <= 0:
            return Requeued(claim, at=self._clock.now()), None
        try:
            async with asyncio.timeout(left):
                reference = await self._look_for(claim)
                if reference is None:
                    claim = replace(claim, uncertain=False)
                    if self._time_left(since) <= 0:  # the machine was asleep, which no timer notices
                        return Requeued(claim, at=self._clock.now()), None
                    if claim.quiet:  # it has not arrived; from now on it can be held like any other
                        now = self._clock.now()
                        return Retry(claim, now, "", at=now), None
                    reference = await self._put(claim)
        except TimeoutError:
            late = TemporaryError(f"no answer within {self._settings.send_timeout:g} s", uncertain=True)
            return self._failed(claim, late)
        except BaseException as error:  # a fault of an adapter must not stop the others
            if _is_an_end(error):
                raise
            return self._failed(claim, error)
        for line in self._logs[claim.destination.platform].works(claim.destination.address):
            _log.warning("%s", line)
        return Sent(claim, reference, self._clock.now()), None

    def _time_left(self, since: float) -> float:
        return since + self._settings.send_timeout - steady_seconds()

    async def _look_for(self, claim: Claim) -> str | None:
        """Return the reference of the message if an uncertain earlier attempt has sent it, else None."""
        if claim.action is Action.EDIT or not claim.uncertain:
            return None
        now = self._clock.now()  # the first attempt may be in the future, if the clock has been set back
        since = min(claim.first_attempt_at or now, now) - timedelta(seconds=self._settings.look_back)
        found: object = await self._adapter(claim).find(claim.destination, claim.key, since)
        if found is None:
            return None
        if not isinstance(found, str):
            raise TypeError(f"{type(found).__name__} in place of a message's reference")
        return self._reference(claim, found)

    async def _put(self, claim: Claim) -> str:
        adapter, to = self._adapter(claim), claim.destination
        if claim.action is Action.EDIT:
            edited = await adapter.edit(to, claim.reference, claim.message, claim.key)
            return self._reference(claim, edited, claim.reference)
        return self._reference(claim, await adapter.send(to, claim.message, claim.key))

    def _reference(self, claim: Claim, given: object, otherwise: str = "") -> str:
        """Return the reference that an adapter gave, or `otherwise` if no database can store it.

        An unusable reference is no failure: the message has arrived and must not be sent again.
        """
        if isinstance(given, str) and storable(given, LONGEST_REFERENCE) == given:
            return given
        _log.error(
            "%s gave no usable reference (%s) for %s; it cannot be edited.",
            *(claim.destination.platform, type(given).__name__, claim.destination.address),
        )
        return otherwise

    def _adapter(self, claim: Claim) -> Adapter:
        return self._adapters[claim.destination.platform]

    def _failed(self, claim: Claim, raised: BaseException) -> tuple[Settlement, DeliveryError]:
        error = understood(raised)
        self._log_failure(claim, raised, error)
        return after_error(claim, error, self._clock.now(), self._settings.admins), error

    def _log_failure(self, claim: Claim, raised: BaseException, error: DeliveryError) -> None:
        """Log every failure at debug level, and as a warning only those that are no repetition.

        A platform that shut the bot out is logged by the deliverer, once for all affected messages.
        """
        to, unforeseen = claim.destination, not isinstance(raised, DeliveryError)
        if isinstance(error, NotYetError):
            return
        _log.debug("%s for %s: %s", claim.action, to.address, error, exc_info=raised if unforeseen else None)
        if isinstance(error, TemporaryError):
            for line in self._logs[to.platform].failed(to.address, f"{claim.action}: {error}"):
                _log.warning("%s", line, exc_info=raised if unforeseen else None)
        elif isinstance(error, PermanentError) and error.scope is not Scope.ADAPTER:
            _log.warning("%s for %s: %s", claim.action, to.address, error)


def _is_an_end(error: BaseException) -> bool:
    """Return whether this task was cancelled or interrupted; an adapter may raise CancelledError itself."""
    task = asyncio.current_task()
    if isinstance(error, asyncio.CancelledError):
        return task is not None and task.cancelling() > 0
    return isinstance(error, KeyboardInterrupt)
