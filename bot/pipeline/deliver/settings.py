"""The numbers of delivery, each with what it bounds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """What the operator can set about delivery, and the waits of the outbox. All times are in seconds."""

    grace: float = 10.0  # for what is in flight when the bot stops
    catch_up_after: int = 5  # more alerts than these for one destination become one message
    admins: tuple[str, ...] = ()  # addresses that get a notice when a destination or a platform fails
    concurrency: int = 100  # deliveries under way on one platform
    send_timeout: float = 60.0  # for one attempt: a look for the message and a send together
    look_back: float = 60.0  # before the first attempt, from when on a lost message is looked for
    lease: float = 180.0  # of a claim; longer than `send_timeout`
    shut_pause: float = 300.0  # before a platform that shut the bot out is tried again
    idle: float = 30.0  # before the store is asked again though nothing was announced
    stalled_pause: float = 0.1  # before the store is asked again for what was due, but not given out
    scan_pause: float = 0.5  # between two scans for some platforms while others are full
    recording: float = 2.0  # beyond the grace, for outcomes that are not stored yet
