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
    while True:
        try:
            living = sum(cpu_of(child) for child in process.children())
        except psutil.NoSuchProcess:  # a connection ended just now, and so the server counts it itself
            continue
        times = process.cpu_times()
        return cpu_of(process) + float(times.children_user + times.children_system) + living
