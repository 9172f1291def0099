"""Parses files as polls would, and prints a table of the outcomes.

`python -m bench.corpus PATH...`: files, and folders with all they contain. Exit code 1 when a file led to
anything but a feed or a failed poll.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bot.errors import ParseError, SandboxError
from bot.pipeline.calls import PARSE_WINDOW
from bot.sandbox.sandbox import Sandbox

FEED = "feed"


@dataclass(slots=True)
class Row:
    """One outcome: the number of files with it, the posts in them, the slowest in seconds."""

    files: int = 0
    posts: int = 0
    slowest: float = 0.0


@dataclass(slots=True)
class Survey:
    """The outcomes by name: FEED, or the reason for a failed poll. `peak`: the child's memory in bytes."""

    rows: dict[str, Row] = field(default_factory=dict)
    stopped: list[Path] = field(default_factory=list)  # files for which the child had to be stopped
    wrong: list[str] = field(default_factory=list)  # files with any other error
    peak: int = 0


async def survey(files: Iterable[Path]) -> Survey:
    """Parse each file in one sandbox, as polls do."""
    found = Survey()
    async with Sandbox() as sandbox:
        for file in files:
            start = time.perf_counter()
            outcome, posts = await _poll(sandbox, file, found)
            row = found.rows.setdefault(outcome, Row())
            row.files += 1
            row.posts += posts
            row.slowest = max(row.slowest, time.perf_counter() - start)
            if sandbox.pid:
                found.peak = max(found.peak, psutil.Process(sandbox.pid).memory_info().rss)
    return found


async def _poll(sandbox: Sandbox, file: Path, found: Survey) -> tuple[str, int]:
    try:
        feed = (await sandbox.run(PARSE_WINDOW, file.read_bytes(), "", "", "", [])).feed
    except ParseError as error:
        if isinstance(error, SandboxError):
            found.stopped.append(file)
        return str(error).partition(" (")[0], 0  # without the details, which are in brackets
    except Exception as error:  # noqa: BLE001 - the survey exists to find these
        found.wrong.append(f"{file}: {error!r}")
        return type(error).__name__, 0
    return FEED, len(feed.entries)


def files_in(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files in `paths`, and all files below its folders, sorted by path within each."""
    for path in paths:
        yield from sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]


def table(found: Survey) -> str:
    """Return the outcomes as a table: feeds, then errors by frequency, then totals and unexpected errors."""
    rows = sorted(found.rows.items(), key=lambda item: (item[0] != FEED, -item[1].files))
    total = Row(
        sum(row.files for _, row in rows),
        sum(row.posts for _, row in rows),
        max((row.slowest for _, row in rows), default=0.0),
    )
    lines = [f"{'files':>6} {'posts':>6} {'slowest':>9}  outcome"]
    lines += [
        f"{row.files:6} {row.posts:6} {row.slowest:7.3f} s  {outcome}"
        for outcome, row in [*rows, ("in all", total)]
    ]
    lines.append(f"child's memory at most {found.peak / 2**20:.0f} MiB; stopped {len(found.stopped)} times")
    return "\n".join([*lines, *found.wrong])


def main(arguments: list[str]) -> int:
    """Survey the paths given and print the table."""
    if not arguments:
        print("usage: python -m bench.corpus PATH...", file=sys.stderr)
        return 2
    found = asyncio.run(survey(files_in(map(Path, arguments))))
    print(table(found))
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
