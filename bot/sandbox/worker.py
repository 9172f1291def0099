"""The child process of `bot.sandbox.sandbox`: calls functions of this project one by one, with limits.

Run as `python -m bot.sandbox.worker MEMORY SECONDS`. Pickled calls arrive on stdin and outcomes go to stdout,
each preceded by its length. It exits when stdin is closed, so also when its parent dies in any way.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pickle
import re
import signal
import struct
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, BinaryIO

from bot.errors import ParseError

LONGEST_REASON = 300  # characters of an error
LENGTH = struct.Struct("!I")  # precedes every frame: its length in bytes
# The first byte of a frame. STARTED is sent once the function is imported: then the time limit begins.
STARTED, ANSWER, UNPARSEABLE, FAILED, NO_MEMORY = b"s", b"a", b"p", b"f", b"m"

_OURS = re.compile(r"(bot(?:\.[a-z]\w*)+):([a-z]\w*)")
_REFUSED = (  # prefixes of forbidden audit events
    *("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostby", "socket.sendto"),
    *("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork"),
)


def refuse_foreign(function: str) -> None:
    """Raise ValueError unless `function` is the name "bot.module:name" of a public function."""
    if _OURS.fullmatch(function) is None:
        raise ValueError(f"{function!r} is no public function of this project")


def resolve(function: str) -> Callable[..., Any]:
    """Return the function called "bot.module:name"; raise ValueError for one outside the project."""
    refuse_foreign(function)
    module, _, name = function.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def main(arguments: list[str]) -> None:
    """Serve calls until stdin ends."""
    memory, seconds = map(int, arguments)
    for name in (signal.SIGINT, signal.SIGTERM):  # sent to the whole group; the parent ends this process
        signal.signal(name, signal.SIG_IGN)
    with os.fdopen(os.dup(1), "wb") as outcomes:
        os.dup2(2, 1)  # output that a library prints must not mix with outcomes
        confine(memory)
        while header := sys.stdin.buffer.read(LENGTH.size):
            function, values = pickle.loads(sys.stdin.buffer.read(*LENGTH.unpack(header)))  # noqa: S301 - the parent's
            _serve(outcomes, function, values, seconds)


def confine(memory: int) -> None:
    """Forbid network and processes for good; on POSIX also writing files and using over `memory` bytes."""
    sys.addaudithook(_refuse)
    if sys.platform == "win32":  # has no such limits, so only the parent's time limit applies
        return
    import resource  # noqa: PLC0415 - POSIX only

    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_AS: memory}
    for kind, limit in limits.items():
        with contextlib.suppress(ValueError, OSError):  # macOS rejects some
            resource.setrlimit(kind, (limit, limit))


def _refuse(event: str, _: tuple[object, ...]) -> None:
    if event.startswith(_REFUSED):
        raise PermissionError(f"{event} is not allowed here")


def _serve(outcomes: BinaryIO, function: str, values: tuple[object, ...], seconds: int) -> None:
    try:
        called = resolve(function)
        _put(outcomes, STARTED)
        answer = json.dumps(_timed(seconds, called, values), default=_plain, ensure_ascii=False)
        _put(outcomes, ANSWER, answer.encode("utf-8", "replace"))
    except ParseError as error:
        _put(outcomes, UNPARSEABLE, str(error).encode("utf-8", "replace"))
    except MemoryError:
        _put(outcomes, NO_MEMORY)
        sys.exit(1)  # the next call gets a new process without fragmented memory
    except Exception as error:  # noqa: BLE001 - every one is reported to the parent
        reason = f"{type(error).__name__}: {error}"[:LONGEST_REASON]
        _put(outcomes, FAILED, reason.encode("utf-8", "replace"))


def _timed(seconds: int, called: Callable[..., Any], values: tuple[object, ...]) -> Any:
    """Call with an alarm: after `seconds` the kernel ends this process, in case the parent is gone."""
    if sys.platform == "win32":
        return called(*values)
    signal.alarm(seconds)
    try:
        return called(*values)
    finally:
        signal.alarm(0)


def _put(outcomes: BinaryIO, kind: bytes, payload: bytes = b"") -> None:
    outcomes.write(LENGTH.pack(len(kind) + len(payload)) + kind + payload)
    outcomes.flush()


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be sent")


if __name__ == "__main__":
    main(sys.argv[1:])
