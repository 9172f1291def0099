"""Starts bots by forking, see `nursery.py`, and shows them as `asyncio` shows a process."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol

BOT, SANDBOX = "bot", "bot.sandbox.worker"  # the programs that can be forked
NUMBER = struct.Struct("!i")
STREAMS = 3
_ROOT = Path(__file__).parents[2]


class Child(Protocol):
    """A process that was started: what its users need of `asyncio.subprocess.Process`."""

    stdin: asyncio.StreamWriter | None
    stdout: asyncio.StreamReader | None
    stderr: asyncio.StreamReader | None

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    async def wait(self) -> int: ...
    async def communicate(self, input: bytes | None = None) -> tuple[bytes, bytes]: ...  # noqa: A002 -- as there
    def kill(self) -> None: ...


class _Pipe(NamedTuple):
    reader: asyncio.StreamReader
    transport: asyncio.ReadTransport


class Forked:
    """A process that was forked."""

    def __init__(self, pid: int, outcome: _Pipe) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin: asyncio.StreamWriter | None = None
        self.stdout: asyncio.StreamReader | None = None
        self.stderr: asyncio.StreamReader | None = None
        self._end = asyncio.create_task(self._ended(outcome))

    async def _ended(self, outcome: _Pipe) -> int:
        (self.returncode,) = NUMBER.unpack(await outcome.reader.readexactly(NUMBER.size))
        outcome.transport.close()
        return self.returncode

    async def wait(self) -> int:
        return await asyncio.shield(self._end)

    async def communicate(self, input: bytes | None = None) -> tuple[bytes, bytes]:  # noqa: A002 -- as there
        out, err, _, _ = await asyncio.gather(
            _all_of(self.stdout), _all_of(self.stderr), self._feed(input or b""), self.wait()
        )
        return out, err

    async def _feed(self, text: bytes) -> None:
        if self.stdin is not None:
            self.stdin.write(text)
            self.stdin.close()

    def kill(self) -> None:
        if self.returncode is None:
            os.kill(self.pid, signal.SIGKILL)


async def _all_of(stream: asyncio.StreamReader | None) -> bytes:
    return b"" if stream is None else await stream.read()


@cache
def _nursery(environment: frozenset[tuple[str, str]]) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """Start the nursery of this process for bots with such an environment; it is ready when it can be."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.acceptance.nursery", str(theirs.fileno())],
            cwd=_ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
    _started.append((ours, process))
    return ours, process


_started: list[tuple[socket.socket, subprocess.Popen[bytes]]] = []


def stop() -> None:
    """End what was started for this process."""
    for ours, process in _started:
        ours.close()
        process.wait(30)
    _started.clear()
    _nursery.cache_clear()


async def forked(
    arguments: Sequence[str],
    folder: Path,
    *,
    environment: Mapping[str, str],
    more: Mapping[str, str],
    stdin: int,
    stdout: int,
    stderr: int,
) -> Forked:
    """Start `bystander ARGUMENTS` in a folder. Streams: PIPE, DEVNULL or the number of an open file.

    `environment`: with which its modules were imported; `more`: what is added for this bot alone.
    """
    requests, _ = _nursery(frozenset(environment.items()))
    streams = {"stdin": stdin, "stdout": stdout, "stderr": stderr}
    return await ask(requests, BOT, arguments, str(folder), {**environment, **more}, **streams)


async def ask(
    requests: socket.socket,
    program: str,
    arguments: Sequence[str],
    folder: str,
    environment: Mapping[str, str],
    *,
    stdin: int,
    stdout: int,
    stderr: int,
) -> Forked:
    """Ask a nursery for a process: a length with its three streams and a file for its outcome, then JSON."""
    given, kept = [], []
    for number, stream in enumerate((stdin, stdout, stderr, PIPE)):
        theirs, ours = _ends(stream, read=number == 0)
        given.append(theirs)
        kept.append(ours)
    request = {"program": program, "arguments": arguments, "folder": folder, "environment": environment}
    text = json.dumps(request).encode()
    socket.send_fds(requests, [NUMBER.pack(len(text))], given)
    requests.sendall(text)
    for theirs, stream in zip(given, (stdin, stdout, stderr, PIPE), strict=True):
        if stream < 0:
            os.close(theirs)
    outcome = await _pipe(kept[STREAMS])
    (pid,) = NUMBER.unpack(await outcome.reader.readexactly(NUMBER.size))
    process = Forked(pid, outcome)
    process.stdin = await _writer(kept[0])
    process.stdout, process.stderr = [
        None if each < 0 else (await _pipe(each)).reader for each in kept[1:STREAMS]
    ]
    return process


def _ends(stream: int, *, read: bool) -> tuple[int, int]:
    """Return what a bot gets for a stream, and our end of it or -1. `read`: whether the bot reads from it."""
    if stream == DEVNULL:
        return os.open(os.devnull, os.O_RDWR), -1
    if stream != PIPE:
        return stream, -1
    reading, writing = os.pipe()
    return (reading, writing) if read else (writing, reading)


async def _pipe(file: int) -> _Pipe:
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(file, "rb", 0)
    )
    return _Pipe(reader, transport)


async def _writer(file: int) -> asyncio.StreamWriter | None:
    if file < 0:
        return None
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), os.fdopen(file, "wb", 0)
    )
    return asyncio.StreamWriter(transport, protocol, None, loop)
