"""The names of processes that have ended."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

_NAME = "from bot.owners import new_owner; print(new_owner())"


@cache
def ended_owner() -> str:
    """Return the name of a process that ran on this machine and has ended."""
    return subprocess.run(
        [sys.executable, "-c", _NAME], check=True, capture_output=True, text=True
    ).stdout.strip()
