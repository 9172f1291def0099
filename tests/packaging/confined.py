"""Runs a command under the system-call filter of packaging/bystander.service, as systemd would.

Run as `python confined.py FILTER... -- COMMAND...`, each FILTER a line of `SystemCallFilter=`. It needs
Linux, `systemd-analyze`, which knows the groups of calls, and libseccomp.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from functools import cache

_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # libseccomp: SCMP_ACT_ALLOW, SCMP_ACT_ERRNO(EPERM)
_NO_NEW_PRIVILEGES, _NO_WRITE_EXECUTE = 38, 65  # prctl: PR_SET_NO_NEW_PRIVS, PR_SET_MDWE


@cache
def members(group: str) -> frozenset[str]:
    """Return the calls of a group such as "@process", those of groups inside it too."""
    listed = subprocess.run(
        ["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True
    ).stdout
    words = [line.strip() for line in listed.splitlines()[1:]]
    return allowed([" ".join(word for word in words if word and not word.startswith("#"))])


def allowed(filters: list[str]) -> frozenset[str]:
    """Return the calls that the lines of a filter leave; "~" takes calls away again."""
    found: frozenset[str] = frozenset()
    for line in filters:
        for word in line.removeprefix("~").split():
            calls = members(word) if word.startswith("@") else frozenset({word})
            found = found - calls if line.startswith("~") else found | calls
    return found


def confine(calls: frozenset[str]) -> None:
    """Refuse all other calls from now on, and memory that is both written and executed."""
    seccomp, libc = ctypes.CDLL("libseccomp.so.2"), ctypes.CDLL(None)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    seccomp.seccomp_rule_add.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint]
    seccomp.seccomp_load.argtypes = [ctypes.c_void_p]
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.prctl(_NO_WRITE_EXECUTE, 1, 0, 0, 0)  # older kernels do not know it
    rules = seccomp.seccomp_init(_REFUSE)
    for call in calls:
        number = seccomp.seccomp_syscall_resolve_name(call.encode())
        if number >= 0:
            assert seccomp.seccomp_rule_add(rules, _ALLOW, number, 0) == 0
    assert seccomp.seccomp_load(rules) == 0


if __name__ == "__main__":
    end = sys.argv.index("--")
    confine(allowed(["@default", *sys.argv[1:end]]))
    os.execv(sys.argv[end + 1], sys.argv[end + 1 :])
