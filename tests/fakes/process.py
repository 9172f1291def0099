"""Starts a fake platform as a process and talks to it."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.fakes.discord.basics import Json

_ROOT = Path(__file__).resolve().parents[2]
_LINE_LIMIT = 1 << 24


class FakeProcess:
    """A fake as a process between `async with` and its end, which fails when it saw violations."""

    module = ""  # what is run, such as "tests.fakes.discord.main"

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._numbers = itertools.count()
        self.built: Json = {}  # what it said of itself: addresses, tokens, ids

    async def __aenter__(self) -> Self:
        command = (sys.executable, "-m", self.module, *self._arguments)
        self._process = await asyncio.create_subprocess_exec(
            *command, cwd=_ROOT, stdin=PIPE, stdout=PIPE, limit=_LINE_LIMIT
        )
        assert self._process.stdout is not None
        self.built = json.loads(await self._process.stdout.readline())
        self._reader = asyncio.create_task(self._read(self._process.stdout))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            code = await asyncio.wait_for(self._process.wait(), 20)
        except TimeoutError:
            self._process.kill()
            code = await self._process.wait()
        if self._reader is not None:
            await self._reader
        if error is None:
            assert code == 0, f"{self.module} ended with {code}, see its stderr"

    @property
    def api_base(self) -> str:
        """The base of its API."""
        return str(self.built["api_base"])

    async def ask(self, do: str, **details: Any) -> Any:
        """Send a request and return its answer; AssertionError with what the process says went wrong."""
        assert self._process is not None
        assert self._process.stdin is not None
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._process.stdin.write(json.dumps({"do": do, "id": number, **details}).encode() + b"\n")
        await self._process.stdin.drain()
        told = await answer
        assert "error" not in told, told["error"]
        return told["answer"]

    async def _read(self, lines: asyncio.StreamReader) -> None:
        while line := await lines.readline():
            told = json.loads(line)
            self._waiting.pop(told["id"]).set_result(told)
        for waiting in self._waiting.values():
            waiting.set_result({"error": "the process has ended"})
