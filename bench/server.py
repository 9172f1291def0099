"""CPU time of processes, and of the PostgreSQL server of this one."""

from __future__ import annotations

import psutil

from tests.fakes import postgres


def cpu_of(process: psutil.Process) -> float:
    """Return the CPU seconds of a process, without its children."""
    times = process.cpu_times()
    return float(times.user + times.system)


def server_cpu() -> float:
    """Return the CPU seconds of the server, those of connections that have ended among them."""
    process = psutil.Process(postgres.server().process.get_pid())
    times = process.cpu_times()
    ended = float(times.children_user + times.children_system)
    return cpu_of(process) + ended + sum(cpu_of(child) for child in process.children())
