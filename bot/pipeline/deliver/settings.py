"""The limits and waits of delivery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """The operator's settings of delivery, and the waits of the outbox. All times are in seconds."""

    grace: float = 10.0  # for deliveries in progress when the bot stops
    catch_up_after: int = 5  # more waiting alerts than this for one destination become one message
    admins: Sequence[str] = ()  # addresses that get a notice when a destination or a platform fails
    concurrency: int = 100  # deliveries in progress on one platform
    lanes: int = 16  # of destinations that one process works on, where several share them; on one platform
    lane_time: float = 5.0  # after which a lane is given to whichever process is free
    send_timeout: float = 60.0  # for one attempt: search for the message and send together
    look_back: float = 60.0  # the search for a lost message starts so long before its first attempt
    lease: float = 180.0  # of a claim; longer than `send_timeout`
    shared_lease: float = 90.0  # the same where other processes wait for its end when this one dies
    shut_pause: float = 300.0  # before a platform that shut the bot out is tried again
    idle: float = 30.0  # before the store is queried again without a signal
    stalled_pause: float = 0.1  # before the store is queried again for due messages that it did not give out
    scan_pause: float = 0.5  # between two scans for some platforms while others are full
    recording: float = 2.0  # after the grace period, for outcomes that are not stored yet
