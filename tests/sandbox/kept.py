"""A sandbox for tests of those who use one: its child is kept from test to test."""

from __future__ import annotations

import asyncio
import atexit
import pickle
import subprocess
import sys
import threading
from functools import cache

from bot.errors import SandboxError
from bot.sandbox.remote import Answer, Arguments, Remote
from bot.sandbox.sandbox import _adapter, _environment, _unpack
from bot.sandbox.worker import LENGTH, STARTED

_MEMORY, _SECONDS = 512 * 2**20, 60


class KeptSandbox:
    """A `bot.sandbox.remote.Runner` with the real child and its real limits.

    To start a child takes longer than most tests. The time limits of `Sandbox` and how it ends its children
    have tests of their own beside this file. This one belongs to no event loop, and a call that is cancelled
    is still read to its end.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child = _start()

    async def run(self, call: Remote[Answer, *Arguments], *arguments: *Arguments) -> Answer:
        outcome = await asyncio.to_thread(self._exchange, pickle.dumps((call.function, arguments)))
        answer: Answer = _unpack(outcome, _adapter(call))
        return answer

    def close(self) -> None:
        self._child.communicate()

    def _exchange(self, request: bytes) -> bytes:
        with self._lock:
            if self._child.poll() is not None:
                self._child.communicate()
                self._child = _start()
            assert self._child.stdin is not None
            self._child.stdin.write(LENGTH.pack(len(request)) + request)
            self._child.stdin.flush()
            outcome = self._frame()
            return self._frame() if outcome == STARTED else outcome

    def _frame(self) -> bytes:
        assert self._child.stdout is not None
        if not (header := self._child.stdout.read(LENGTH.size)):
            raise SandboxError(f"the process that read it died (exit code {self._child.wait()})")
        return self._child.stdout.read(*LENGTH.unpack(header))


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "bot.sandbox.worker", str(_MEMORY), str(_SECONDS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
    )


@cache
def kept_sandbox() -> KeptSandbox:
    """Return the sandbox of this process; its child ends with the process."""
    sandbox = KeptSandbox()
    atexit.register(sandbox.close)
    return sandbox
