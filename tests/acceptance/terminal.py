"""A call of `bystander` on a terminal: what its screen shows, and what is typed there."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pty
import re
import signal
import termios
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tests.acceptance.running import PATIENCE

_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

Spawn = Callable[..., Awaitable[asyncio.subprocess.Process]]


class Terminal:
    """A terminal on which a process runs. `screen`: all that was ever shown there, without styles."""

    def __init__(self, process: asyncio.subprocess.Process, ours: int) -> None:
        self.process = process
        self._ours = ours
        self._shown = bytearray()
        self._read_to = 0  # where the search for the next words begins

    @property
    def screen(self) -> str:
        return _STYLE.sub("", self._shown.decode("utf-8", "replace")).replace("\r\n", "\n")

    async def until(self, words: str) -> None:
        """Wait until the screen shows some words after those that were waited for before."""
        end = time.monotonic() + PATIENCE
        while (found := self.screen.find(words, self._read_to)) < 0:
            if self.process.returncode is not None and not self.read():
                raise AssertionError(f"it ended before it showed {words!r}:\n{self.screen}")
            assert time.monotonic() < end, f"it never showed {words!r}:\n{self.screen}"
            await asyncio.sleep(0.01)
            self.read()
        self._read_to = found + len(words)

    def read(self) -> bool:
        """Take in what was printed; return whether there was anything."""
        with contextlib.suppress(OSError):  # nothing now, or the other end is closed
            while chunk := os.read(self._ours, 65536):
                self._shown += chunk
                return True
        return False

    def type(self, line: str) -> None:
        """Type a line and press Enter."""
        os.write(self._ours, line.encode() + b"\n")

    def press(self, key: str) -> None:
        """Press Ctrl and a key, such as "C"."""
        os.write(self._ours, bytes([ord(key) - ord("A") + 1]))

    async def answer(self, *exchanges: tuple[str, str]) -> None:
        """Wait for each question, and type its answer."""
        for question, typed in exchanges:
            await self.until(question)
            self.type(typed)

    async def hidden(self, question: str, typed: str) -> None:
        """Wait for a question whose answer is not shown, and type it.

        What is typed before the terminal stops showing it is thrown away.
        """
        await self.until(question)
        await self.hushed()
        self.type(typed)

    async def hushed(self) -> None:
        """Wait until the terminal does not show what is typed."""
        end = time.monotonic() + PATIENCE
        while termios.tcgetattr(self._ours)[3] & termios.ECHO:
            assert time.monotonic() < end, "it shows all that is typed"
            await asyncio.sleep(0.01)

    async def ended(self) -> int:
        """Wait for the end; return the exit code."""
        async with asyncio.timeout(PATIENCE):
            while self.process.returncode is None:
                self.read()  # a full terminal would hold it up
                await asyncio.sleep(0.01)
        while self.read():
            pass
        return self.process.returncode


@asynccontextmanager
async def terminal(
    spawn: Spawn, *arguments: str, env: dict[str, str] | None = None
) -> AsyncIterator[Terminal]:
    """Start a call on a terminal of its own; `spawn` starts a process, as `Home.spawn` does."""
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    process = await spawn(
        *arguments,
        env={"TERM": "xterm", "COLUMNS": "200", **(env or {})},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        os.close(ours)
