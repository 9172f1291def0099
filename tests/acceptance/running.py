"""A `bystander run` under test: what it prints, what it is told, how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import sys
import termios
import time
from collections.abc import Awaitable, Callable
from typing import Any, Self

from tests.acceptance.forking import Child
from tests.fakes.blog import FaultyBlog

PATIENCE = 40.0  # seconds; far beyond what anything here takes
_LONGEST_LINE = 2**22  # bytes
_PIPE = 4096  # bytes that fit between a bot and its reader: a few alerts

Event = dict[str, Any]
Spawn = Callable[..., Awaitable[Child]]


class Bot:
    """A `bystander run` under test: its events, its log, its end."""

    def __init__(self, process: Child, output: asyncio.ReadTransport) -> None:
        self.process = process
        self.output = output  # what reads its stdout; paused, the pipe fills up
        self.events: list[Event] = []
        self._log = bytearray()
        self._reading: list[asyncio.Task[None]] = []

    @classmethod
    async def start(cls, spawn: Spawn, *arguments: str, **changes: Any) -> Self:
        """Start it by `spawn`; `changes` replace its streams, or add to how it is started."""
        reader = asyncio.StreamReader(limit=_LONGEST_LINE)
        ours, theirs = os.pipe()
        if hasattr(fcntl, "F_SETPIPE_SZ"):  # Linux
            fcntl.fcntl(ours, fcntl.F_SETPIPE_SZ, _PIPE)
        output, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours, "rb", 0)
        )
        pipe = asyncio.subprocess.PIPE
        streams: dict[str, Any] = {"stdin": pipe, "stdout": theirs, "stderr": pipe}
        process = await spawn("run", *arguments, **(streams | changes))
        os.close(theirs)
        bot = cls(process, output)
        assert process.stderr is not None
        bot._reading = [
            asyncio.create_task(bot._read(reader)),
            asyncio.create_task(bot._read_log(process.stderr)),
        ]
        return bot

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Collect events; a line that was cut off by the end of the process was not printed."""
        async for line in reader:
            if line.endswith(b"\n"):
                self.events.append(json.loads(line))

    async def _read_log(self, reader: asyncio.StreamReader) -> None:
        while chunk := await reader.read(4096):
            self._log += chunk

    @property
    def log(self) -> str:
        return self._log.decode("utf-8", "replace")

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds; fail with the log when the bot ends or nothing happens."""
        end = time.monotonic() + PATIENCE
        while not condition():
            problem = "it took too long" if time.monotonic() > end else ""
            if self.process.returncode is not None:
                await self.drained()
                problem = "" if condition() else f"the bot ended with {self.process.returncode}"
            assert not problem, f"{problem}\n{self.log}\n{self.events[-3:]}"
            await asyncio.sleep(0.005)

    async def ready(self) -> Bot:
        """Wait until the bot says that it runs."""
        await self.until(lambda: "Bystander" in self.log and "watches" in self.log)
        return self

    def type(self, line: str) -> None:
        """Type a line without waiting for an answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")

    async def say(self, line: str) -> str:
        """Type a line and return the answer."""
        before = len(self.of("reply"))
        self.type(line)
        await self.until(lambda: len(self.of("reply")) > before)
        text: str = self.of("reply")[before]["text"]
        return text

    async def follow(self, *wishes: str) -> None:
        """Type `/follow` lines such as "alice Trade"."""
        for wish in wishes:
            name, _, what = wish.partition(" ")
            answer = await self.say(f"@{name} /follow {what}")
            assert answer.startswith("You now get"), answer

    def of(self, kind: str, name: str = "") -> list[Event]:
        """Return the events of a kind, those for a name where one is given."""
        return [
            event
            for event in self.events
            if event["event"] == kind and name in ("", event["destination"].partition(":")[2])
        ]

    def titles(self, name: str = "") -> list[str]:
        """Return the titles of all posts that were announced, one by one or several at once, in order."""
        found: list[str] = []
        for event in self.events:
            if name in ("", event["destination"].partition(":")[2]):
                posts = [event["post"]] if event["event"] == "alert" else event.get("posts", ())
                found += [post["title"] for post in posts]
        return found

    async def alerted(self, number: int, name: str = "") -> list[Event]:
        """Wait for so many alerts and return them."""
        await self.until(lambda: len(self.of("alert", name)) >= number)
        return self.of("alert", name)

    async def polls(self, blog: FaultyBlog, number: int = 3, path: str = "/feed/") -> None:
        """Wait until the blog was asked so many times more: what was to happen has happened by then."""
        before = len(blog.seen(path))
        await self.until(lambda: len(blog.seen(path)) >= before + number)

    async def stall(self) -> None:
        """Read no more, and wait until the bot hangs in the middle of printing."""
        self.output.pause_reading()
        unread, looks = -1, 0
        while looks < 20:
            await asyncio.sleep(0.02)
            looks = looks + 1 if 0 < self.unread == unread else 0
            unread = self.unread

    @property
    def unread(self) -> int:
        """Bytes that wait in the pipe of its stdout."""
        count = fcntl.ioctl(self.output.get_extra_info("pipe"), termios.FIONREAD, bytes(4))
        return int.from_bytes(count, sys.byteorder)

    def interrupt(self, wanted: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal; not by the process's own method, which may take the exit code from asyncio."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, wanted)

    async def stop(self, wanted: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for the end, return the exit code."""
        self.interrupt(wanted)
        return await self.ended()

    async def kill(self) -> None:
        """End it as a power cut would."""
        await self.stop(signal.SIGKILL)

    async def ended(self) -> int:
        """Wait for the end and for all that was printed; return the exit code."""
        async with asyncio.timeout(PATIENCE):
            code = await self.process.wait()
        await self.drained()
        return code

    async def drained(self) -> None:
        """Wait until everything in the pipe is read."""
        with contextlib.suppress(RuntimeError):  # never paused
            self.output.resume_reading()
        await asyncio.gather(*self._reading)

    async def aclose(self) -> None:
        """End what still runs and close the pipes."""
        if self.process.returncode is None:
            self.interrupt(signal.SIGKILL)
            await self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                await self.process.stdin.wait_closed()
        self.output.close()
        await asyncio.wait(self._reading, timeout=PATIENCE)
        for task in self._reading:
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)


async def until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds that no bot has to fulfil."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it took too long"
        await asyncio.sleep(0.01)
