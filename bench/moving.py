"""How long `bystander move` takes for a large database, and how much memory.

`python -m bench.moving`: 200,000 posts and 1,000,000 deliveries, from SQLite to PostgreSQL and back, beside a
copy of the file as `bystander backup` makes it.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.process import ROOT
from bench.report import heading, line
from tests.fakes import postgres


def main() -> None:
    """Move to and fro, and print the figures."""
    heading("moving 1,000,000 deliveries and 200,000 posts")
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(_measure(Path(name)))
    postgres.stop()


async def _measure(folder: Path) -> None:
    first = folder / "first.db"
    _fill(first)
    (folder / "config.toml").write_text(f'database = "sqlite:///{first.as_posix()}"\n', "utf-8")
    line("size of the SQLite file", first.stat().st_size / 1e6, "MB")
    copying = _call(folder, "backup", "copy.db")
    line("bystander backup", copying.wall, "s")
    async with postgres.server().database(migrated=False) as url:
        _tell("from SQLite to PostgreSQL", _call(folder, "move", "configured", url), copying)
        _tell("from PostgreSQL to SQLite", _call(folder, "move", url, "back.db"), copying)


def _fill(path: Path) -> None:
    """Fill a database by another process: the memory of a call is counted from that of its parent on."""
    filling = f"from bench import library; library.fill({str(path)!r})"
    subprocess.run([sys.executable, "-c", filling], cwd=ROOT, check=True)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a call took: seconds, seconds of CPU without the server's, and the most memory, in megabytes."""

    wall: float
    cpu: float
    memory: float


def _call(folder: Path, *arguments: str) -> Cost:
    """Run one call to its end."""
    command = [sys.executable, "-m", "bot", *arguments]
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{arguments[0]} ended with {process.returncode}.")
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(time.perf_counter() - began, cpu, usage.ru_maxrss / 1024)


def _tell(name: str, cost: Cost, copying: Cost) -> None:
    line(name, cost.wall, "s", f"{cost.wall / copying.wall:.0f} times a copy of the file")
    line("  CPU of bystander alone", cost.cpu, "s")
    line("  most memory", cost.memory, "MB")


if __name__ == "__main__":
    main()
