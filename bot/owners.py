"""Names a process as the owner of its leases, so that the next one on the machine can see that it has ended.

A lease may be ended early only when its owner certainly sends nothing any more. That its connection to the
database is gone proves nothing: the server may have crashed, or the network between them is down.
"""

from __future__ import annotations

import os
import socket
import uuid
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_PARTS = 5  # of the name of a process that can be seen
_STARTED = (
    19  # the field in /proc/PID/stat, counted from the one after the program's name (proc(5), field 22)
)


def new_owner() -> str:
    """Return a name for this process that no other one has.

    "RANDOM", or on Linux "RANDOM/HOST/NAMESPACE/PID/STARTED", where HOST also names the start of the machine.
    """
    unique = uuid.uuid4().hex
    try:
        return f"{unique}/{_here()}/{os.getpid()}/{_started(os.getpid())}"
    except OSError:
        return unique


def has_ended(owner: str) -> bool:
    """Whether the process with this name is known to have ended. False for one that cannot be seen from here.

    A process on another machine, in another container, or of an earlier start of the machine cannot be seen.
    """
    unique, *rest = owner.split("/")
    if len(rest) != _PARTS - 1 or not unique:
        return False
    host, namespace, pid, started = rest
    try:
        if f"{host}/{namespace}" != _here():
            return False
        os.kill(int(pid), 0)  # which sees processes that /proc may hide
        return _started(int(pid)) != started
    except ProcessLookupError:
        return True
    except (OSError, OverflowError, ValueError):  # it belongs to someone else, or this is no such name
        return False


def _here() -> str:
    """Return the parts of a name that processes share which can see each other. OSError: not on Linux."""
    boot = _BOOT.read_text().strip()
    namespace = Path("/proc/self/ns/pid").stat().st_ino
    return f"{socket.gethostname().replace('/', '')}:{boot}/{namespace}"


def _started(pid: int) -> str:
    """Return when a process started, in ticks since the start of the machine."""
    stat = Path(f"/proc/{pid}/stat").read_text()
    return stat.rpartition(")")[2].split()[_STARTED]
