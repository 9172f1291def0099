"""When hubs are asked, what is agreed to, and when a push makes its feed polled. Pure."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.model import Feed, HubSubscription
from bot.ports import Quota
from bot.text.sanitize import one_line

_SECRET = 32  # bytes
_REASON = 200  # characters of a hub's reason that are kept


@dataclass(frozen=True, slots=True)
class HubSettings:
    """How hubs are asked. Times are in seconds."""

    look: float = 1.0  # between two looks for hubs to ask
    at_once: int = 4  # hubs that are asked side by side
    pace: Quota = field(default_factory=lambda: Quota(10, 60.0))  # requests to hubs, of all processes
    busy: float = 10.0  # to wait when the pace has no room
    claim: float = 120.0  # for one request; afterwards another process may make it
    lease: float = 10 * 86_400.0  # that hubs are asked for
    longest: float = 30 * 86_400.0  # lease that is believed: some hubs promise ten years
    usual: float = 86_400.0  # lease of a hub that names none
    renewed: float = 0.5  # of the lease, after which it is renewed
    agreed: float = 3600.0  # for so long after a request the hub may ask whether it was meant
    retry: float = 5.0  # before a hub is asked again, or the feed's interval; twice as long each time
    slowest: float = 86_400.0  # before a hub is asked again, whatever happened
    farewells: int = 3  # requests to end a subscription; then it is forgotten
    gap: float = 5.0  # between two polls for pushes, unless the feed's interval is shorter
    pushes: Quota = field(default_factory=lambda: Quota(120, 3600.0))  # of one feed that are believed


HUBS = HubSettings()


def asking(known: HubSubscription, base: str, now: datetime, every: float) -> HubSubscription:
    """Return a subscription that is about to be asked for, renewed or ended; it counts as failed till then.

    Another `base` gets new secrets: what the old address is told does not arrive here. `every`: the feed's.
    """
    known = known if known.base == base else _anew(known, base)
    return replace(
        known,
        base=base,
        asked_until=now + timedelta(seconds=HUBS.agreed),
        next_at=now + timedelta(seconds=_back_off(known.failures, every)),
        failures=known.failures + 1,
        error="it did not ask whether that was meant" if known.failures else "",
    )


def _anew(known: HubSubscription, base: str) -> HubSubscription:
    fresh = replace(known, base=base, verified_at=None, verified_until=None, failures=0, error="")
    if not known.base:  # nobody has its secrets yet
        return fresh
    return replace(fresh, callback=secrets.token_urlsafe(_SECRET), key=secrets.token_urlsafe(_SECRET))


def _back_off(failures: int, every: float) -> float:
    """Return seconds until a hub is asked again. It is never asked more often than its feed is polled."""
    return float(min(max(every, HUBS.retry) * 2.0 ** min(failures, 30), HUBS.slowest))


def is_over(known: HubSubscription, base: str) -> bool:
    """Return whether one that is ended can be forgotten: its hub never knew it, or was told often enough."""
    return known.base != base or known.failures >= HUBS.farewells


def failed(asked: HubSubscription, error: str) -> HubSubscription:
    """Return a subscription, stored as it was asked for, after a request that the hub did not accept."""
    return replace(asked, error=one_line(error, _REASON), version=asked.version + 1)


def postponed(known: HubSubscription, now: datetime) -> HubSubscription:
    """Return a subscription for which the pace had no room."""
    return replace(known, next_at=now + timedelta(seconds=HUBS.busy))


def form_of(asked: HubSubscription) -> dict[str, str]:
    """Return the form of the request to the hub.

    `hub.verify` is of PubSubHubbub 0.3: hubs on WordPress.com refuse a request without it, others ignore it.
    """
    form = {
        "hub.mode": "unsubscribe" if asked.leaving else "subscribe",
        "hub.topic": asked.topic,
        "hub.callback": f"{asked.base.rstrip('/')}/websub/{asked.callback}",
        "hub.verify": "sync",
    }
    wished = {"hub.secret": asked.key, "hub.lease_seconds": str(int(HUBS.lease))}
    return form if asked.leaving else form | wished


def is_meant(known: HubSubscription, query: Mapping[str, str], now: datetime) -> bool:
    """Return whether a hub asks about a request that was made, not long ago."""
    mode = "unsubscribe" if known.leaving else "subscribe"
    lately = known.asked_until is not None and now <= known.asked_until
    return lately and query.get("hub.mode") == mode and query.get("hub.topic") == known.topic


def verified(known: HubSubscription, lease: str, now: datetime, every: float) -> HubSubscription:
    """Return a subscription that the hub has just confirmed for `lease` seconds, as it sent them."""
    seconds = min(float(lease), HUBS.longest) if lease.isascii() and lease.isdigit() else HUBS.usual
    renewal = max(seconds * HUBS.renewed, every, HUBS.retry)
    return replace(
        known,
        verified_at=known.verified_at if known.holds(now) else now,
        verified_until=now + timedelta(seconds=seconds),
        next_at=now + timedelta(seconds=renewal),
        failures=0,
        error="",
    )


def denied(known: HubSubscription, reason: str, now: datetime) -> HubSubscription:
    """Return a subscription that the hub refuses, now or any more. It is asked again in a day."""
    why = one_line(reason, _REASON)
    return replace(
        known,
        asked_until=None,
        verified_at=None,
        verified_until=None,
        next_at=now + timedelta(seconds=HUBS.slowest),
        failures=known.failures + 1,
        error=f"it refuses: {why}" if why else "it refuses",
    )


def due_for_push(feed: Feed, now: datetime) -> datetime | None:
    """Return when a push wants its feed polled; None if that is to come already, or the feed is gone.

    What the server asked for comes first: a push never shortens a Retry-After.
    """
    if feed.state.stopped:
        return None
    due, gap = now, timedelta(seconds=min(HUBS.gap, feed.settings.every))
    if feed.push_due is not None and feed.push_due <= now + timedelta(seconds=HUBS.slowest):
        if feed.push_due > now:
            return None
        due = max(now, feed.push_due + gap)
    wanted = feed.state.not_before
    return due if wanted is None else max(due, wanted)
