"""Recognises payloads that Slack sends a second time."""

from __future__ import annotations

import time
from collections.abc import Callable

from cachetools import TTLCache

KEPT = 900.0  # seconds, longer than Slack goes on resending a payload
MOST = 10_000  # payloads remembered


class Once:
    """Remembers the ids of payloads, which Slack sends again when an acknowledgement was lost."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._seen: TTLCache[str, None] = TTLCache(MOST, KEPT, timer=clock)

    def first(self, trigger: str) -> bool:
        """Whether a payload comes for the first time. `trigger`: its id, "" for one that has none."""
        if trigger in self._seen:
            return False
        if trigger:
            self._seen[trigger] = None
        return True
