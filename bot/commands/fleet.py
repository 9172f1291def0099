"""Sentences on the processes that share a database, for `/health` and `bystander check`. No I/O."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from bot.ports import FleetState
from bot.text.counting import counted

_SECONDS_LATE = 60  # by which a poll may be late before /health tells it


def fleet_line(state: FleetState, now: datetime) -> str:
    """Return how many of them run, what waits for them, and how late they are."""
    versions = Counter(process.version for process in state.processes)
    kinds = ", ".join(f"{number} of version {version}" for version, number in sorted(versions.items()))
    mixed = f" ({kinds})" if len(versions) > 1 else ""
    waiting = counted(sum(state.waiting.values()), "job")
    line = f"{counted(len(state.processes), 'bot')} at work{mixed}; {waiting} waiting"
    if state.stalled:
        line += f"; {counted(state.stalled, 'job')} of a bot that died, which another takes up"
    late = (now - state.oldest_poll_due).total_seconds() if state.oldest_poll_due else 0.0
    return line + (f"; the oldest poll is {late:,.0f} s late" if late >= _SECONDS_LATE else "")
