"""Measures a peer, the library `reader`, which polls feeds too; it runs in an environment of its own.

Only with PEERS=1 in the environment: it is installed from the package index then, into a folder that is
deleted afterwards.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

_PACKAGES = ("reader", "sgmllib3k")  # the second: reader's own copy of feedparser imports it
# Polls all feeds at each line of stdin, one after the other, and prints the CPU seconds.
_POLL = """
import json, sys, time
from reader import make_reader
library = make_reader(sys.argv[1])
for url in json.loads(sys.stdin.readline()):
    library.add_feed(url)
for _ in sys.stdin:
    began = time.process_time()
    results = list(library.update_feeds_iter(scheduled=False))
    spent = time.process_time() - began
    failed = [str(each.value) for each in results if isinstance(each.value, Exception)]
    print(json.dumps([spent, failed[:1]]), flush=True)
"""


class Peer:
    """A running reader that watches the URLs it was given."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def round(self) -> float:
        """Poll all feeds once; return the CPU seconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"\n")
        spent, failed = json.loads(await self._process.stdout.readline())
        if failed:
            raise RuntimeError(f"The peer cannot poll: {failed[0]}")
        return float(spent)


class Peers:
    """Starts peers, each with its own database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    @asynccontextmanager
    async def watching(self, urls: Sequence[str]) -> AsyncIterator[Peer]:
        """Let a peer watch these URLs during the block."""
        self._count += 1
        database = self._folder / f"{self._count}.db"
        process = await asyncio.create_subprocess_exec(
            _python(self._folder), "-c", _POLL, database, stdin=PIPE, stdout=PIPE
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(list(urls)).encode() + b"\n")
        try:
            yield Peer(process)
        finally:
            process.stdin.close()
            await process.wait()


@asynccontextmanager
async def peers() -> AsyncIterator[Peers | None]:
    """Install the peer for the block; None without PEERS=1."""
    if os.environ.get("PEERS") != "1":
        print("\n(The peer is left out; `make bench PEERS=1` installs and measures it.)")
        yield None
        return
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bystander-peer-")))
        await _run(sys.executable, "-m", "venv", str(folder / "venv"))
        await _run(str(_python(folder)), "-m", "pip", "install", "--quiet", *_PACKAGES)
        yield Peers(folder)


def _python(folder: Path) -> Path:
    return folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=PIPE)
    _, told = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {told.decode()[-500:]}")
