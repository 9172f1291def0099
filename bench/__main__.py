"""`python -m bench [NAME [ARGUMENT...]]`: runs all benches, or one; each prints its own figures.

Each is a module of this folder and runs in its own process. Benches run without arguments have a time limit.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

ALL = (
    "polls",
    "news",
    "many_due",
    "latency",
    "matching",
    "commands",
    "startup",
    "shell",
    "overhead_discord",
    "fanout_discord",
    "overhead_slack",
    "fanout_slack",
    "scale",
    "pace",
    "websub",
)
# Two need arguments, two take minutes, one is a part of another, and one installs packages.
ALONE = (*ALL, "corpus", "summaries", "moving", "editor", "matching_both", "renames", "posting", "newcomer")
SECONDS = 300.0  # time limit of a bench; the longest takes 75 on a quiet machine


def run(name: str, *arguments: str) -> int:
    """Run one bench to its end and return its exit code; 1 when it ran out of time."""
    own_group = os.name == "posix"  # so that its child processes are killed with it
    command = [sys.executable, "-m", f"bench.{name}", *arguments]
    with subprocess.Popen(command, start_new_session=own_group) as process:
        try:
            return process.wait(SECONDS if name in ALL and not arguments else None)
        except subprocess.TimeoutExpired:
            print(f"{name} took more than {SECONDS:g} s and was ended.", file=sys.stderr)
            return 1
        finally:
            with contextlib.suppress(ProcessLookupError):
                if own_group:
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.kill()


def main(arguments: Sequence[str]) -> int:
    """Run one bench or all; return the highest exit code, 2 for an unknown name."""
    if arguments:
        name, *rest = arguments
        if name not in ALONE:
            print(f"There is no bench {name!r}; known: {', '.join(ALONE)}.", file=sys.stderr)
            return 2
        return run(name, *rest)
    return max(run(name) for name in ALL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
