"""The process from which bots are forked, once it has imported all that a bot may need.

A start of Python and the imports of the program are most of what a short call costs. Here they are paid once.
What is forked is the program with its own arguments, environment, folder and streams, in a process of its own
that can be sent signals and killed; it only does not import its modules again. The same holds for the child
in which a bot reads hostile input: the bot asks for it here instead of starting Python.

Run as `python -m tests.acceptance.nursery SOCKET`, with the number of an inherited socket. A request is as
`forking.ask` sends it. Into its last file go the process's number, and at its end its exit code, negative for
a signal. When the socket is closed, in whatever way, all that still runs is killed.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import gc
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import threading
from asyncio.subprocess import Process
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from bot.calls import CALLS
from bot.pipeline import calls
from bot.sandbox.remote import Remote
from bot.text.units import zone
from tests.acceptance.forking import BOT, NUMBER, SANDBOX, STREAMS, Child, ask

_MORE = (
    *("adapters.console.adapter", "adapters.discord.adapter", "adapters.slack.adapter", "bot.web.server"),
    *("adapters.console.plugin", "adapters.discord.plugin", "adapters.slack.plugin"),
    *("storage.postgres.store", "storage.postgres.jobs.engine", "storage.sqlite.store", SANDBOX),
    *("apscheduler.executors.asyncio", "rapidfuzz"),
)
_AFTER_ALL_FILES = 4096
_UNWRITTEN = 120  # how Python ends when its last output cannot be written


class Request(NamedTuple):
    """What a process that was forked is to be."""

    files: list[int]
    program: str
    arguments: list[str]
    folder: str
    environment: dict[str, str]


class Nursery:
    """Forks what is asked for, and tells how it ends."""

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._running: dict[int, int] = {}  # the file for the outcome, by process
        self._channels = selectors.DefaultSelector()
        self._channels.register(requests, selectors.EVENT_READ)
        self._woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)  # noqa: FBT003 -- the library's
        self._channels.register(self._woken, selectors.EVENT_READ)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)

    def serve(self) -> tuple[Request, socket.socket]:
        """Serve requests until there will be none; in a forked process return what it is to be."""
        while True:
            for key, _ in self._channels.select():
                channel = key.fileobj
                assert isinstance(channel, socket.socket)
                if channel is self._woken:
                    channel.recv(_AFTER_ALL_FILES)
                    self._reap()
                elif request := _received(channel):
                    if ours := self._fork(request):
                        return request, ours
                elif channel is self._requests:
                    self._end()
                else:
                    self._channels.unregister(channel)
                    channel.close()

    def _fork(self, request: Request) -> socket.socket | None:
        """Fork; return the channel to this process in the one that is new."""
        *streams, outcome = request.files
        here, there = socket.socketpair()
        process = os.fork()
        if process == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            here.close()
            self._forget()
            return there
        there.close()
        for file in streams:
            os.close(file)
        _tell(outcome, process)
        self._running[process] = outcome
        self._channels.register(here, selectors.EVENT_READ)
        return None

    def _forget(self) -> None:
        """Close all channels now, and not when the numbers of their files are used anew."""
        for key in list(self._channels.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self._channels.close()
        self._waker.close()

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):  # there is none
            while True:
                process, status = os.waitpid(-1, os.WNOHANG)
                if process == 0:
                    break
                outcome = self._running.pop(process)
                _tell(outcome, os.waitstatus_to_exitcode(status))
                os.close(outcome)

    def _end(self) -> NoReturn:
        for process in self._running:
            os.kill(process, signal.SIGKILL)
        os._exit(0)


def _tell(outcome: int, number: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # who asked is gone
        os.write(outcome, NUMBER.pack(number))


def _received(channel: socket.socket) -> Request | None:
    """Return a request, None when no whole one comes any more."""
    header, files, _, _ = socket.recv_fds(channel, NUMBER.size, STREAMS + 1)
    whole = len(header) == NUMBER.size
    text = channel.recv(NUMBER.unpack(header)[0], socket.MSG_WAITALL) if whole else b""
    try:
        return Request(list(files), **json.loads(text))
    except ValueError:  # who asks was killed amid it
        for file in files:
            os.close(file)
        return None


def main(number: int) -> None:
    """Serve; in a forked process, be what it is to be, and end."""
    _import_all()
    gc.collect()
    gc.freeze()
    request, nursery = Nursery(socket.socket(fileno=number)).serve()
    _become(request, keep=nursery.fileno())
    try:
        if request.program == SANDBOX:
            import_module(SANDBOX).main(request.arguments)
        else:
            _ask_for_sandboxes(nursery)
            runpy.run_module(BOT, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        _leave(end.code)


def _import_all() -> None:
    called = [call.function for call in CALLS if isinstance(call.function, str)]
    read = [each.function for each in vars(calls).values() if isinstance(each, Remote)]
    for module in (*(name.partition(":")[0] for name in (*called, *read)), *_MORE):
        import_module(module)
    zone("UTC")  # knows all zones from then on


def _become(request: Request, *, keep: int) -> None:
    """Make of this process what a new one would be, which also keeps one file."""
    for stream, file in enumerate(request.files[:STREAMS]):
        os.dup2(file, stream)
    os.closerange(STREAMS, keep)
    os.closerange(keep + 1, _AFTER_ALL_FILES)
    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(request.environment)
    sys.argv = [request.program, *request.arguments]
    sys.path[:1] = [request.folder] if request.program == BOT else []


def _ask_for_sandboxes(nursery: socket.socket) -> None:
    """Have the child that reads hostile input forked too; any other process is started as ever."""
    start = asyncio.create_subprocess_exec

    async def started(program: str, *arguments: str, **options: Any) -> Process | Child:
        if arguments[:3] != ("-P", "-m", SANDBOX):
            return await start(program, *arguments, **options)
        environment = options.pop("env")
        return await ask(nursery, SANDBOX, arguments[3:], str(Path.cwd()), environment, **options)

    asyncio.create_subprocess_exec = started  # type: ignore[assignment]


def _leave(code: int) -> NoReturn:
    """End as Python does, but for taking all its modules apart, which takes longer than most calls."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    gc.collect()  # here it warns of what was left open
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            if not stream.closed:
                stream.flush()
    except OSError:
        code = _UNWRITTEN
    os._exit(code)


if __name__ == "__main__":
    main(int(sys.argv[1]))
