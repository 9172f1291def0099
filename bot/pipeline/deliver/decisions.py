"""Says what became of an attempt to deliver a message: one line of log, and the counts of the metrics."""

from __future__ import annotations

import logging

from bot.errors import DeliveryError, NotYetError, TemporaryError
from bot.model import Action, Alert, Claim, Digest, Post
from bot.ports import (
    AttemptOutcome,
    Failed,
    LimitKind,
    Meter,
    Parked,
    Requeued,
    Retry,
    Sent,
    Settlement,
)
from bot.text.sanitize import one_line

_log = logging.getLogger(__name__)

_LONGEST = 200  # characters of a name or an id in a line
_FOR_NOW = (AttemptOutcome.RETRIED, AttemptOutcome.POSTPONED)  # an outage would fill the log with these


def outcome_of(settlement: Settlement) -> AttemptOutcome:
    """Return what became of an attempt."""
    match settlement:
        case Sent():
            edit = settlement.claim.action is Action.EDIT
            return AttemptOutcome.EDITED if edit else AttemptOutcome.SENT
        case Retry():
            return AttemptOutcome.RETRIED
        case Requeued():
            return AttemptOutcome.POSTPONED
        case Parked():
            return AttemptOutcome.PARKED
        case Failed():
            return AttemptOutcome.FAILED


def say(settlement: Settlement) -> None:
    """Log what became of an attempt, with the ids by which `/alerts log` and `/why` tell of it.

    The same values are extras of the record, from which lines for machines are made (bot/logs/setup.py). What
    is tried again is logged at debug level only: see delivery_log.py.
    """
    outcome, claim = outcome_of(settlement), settlement.claim
    level = logging.DEBUG if outcome in _FOR_NOW else logging.INFO
    if not _log.isEnabledFor(level):
        return
    posts = _posts(claim)
    extra = {
        "outcome": outcome.value,
        "destination": claim.destination.address,
        "deliveries": list(claim.delivery_ids),
        "post": _listed([post.id for post in posts]),
        "feed": _listed(list(dict.fromkeys(post.feed for post in posts))),
    }
    numbers = ", ".join(str(each) for each in claim.delivery_ids)
    about = f"post {extra['post']} of {extra['feed']}" if posts else "a notice"
    _log.log(
        level, "%s, %s: no. %s, %s", outcome.value, claim.destination.address, numbers, about, extra=extra
    )


def count(meter: Meter, settlement: Settlement, error: DeliveryError | None) -> None:
    """Count what became of an attempt. `error`: of one that failed."""
    platform, claim = settlement.claim.destination.platform, settlement.claim
    meter.attempted(platform, outcome_of(settlement))
    if isinstance(error, NotYetError):
        meter.limited(platform, LimitKind.PACED)
    elif isinstance(error, TemporaryError) and error.retry_after is not None:
        meter.limited(platform, LimitKind.MET)
    if isinstance(settlement, Sent) and claim.seen_at and isinstance(claim.message, Alert):
        published = (settlement.at - claim.message.post.published).total_seconds()
        meter.took(platform, published, (settlement.at - claim.seen_at).total_seconds())


def _posts(claim: Claim) -> tuple[Post, ...]:
    match claim.message:
        case Alert(post=post):
            return (post,)
        case Digest(posts=posts):
            return posts
        case _:
            return ()


def _listed(names: list[str]) -> str:
    return ", ".join(one_line(name, _LONGEST) for name in names)
