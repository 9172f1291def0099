"""Connections of strangers: how many there may be, and how long each may take for what it sends.

The web port, the polls and the database share the files that a process may have open. Whoever opens
connections and sends nothing must not use them up.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass

from bot.web.visitors import Visitors

RESERVED = 192  # files for the bot's own work: a hundred polls, chats, database, child processes
BACKLOG = 32  # connections that wait to be accepted, and are accepted at once
_MOST, _FEWEST = 256, 8


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections there may be, and the seconds that each may take."""

    most: int | None = None  # None: what the limit on open files allows
    head: float = 10.0  # for the head of a request, from when the connection is open
    body: float = 10.0  # for the body of a request
    exchange: float = 60.0  # for all that follows the head, the answer too
    idle: float = 30.0  # between an answer, which may still be on its way, and the next request


def most_connections() -> int:
    """Return how many connections there may be, by how many files this process may have open."""
    if sys.platform == "win32":
        return _MOST
    import resource  # noqa: PLC0415 -- missing on Windows

    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return _MOST
    return max(_FEWEST, min(_MOST, (limit - RESERVED - BACKLOG) // 2))


class Guard:
    """A factory of protocols that wraps another one, `make`, with a bound on number and time.

    When there is no room for a new connection, the one that has waited longest without a whole request makes
    room; where all are being answered the new one is refused.
    """

    def __init__(
        self, make: Callable[[], asyncio.BaseProtocol], limits: Limits, visitors: Visitors | None = None
    ) -> None:
        self._make = make
        self._visitors = visitors or Visitors()
        self._limits = limits
        self._most = most_connections() if limits.most is None else limits.most
        self._open: dict[asyncio.BaseTransport, _Connection] = {}

    def __call__(self) -> asyncio.BaseProtocol:
        """Return the protocol of a new connection."""
        return _Connection(self, self._make())

    @property
    def number(self) -> int:
        """How many connections are open."""
        return len(self._open)

    def begin(self, transport: asyncio.BaseTransport | None, *, whole: bool) -> None:
        """Note that the head of a request is there; `whole`: and all the rest of it."""
        if connection := self._find(transport):
            connection.answering = whole
            connection.allow(self._limits.exchange)

    def received(self, transport: asyncio.BaseTransport | None) -> None:
        """Note that a request is there as a whole."""
        if connection := self._find(transport):
            connection.answering = True

    def end(self, transport: asyncio.BaseTransport | None) -> None:
        """Note that a request is answered."""
        if connection := self._find(transport):
            connection.answering = False
            connection.allow(self._limits.idle)

    def close(self) -> None:
        """Drop all connections that are not being answered."""
        for connection in list(self._open.values()):
            if not connection.answering:
                connection.drop()

    def admit(self, connection: _Connection, transport: asyncio.BaseTransport) -> bool:
        """Return whether a new connection may stay."""
        if len(self._open) >= self._most:
            self._visitors.turn_away()
            waiting = next((each for each in self._open.values() if not each.answering), None)
            if waiting is None:
                return False
            waiting.drop()
        self._open[transport] = connection
        connection.allow(self._limits.head)
        return True

    def forget(self, transport: asyncio.BaseTransport) -> None:
        """Note that a connection is closed."""
        self._open.pop(transport, None)

    def _find(self, transport: asyncio.BaseTransport | None) -> _Connection | None:
        return None if transport is None else self._open.get(transport)


class _Connection(asyncio.Protocol):
    """One connection: hands everything to the protocol of the web server, and ends in time."""

    def __init__(self, guard: Guard, inner: asyncio.BaseProtocol) -> None:
        self._guard = guard
        self._inner = inner
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.answering = False  # a whole request has come, and its answer has not gone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if not self._guard.admit(self, transport):
            transport.abort()
            return
        self._transport = transport
        self._inner.connection_made(transport)

    def allow(self, seconds: float) -> None:
        """End the connection after so many seconds, unless it is allowed more."""
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.drop)

    def drop(self) -> None:
        """End the connection now."""
        if self._timer:
            self._timer.cancel()
        if self._transport is not None:
            self._guard.forget(self._transport)
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._transport is not None:
            self._of_stream.data_received(data)

    def eof_received(self) -> bool | None:
        return self._of_stream.eof_received() if self._transport is not None else None

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer:
            self._timer.cancel()
        if self._transport is not None:
            self._guard.forget(self._transport)
            self._inner.connection_lost(exc)

    @property
    def _of_stream(self) -> asyncio.Protocol:
        assert isinstance(self._inner, asyncio.Protocol)
        return self._inner
