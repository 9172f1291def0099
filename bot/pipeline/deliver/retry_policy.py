"""Decides what follows from a failed delivery. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import DeliveryError, NotYetError, PermanentError, Scope, TemporaryError
from bot.model import Action, Claim
from bot.ports import AdminNotice, Failed, Parked, Requeued, Retry, Settlement
from bot.text.bounds import seconds
from bot.text.sanitize import one_line


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The waits between attempts, in seconds, and the limits of failed attempts."""

    first_back_off: float = 1.0  # doubles with each failure
    longest_back_off: float = 900.0
    first_probe: float = 3600.0  # until a parked destination is tried again; doubles with each probe
    longest_probe: float = 86400.0
    longest_wish: float = 86400.0  # longest wait that a platform may ask for
    wish_floor: float = 0.05  # shortest wait, doubled with each failure, as a platform may always ask for 0
    plain_after: int = 8  # failed attempts after which the message is reduced to title and link
    longest_error: int = 500  # characters of an error that are stored


POLICY = RetryPolicy()


def back_off(
    attempts: int, *, first: float = POLICY.first_back_off, longest: float = POLICY.longest_back_off
) -> float:
    """Return the seconds to wait after `attempts` earlier failures: doubled each time, up to `longest`."""
    return float(min(longest, first * 2 ** min(attempts, 30)))


def understood(error: BaseException) -> DeliveryError:
    """Convert whatever an adapter raised to one of the errors of its port, with validated fields.

    Adapters are third-party code: one may raise any exception, with fields of any type or none, even one
    whose str() fails. Only this one attempt may fail because of it. After an exception that is not the
    port's, the message may have arrived, so the attempt counts as uncertain.
    """
    text = _text_of(error)
    if isinstance(error, PermanentError):
        return PermanentError(text, scope=_scope(_field(error, "scope")))
    if isinstance(error, TemporaryError):
        asked = _wish(_field(error, "retry_after"))
        if isinstance(error, NotYetError):
            return NotYetError(text, retry_after=back_off(0) if asked is None else asked)
        return TemporaryError(text, retry_after=asked, uncertain=_field(error, "uncertain") is not False)
    known = isinstance(error, DeliveryError)  # the text of any other error may hold anything
    return TemporaryError(text if known else f"{type(error).__name__} in the adapter", uncertain=True)


def after_error(claim: Claim, raised: BaseException, now: datetime, admins: Sequence[str]) -> Settlement:
    """Decide what follows from a failed attempt; pure.

    Rate limit: requeued until its turn. Temporary error: retried later. Message rejected: retried as title
    and link, then given up. Destination unreachable: parked with its queue. Platform shut: requeued, because
    the message is not at fault.
    An `uncertain` claim stays so until the platform has been searched without finding the message.
    """
    error = understood(raised)
    text = str(error)
    if isinstance(error, PermanentError):
        if error.scope is Scope.ADAPTER:
            return Requeued(claim)
        if error.scope is Scope.DESTINATION:
            return _parked(claim, text, now, admins)
        if claim.action is Action.EDIT or claim.message.plain:
            return Failed(claim, text, now)
        return Retry(claim, now, text, uncertain=claim.uncertain, plain=True, at=now)
    if isinstance(error, NotYetError):
        return Requeued(claim, now + timedelta(seconds=_wait(claim, error)), now)
    return Retry(
        claim,
        now + timedelta(seconds=_wait(claim, error)),
        text,
        uncertain=claim.uncertain or (isinstance(error, TemporaryError) and error.uncertain),
        plain=claim.attempts + 1 >= POLICY.plain_after,
        at=now,
    )


def _wait(claim: Claim, error: DeliveryError) -> float:
    """Return the seconds until the next attempt: as the platform asks, else our own back-off."""
    asked = error.retry_after if isinstance(error, TemporaryError) else None
    if asked is None:
        return back_off(claim.attempts)
    return max(asked, back_off(claim.attempts, first=POLICY.wish_floor))


def _wish(asked: object) -> float | None:
    """Return the seconds a platform asked for, within bounds; None if it gave no valid time."""
    if isinstance(asked, int | float) and asked < 0:
        return 0.0
    wish = seconds(asked, math.nan, POLICY.longest_wish)
    return None if math.isnan(wish) else wish


def _scope(scope: object) -> Scope:
    """Return the scope of an error; without a valid one, it concerns only its message."""
    return next((each for each in Scope if each is scope or str(each) == scope), Scope.MESSAGE)


def _field(error: BaseException, name: str) -> object:
    try:
        return getattr(error, name, None)
    except Exception:  # noqa: BLE001 -- a property of a third-party error
        return None


def _text_of(error: BaseException) -> str:
    try:
        text = one_line(str(error), POLICY.longest_error)
    except Exception:  # noqa: BLE001 -- str() of a third-party error
        text = ""
    return text or type(error).__name__


def _parked(claim: Claim, reason: str, now: datetime, admins: Sequence[str]) -> Parked:
    probes = claim.attempts if claim.destination.parked else 0
    wait = back_off(probes, first=POLICY.first_probe, longest=POLICY.longest_probe)
    address = claim.destination.address
    text = (
        f"Alerts for {address} wait: {reason.rstrip('.')}. Once that is mended they go out by themselves, "
        f"or at once with /alerts resume."
    )
    notices = tuple(AdminNotice(admin, text) for admin in admins if admin != address)
    return Parked(claim, reason, now, now + timedelta(seconds=wait), notices)
