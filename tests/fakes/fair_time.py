"""How long a bot took, on a machine that is busy with other programs.

A platform gives a bot three seconds to answer. A busy machine may let the bot wait longer than that for a
processor, which says nothing about the bot. Linux counts that wait (/proc/PID/schedstat); it is taken off.
A bot that sleeps, waits for something or computes too long is late all the same.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import psutil

_NANOSECONDS = 1e9


class Stopwatch:
    """Measures seconds of `clock` from now on, without those that the programs waited for a processor.

    The programs are this process and its children, which a bot under test is one of.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun = clock()
        self._waited = processor_waits()

    def seconds(self) -> float:
        """Return how long it has been."""
        waits = processor_waits()
        starved = sum(max(waits[pid] - self._waited.get(pid, 0.0), 0.0) for pid in waits)
        return max(self._clock() - self._begun - starved, 0.0)


def processor_waits() -> dict[int, float]:
    """Return the seconds that the main thread of each program was ready and had no processor, by pid."""
    found: dict[int, float] = {}
    for pid in (os.getpid(), *_children()):
        with contextlib.suppress(OSError, ValueError, IndexError):  # it has ended, or this is no Linux
            found[pid] = int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / _NANOSECONDS
    return found


def _children() -> list[int]:
    """Return the processes that this one has started, as most kernels list them for each of its threads.

    Elsewhere all processes of the machine are looked at, which takes a hundred times as long.
    """
    threads = list(Path("/proc/self/task").glob("*/children"))
    if not threads:
        return [each.pid for each in psutil.Process().children()]
    found: list[int] = []
    for each in threads:
        with contextlib.suppress(OSError):  # the thread has ended
            found += map(int, each.read_text().split())
    return found
