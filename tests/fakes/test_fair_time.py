"""A bot is late for what it does itself, not for a processor that other programs have."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import psutil
import pytest

from tests.fakes.fair_time import Stopwatch, processor_waits

BUSY = "import sys\nprint(flush=True)\nwhile True: pass"


async def test_waiting_for_something_counts_in_full() -> None:
    now = [0.0]
    watch = Stopwatch(lambda: now[0])
    await asyncio.sleep(0)
    now[0] = 60.0

    assert watch.seconds() > 50.0


@pytest.mark.skipif(not processor_waits(), reason="the system does not count waits for a processor")
def test_waiting_for_a_processor_does_not_count() -> None:
    """Two programs share one processor; the wait of the child that computes is taken off."""
    (cpu, *_) = psutil.Process().cpu_affinity()
    command = ["taskset", "--cpu-list", str(cpu), sys.executable, "-c", BUSY]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    try:
        for each in children:
            assert each.stdout is not None
            each.stdout.readline()
        now, before = [0.0], processor_waits()
        watch = Stopwatch(lambda: now[0])
        while min(processor_waits()[each.pid] - before[each.pid] for each in children) < 0.1:
            pass
        now[0] = 0.05

        assert watch.seconds() == 0.0
    finally:
        for each in children:
            each.kill()
            each.communicate()
