"""The sandbox for hostile input: a child process with limits that parses it and can be killed.

A thread could not be stopped, and a few hundred hostile kilobytes keep a parser busy for minutes.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import math
import os
import pickle
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from pathlib import Path
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError

from bot.errors import ParseError, SandboxError
from bot.sandbox.remote import Answer, Arguments, Remote
from bot.sandbox.worker import ANSWER, LENGTH, LONGEST_REASON, NO_MEMORY, STARTED, UNPARSEABLE
from bot.text.sanitize import one_line

_OFTEN, _LATELY = 5, 600.0  # so many stops of the child within so many seconds are reported
_SHARED_ENVIRONMENT = (  # what an interpreter may need to start; no secrets
    "PATH",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "PYTHONHOME",
    "SYSTEMROOT",
    "TMPDIR",
)


class Sandbox:
    """Runs functions of this project in a child process; use it as an async context manager.

    It serves one call at a time; others wait. The child starts at the first call, stops after `idle` seconds
    without one (it uses some 35 MB), and is replaced after it died or was stopped. Limits: `memory` bytes of
    address space (on POSIX only), `seconds` per call, `largest` bytes per answer.
    """

    def __init__(
        self,
        *,
        memory: int = 512 * 2**20,
        seconds: float = 10.0,
        largest: int = 16 * 2**20,
        idle: float = 300.0,
    ) -> None:
        self._memory = memory
        self._seconds = seconds
        self._largest = largest
        self._idle = idle
        self._lock = asyncio.Lock()
        self.calls = 0  # under way or waiting
        self.restarts = 0  # times that the child died or was stopped, and is replaced at the next call
        self._child: Process | None = None
        self._rest: asyncio.Task[None] | None = None
        self._stopped_at: deque[float] = deque(maxlen=_OFTEN)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    @property
    def pid(self) -> int | None:
        """The child's process id, None while no child runs."""
        return self._child.pid if self._child and self._child.returncode is None else None

    @property
    def struggles(self) -> bool:
        """Whether the child had to be stopped five times or more in the last ten minutes."""
        full = len(self._stopped_at) == _OFTEN
        return full and time.monotonic() - self._stopped_at[0] < _LATELY

    async def run(self, call: Remote[Answer, *Arguments], *arguments: *Arguments) -> Answer:
        """Call a function with `arguments` in the child and return its result; see `Runner.run`.

        The result consists of plain values and dataclasses of them.
        """
        self.calls += 1
        try:
            async with self._lock:
                outcome = await self._call(call.function, arguments)
        finally:
            self.calls -= 1
        answer: Answer = _unpack(outcome, _adapter(call))
        return answer

    async def _call(self, function: str, arguments: tuple[object, ...]) -> bytes:
        """Return the outcome of a call; the caller must hold the lock."""
        self._end_rest()
        try:
            outcome = await self._exchange(pickle.dumps((function, arguments)))
        except BaseException as error:
            if isinstance(error, SandboxError):
                self.restarts += 1
                self._stopped_at.append(time.monotonic())
            await self._stop()  # also when cancelled: the next call must not get this one's answer
            raise
        self._rest = asyncio.create_task(self._let_go())
        return outcome

    async def aclose(self) -> None:
        """Stop the child, if there is one. A call in progress ends with SandboxError."""
        self._kill()
        async with self._lock:
            self._end_rest()
            await self._stop()

    async def _let_go(self) -> None:
        """Stop the child after `idle` seconds without a call; each call first cancels this task."""
        await asyncio.sleep(self._idle)
        async with self._lock:
            await self._stop()

    def _end_rest(self) -> None:
        if self._rest:
            self._rest.cancel()
            self._rest = None

    def _kill(self) -> None:
        if self._child and self._child.returncode is None:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself just now
                self._child.kill()

    async def _stop(self) -> None:
        self._kill()
        child, self._child = self._child, None
        if child:
            _stdin(child).close()
            await child.communicate()  # closes its other pipe and reaps it

    async def _exchange(self, request: bytes) -> bytes:
        try:
            child = await self._running_child()
        except OSError as error:
            raise SandboxError(f"the process that reads cannot be started ({error.strerror})") from error
        limit = 60.0  # to start Python and import; generous, as it does not depend on the input
        try:
            async with asyncio.timeout(limit) as deadline:
                _stdin(child).write(LENGTH.pack(len(request)) + request)
                outcome = await self._frame(child)
                if outcome == STARTED:
                    limit = self._seconds
                    deadline.reschedule(asyncio.get_running_loop().time() + limit)
                    outcome = await self._frame(child)
        except TimeoutError:
            raise SandboxError(f"reading it took longer than {limit:g} s and was stopped") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise SandboxError(f"the process that read it died ({await _cause(child)})") from None
        if outcome[:1] == NO_MEMORY:
            raise SandboxError(
                f"reading it took more than {self._memory // 2**20} MB of memory and was stopped"
            )
        return outcome

    async def _running_child(self) -> Process:
        if self._child and self._child.returncode is not None:
            await self._stop()
        if self._child is None:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # never import from the working directory
                "-m",
                "bot.sandbox.worker",
                str(self._memory),
                str(math.ceil(self._seconds) + 2),  # the child ends itself if this process has not
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env=_environment(),
            )
        return self._child

    async def _frame(self, child: Process) -> bytes:
        stdout = child.stdout
        assert stdout is not None
        (length,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
        if length > self._largest:
            raise SandboxError(f"what was read is larger than {self._largest // 2**20} MB")
        return await stdout.readexactly(length)


def _stdin(child: Process) -> asyncio.StreamWriter:
    assert child.stdin is not None
    return child.stdin


async def _cause(child: Process) -> str:
    """Return the cause of death of a child that has closed its pipe."""
    try:
        async with asyncio.timeout(1):
            code = await child.wait()
    except TimeoutError:
        return "it fell silent"
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _environment() -> dict[str, str]:
    """Return the child's environment, in which modules are found in the same places as in this process."""
    project = Path(__file__).resolve().parent.parent
    paths = dict.fromkeys([str(project), *(str(Path(path).absolute()) for path in sys.path if path)])
    kept = {name: os.environ[name] for name in _SHARED_ENVIRONMENT if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}


@functools.cache
def _adapter(call: Remote[Any, *tuple[Any, ...]]) -> TypeAdapter[Any]:
    """Return the validator of a call's answers; cached because creating it takes milliseconds."""
    return TypeAdapter(call.answer)


def _unpack(outcome: bytes, answer_type: TypeAdapter[Any]) -> Any:
    """Return the answer in an outcome, or raise the error it reports.

    Answers are JSON, checked against the expected type: a compromised child could return false data, but not
    run code in this process, as it could if answers were unpickled.
    """
    kind, payload = outcome[:1], outcome[1:]
    if kind == ANSWER:
        try:
            return answer_type.validate_json(payload)
        except ValidationError as error:
            raise SandboxError(f"what was read makes no sense ({error.error_count()} faults)") from None
    reason = one_line(payload.decode("utf-8", "replace"), LONGEST_REASON)
    if kind == UNPARSEABLE:
        raise ParseError(reason)
    raise ParseError(f"reading it failed ({reason})")
