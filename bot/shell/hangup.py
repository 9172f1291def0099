"""SIGHUP: read the config again; or end, when it says that the terminal of the bot was closed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_TERMINAL = "/dev/tty"  # the terminal of the process, whatever its streams are


@contextmanager
def heeding_hangups(asked: asyncio.Event, stop: Callable[[], None]) -> Iterator[None]:
    """Set `asked` on SIGHUP inside the block. On Windows, where there is no such signal, do nothing.

    A bot that was started on a terminal gets the same signal when that is closed. Then `stop` is called
    instead, unless the signal was ignored from the beginning, as by nohup.
    """
    if sys.platform == "win32":
        yield
        return
    loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGHUP)
    ends = before != signal.SIG_IGN and _has_terminal()

    def heed() -> None:
        if ends and not _has_terminal():
            stop()
        else:
            asked.set()

    signal.signal(signal.SIGHUP, lambda *_: loop.call_soon_threadsafe(heed))
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def _has_terminal() -> bool:
    """Return whether the process has a terminal that is still there."""
    try:
        os.close(os.open(_TERMINAL, os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
