"""The process from which bots are forked, once it has imported all that a bot may need.

A start of Python and the imports of the program are most of what a short call costs. Here they are paid once.
What is forked is the program with its own arguments, environment, folder and streams, in a process of its own
that can be sent signals and killed; it only does not import its modules again.

Run as `python -m tests.acceptance.nursery SOCKET`, with the number of an inherited socket. A request is a
length, with which four files come (stdin, stdout, stderr and one for the outcome), and then JSON with the
arguments, the folder and the environment. Into the last file go the process's number, and at its end its exit
code, negative for a signal.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import runpy
import socket
import struct
import sys
from importlib import import_module

NUMBER = struct.Struct("!i")
STREAMS = 3
_AFTER_ALL_FILES = 4096
_MORE = (
    *("adapters.console.adapter", "adapters.discord.adapter", "adapters.slack.adapter", "bot.web.server"),
    *("storage.postgres.store", "storage.sqlite.store"),
)


def main(number: int) -> None:
    """Serve requests until the other end of the socket is closed; in a bot, return when it is to run."""
    requests = socket.socket(fileno=number)
    _import_all()
    gc.collect()
    gc.freeze()
    while True:
        header, files, _, _ = socket.recv_fds(requests, NUMBER.size, STREAMS + 1)
        _reap(os.WNOHANG if header else 0)
        if not header:
            requests.close()
            sys.exit(0)
        request = json.loads(requests.recv(NUMBER.unpack(header)[0], socket.MSG_WAITALL))
        if os.fork() == 0:
            break
        for file in files:
            os.close(file)
    requests.close()
    outcome = files.pop()
    if bot := os.fork():
        _wait_for(bot, files, outcome)
    _become(files, **request)


def _import_all() -> None:
    from bot.calls import CALLS  # noqa: PLC0415 -- the tests read this file's constants without all that

    named = [call.function.partition(":")[0] for call in CALLS if isinstance(call.function, str)]
    for module in (*named, *_MORE):
        import_module(module)


def _reap(how: int) -> None:
    """Take the ends of those that waited for bots."""
    with contextlib.suppress(ChildProcessError):  # there is none
        while os.waitpid(-1, how)[0]:
            pass


def _wait_for(bot: int, files: list[int], outcome: int) -> None:
    """Tell of a bot what is to be told, and end."""
    for file in (*files, *range(STREAMS)):
        os.close(file)
    os.write(outcome, NUMBER.pack(bot))
    _, status = os.waitpid(bot, 0)
    os.write(outcome, NUMBER.pack(os.waitstatus_to_exitcode(status)))
    os._exit(0)


def _become(files: list[int], arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Make of this process what a new one would be."""
    for stream, file in enumerate(files):
        os.dup2(file, stream)
    os.closerange(STREAMS, _AFTER_ALL_FILES)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["bot", *arguments]
    sys.path[0] = folder


if __name__ == "__main__":
    main(int(sys.argv[1]))
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
