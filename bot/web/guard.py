"""Limits the number of connections to the web port, and the time each may take.

The web port, the polls and the database share one limit on open files. Connections that are opened and then
send nothing must not exhaust it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from bot import open_files
from bot.web.visitors import Visitors


@dataclass(frozen=True, slots=True)
class Limits:
    """The maximum number of connections, and their time limits in seconds."""

    most: int | None = None  # None: as many as the limit on open files allows
    head: float = 10.0  # from opening the connection to the end of the first request's head
    body: float = 10.0  # for the body of a request
    exchange: float = 60.0  # from the end of the head to the end of the handler
    idle: float = 30.0  # from the end of the handler to the next request; sending the answer counts
    linger: float = 1.0  # for the rest of a request that was answered early
    grace: float = 0.8  # for requests in flight when the server stops; aiohttp may wait for them twice


def most_connections() -> int:
    """Return the number of connections that this process's limit on open files allows."""
    return open_files.visitors(open_files.limit())


class Guard:
    """A protocol factory that wraps another one, `make`, and limits the number and time of its connections.

    When a new connection finds no room, the oldest one that is not being answered is dropped. When all are
    being answered, the new one is refused.
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
        """Note that the head of a request has arrived; `whole`: the request has no body to wait for."""
        if connection := self._find(transport):
            connection.answering = whole
            connection.allow(self._limits.exchange)

    def received(self, transport: asyncio.BaseTransport | None) -> None:
        """Note that a request has arrived completely."""
        if connection := self._find(transport):
            connection.answering = True

    def end(self, transport: asyncio.BaseTransport | None) -> None:
        """Note that the handler of a request has finished."""
        if connection := self._find(transport):
            connection.answering = False
            connection.allow(self._limits.idle)

    def close(self) -> None:
        """Drop all connections that are not being answered."""
        for connection in list(self._open.values()):
            if not connection.answering:
                connection.drop()

    def admit(self, connection: _Connection, transport: asyncio.BaseTransport) -> bool:
        """Register a new connection, making room if needed; return False when it must be refused."""
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
    """Passes one connection's events to the web server's protocol, and closes it when its time is up."""

    def __init__(self, guard: Guard, inner: asyncio.BaseProtocol) -> None:
        self._guard = guard
        self._inner = inner
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.answering = False  # a complete request has arrived, and its handler has not finished

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if not self._guard.admit(self, transport):
            transport.abort()
            return
        self._transport = transport
        self._inner.connection_made(transport)

    def allow(self, seconds: float) -> None:
        """Restart the timer: the connection is closed after `seconds`."""
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.drop)

    def drop(self) -> None:
        """Close the connection now, without sending what is left."""
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
