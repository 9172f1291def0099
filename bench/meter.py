"""Measures CPU time, wall time and memory of this process and of others."""

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
    """Seconds: CPU of all threads of this process (without children), wall time, CPU of the collector."""

    cpu: float = 0.0
    wall: float = 0.0
    collecting: float = 0.0
    collections: list[int] = field(default_factory=lambda: [0, 0, 0])  # by generation

    @property
    def collecting_share(self) -> float:
        """The garbage collector's share of the CPU time, 0 to 1."""
        return self.collecting / self.cpu if self.cpu else 0.0


@contextmanager
def metered() -> Iterator[Spent]:
    """Measure the block; the garbage collector runs once before it, and as usual during it."""
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
    """Return the CPU seconds that a process has used so far; 0 when `pid` is None."""
    if pid is None:
        return 0.0
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of a process in bytes. `own`: what would be freed if it ended; 0 when that is unknown."""

    resident: int
    own: int


def memory_of(pid: int) -> Memory:
    """Return the memory of a process."""
    process = psutil.Process(pid)
    try:
        own: int = process.memory_full_info().uss
    except (psutil.AccessDenied, AttributeError):
        own = 0
    return Memory(process.memory_info().rss, own)
