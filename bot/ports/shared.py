"""What has to hold for all processes of a bot together: paces, quotas, and marks that expire.

A store that several processes may open keeps them in the database and measures time with the database's
clock, because the clocks of two machines differ. A store for one process keeps them in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast calls may go: `per_second` calls, and `burst` (at least 1) at once after a pause."""

    per_second: float
    burst: float = 1.0

    @property
    def interval(self) -> float:
        """Seconds from one call to the next."""
        return 1.0 / self.per_second


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `limit` events in any `window` seconds."""

    limit: int
    window: float


@dataclass(frozen=True, slots=True)
class Turns:
    """An answer to `reserve`. All times are seconds from the answer.

    `waits`: when each reserved call may go, in order; negative for one whose time passed before the
    answer arrived. () if none was reserved, because the next call could only go in `wait` seconds. `why`:
    the reason of the hold that causes the wait, "" for none.
    """

    waits: tuple[float, ...]
    wait: float
    why: str = ""


class SharedState(Protocol):
    """The limits of all processes. A key begins with the name of its owner and a colon.

    Every method may raise `StoreError`; then nothing is known, and nothing may go.
    """

    async def reserve(
        self, key: str, rate: Rate, most: int = 1, *, within: float, urgent: bool = False
    ) -> Turns:
        """Reserve turns of a pace: up to `most`, and as many as are due within `within` seconds.

        The store may reserve fewer than `most`. Nobody else gets these turns, so one that is not used is
        lost. An urgent caller gets one turn at once, or at the end of a hold; all others then wait longer.
        """
        ...

    async def hold(self, key: str, seconds: float, why: str = "") -> None:
        """Give out no turns of a pace for so many seconds; afterwards they go one by one, not in a burst.

        A longer hold that lasts already stays. `why`: a sentence for those who wait.
        """
        ...

    async def spend(self, key: str, quota: Quota) -> bool:
        """Count an event if the quota has room for it, and return whether it had."""
        ...

    async def count(self, key: str, quota: Quota) -> float:
        """Count an event that has happened, and return the seconds until the quota has room; 0 for now."""
        ...

    async def mark(self, key: str, seconds: float) -> float | None:
        """Mark a key for so many seconds. Of several callers at once, exactly one makes the mark.

        Return None for the one who made it. For the others nothing changes; return the seconds since it was
        made.
        """
        ...

    async def unmark(self, key: str) -> None:
        """Remove a mark, if there is one."""
        ...
