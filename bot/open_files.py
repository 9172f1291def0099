"""How many files this process may have open, and who may have how many of them.

Polls, the web port, the chats and the database share one limit. The functions that share it out are pure.
"""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass

_NO_LIMIT = sys.maxsize


@dataclass(frozen=True, slots=True)
class Shares:
    """How the limit is shared. A request has two files: looking for a way to its host may take both."""

    own: int = 192  # for the bot's own work: a hundred polls, chats, database, child processes
    backlog: int = 32  # the web port's listen backlog; asyncio accepts all of it in one go
    visitors: int = 256  # connections to the web port, whatever the limit
    fewest_visitors: int = 8
    requests: int = 500  # under way at a time, whatever the limit
    fewest_requests: int = 20
    unknown: int = 250  # requests where a system tells no limit
    wanted: int = 4096  # more is not asked for


SHARES = Shares()


def visitors(limit: int | None) -> int:
    """Return how many connections to the web port a limit allows; None: the system tells no limit."""
    if limit is None:
        return SHARES.visitors
    room = (limit - SHARES.own - SHARES.backlog) // 2
    return max(SHARES.fewest_visitors, min(SHARES.visitors, room))


def requests(limit: int | None) -> int:
    """Return how many requests may run at once, beside files for all else; None: the system has no limit."""
    if limit is None:
        return SHARES.unknown
    room = (limit - SHARES.own - SHARES.backlog - visitors(limit)) // 2
    return max(SHARES.fewest_requests, min(SHARES.requests, room))


def wanted(soft: int, hard: int) -> int:
    """Return the limit to set where it is `soft` and may be raised to `hard`: never less than `soft`."""
    return max(soft, min(hard, SHARES.wanted))


def limit() -> int | None:
    """Return the number of files that this process may have open; None on Windows, which does not tell."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 -- missing on Windows

    return _number(resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def raise_limit() -> None:
    """Let this process, and those it starts, have as many files open as is wanted and allowed."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 -- missing on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    more = wanted(_number(soft), _number(hard))
    if more != _number(soft):
        with contextlib.suppress(ValueError, OSError):  # macOS has a lower limit than it tells
            resource.setrlimit(resource.RLIMIT_NOFILE, (more, hard))


def _number(told: int) -> int:
    return _NO_LIMIT if told < 0 else told  # RLIM_INFINITY is -1
