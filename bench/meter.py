"""Measures what a piece of work costs this process, and other processes that it names."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil


@dataclass(slots=True)
class Spent:
    """Seconds: CPU of all threads of this process (children excluded), the clock's, the collector's share."""

    cpu: float = 0.0
    wall: float = 0.0
    collecting: float = 0.0
    collections: list[int] = field(default_factory=lambda: [0, 0, 0])  # by generation

    @property
    def collecting_share(self) -> float:
        """The garbage collector's part of the CPU time."""
        return self.collecting / self.cpu if self.cpu else 0.0


@contextmanager
def metered() -> Iterator[Spent]:
    """Measure what happens inside; the collector runs once before, and then as it likes."""
    spent = Spent()
    gc.collect()
    with _watching_the_collector(spent):
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield spent
        finally:
            spent.cpu, spent.wall = time.process_time() - cpu, time.perf_counter() - wall


@contextmanager
def _watching_the_collector(spent: Spent) -> Iterator[None]:
    began = 0.0

    def note(phase: str, info: dict[str, Any]) -> None:
        nonlocal began
        if phase == "start":
            began = time.process_time()
        else:
            spent.collecting += time.process_time() - began
            spent.collections[info["generation"]] += 1

    callback: Callable[[str, dict[str, Any]], None] = note
    gc.callbacks.append(callback)
    try:
        yield
    finally:
        gc.callbacks.remove(callback)


def cpu_of(pid: int | None) -> float:
    """Return the CPU seconds another process has used so far; 0 for none."""
    if pid is None:
        return 0.0
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of a process. `own` is what would be free if it ended, 0 where the system does not say."""

    resident: int
    own: int


def memory_of(pid: int) -> Memory:
    """Return what a process holds."""
    process = psutil.Process(pid)
    try:
        own: int = process.memory_full_info().uss
    except (psutil.AccessDenied, AttributeError):
        own = 0
    return Memory(process.memory_info().rss, own)
