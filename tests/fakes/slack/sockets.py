"""Socket Mode: tickets, connections, envelopes and their acknowledgements within three seconds."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.fakes.slack.basics import ApiError, Json
from tests.fakes.slack.core import Core, Request
from tests.fakes.slack.deeds import Envelope
from tests.fakes.slack.web import Handler

MOST = 10  # connections of one app
_TICKET_LIFE = 30.0
_RETRIES = 3  # of an event


@dataclass(eq=False)
class Connection:
    """An open socket. A stalled one looks alive, but nothing arrives any more; `deaf`: not even pongs."""

    id: int
    socket: web.WebSocketResponse = field(repr=False)
    request: web.Request = field(repr=False)
    stalled: bool = False
    held: set[str] = field(default_factory=set, repr=False)  # ids of envelopes that were sent here

    async def send(self, frame: Json) -> None:
        """Send a frame; a connection that is going down swallows it."""
        try:
            await self.socket.send_json(frame)
        except (ConnectionError, RuntimeError):
            self.stalled = True


class Sockets:
    """All connections of the app. `opened` counts those that said hello. `ping_every` are seconds."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.opened = 0
        self.refused = 0  # above the tenth
        self.enabled = True
        self.ping_every = 10.0
        self._tickets: dict[str, float] = {}
        self._used: set[str] = set()
        self._numbers = itertools.count(1)
        self._open: list[Connection] = []
        self._turn = 0
        self._duplicate = False
        self._sent: dict[str, Envelope] = {}
        self._waiting: list[Envelope] = []  # nobody was there to take them

    @property
    def connections(self) -> list[Connection]:
        """The open connections, the oldest first."""
        return list(self._open)

    def table(self) -> dict[str, Handler]:
        """Return the handlers by method."""
        return {"apps.connections.open": self._issue}

    # --- what may go wrong ----------------------------------------------------------------------------------

    async def refresh(self, n: int | None = None, *, reason: str = "refresh_requested") -> None:
        """Ask connections to be replaced: all, or the n oldest. The other reason for it is "warning"."""
        for connection in self.connections[: n if n is not None else MOST]:
            await connection.send(_disconnect(reason))

    async def link_disabled(self) -> None:
        """Switch Socket Mode off: connections end, and no new ones come until `enabled` is True again."""
        self.enabled = False
        for connection in self.connections:
            await connection.send(_disconnect("link_disabled"))
            await connection.socket.close()

    async def reset(self) -> None:
        """Cut all connections without a word."""
        for connection in self.connections:
            self._forget(connection)
            if connection.request.transport is not None:
                connection.request.transport.abort()

    def duplicate_next(self) -> None:
        """Deliver the next envelope twice, on different connections where there are two."""
        self._duplicate = True

    def stall(self, *, deaf: bool = False) -> None:
        """Let nothing more arrive on the open connections, though they stay; `deaf`: no pongs either."""
        for connection in self._open:
            connection.stalled = True
            if deaf and isinstance(connection.request.transport, asyncio.Transport):
                connection.request.transport.pause_reading()

    def unstall(self) -> None:
        """Let the open connections live again."""
        for connection in self._open:
            connection.stalled = False
            if isinstance(connection.request.transport, asyncio.Transport):
                connection.request.transport.resume_reading()

    # --- delivery -------------------------------------------------------------------------------------------

    async def deliver(self, envelope: Envelope) -> None:
        """Send an envelope to the connection whose turn it is."""
        self._sent[envelope.id] = envelope
        self._core.spawn(self._watch(envelope))
        if not self._open:
            self._stranded(envelope)
            return
        await self._send(envelope, self._next())
        if self._duplicate:
            self._duplicate = False
            await self._send(envelope, self._next())

    def _next(self) -> Connection:
        self._turn += 1
        return self._open[self._turn % len(self._open)]

    def _stranded(self, envelope: Envelope) -> None:
        """Nobody is connected: an event waits for somebody, a person is told at once."""
        if envelope.is_event:
            self._waiting.append(envelope)
        else:
            envelope.fail("dispatch_failed")

    async def _send(self, envelope: Envelope, connection: Connection) -> None:
        frame: Json = {
            "envelope_id": envelope.id,
            "type": envelope.kind,
            "accepts_response_payload": envelope.accepts,
            "payload": envelope.deed.payload,
        }
        if envelope.is_event:
            frame |= {"retry_attempt": envelope.attempt, "retry_reason": envelope.reason}
        connection.held.add(envelope.id)
        if not connection.stalled:
            envelope.deliveries += 1
            await connection.send(frame)

    async def _watch(self, envelope: Envelope) -> None:
        """See that the envelope is acknowledged in time; an event is sent again when it is not."""
        while True:
            await asyncio.sleep(self._core.ack_within)
            if envelope.acks or envelope.deed.failed:
                return
            held = any(envelope.id in each.held and not each.stalled for each in self._open)
            if envelope.deliveries and held:
                self._core.violate(f"late ack: {envelope.deed.kind} was not acknowledged in time")
            if not envelope.is_event:
                envelope.fail("operation_timeout")
                return
            if envelope.attempt == _RETRIES:
                return
            envelope.attempt, envelope.reason = envelope.attempt + 1, "timeout"
            if self._open and envelope not in self._waiting:
                await self._send(envelope, self._next())

    # --- connections ----------------------------------------------------------------------------------------

    def _issue(self, _asked: Request) -> Json:
        if not self.enabled:
            raise ApiError("access_denied")
        ticket = secrets.token_hex(16)
        self._tickets[ticket] = self._core.clock.now() + _TICKET_LIFE
        base = self._core.base.replace("http", "ws", 1)
        return {"url": f"{base}/link/?ticket={ticket}&app_id={self._core.app_id}"}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection: its ticket is good once."""
        ticket = request.query.get("ticket", "")
        if ticket in self._used:
            self._core.violate("a ticket was used for a second connection")
        if self._tickets.pop(ticket, 0) < self._core.clock.now():
            return web.Response(status=403, text="invalid ticket")
        self._used.add(ticket)
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        if len(self._open) >= MOST:
            self.refused += 1
            await socket.send_json(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        connection = Connection(next(self._numbers), socket, request)
        await self._run(connection)
        return socket

    async def _run(self, connection: Connection) -> None:
        self._open.append(connection)
        pings = self._core.spawn(self._ping(connection))
        try:
            await connection.send(self._hello())
            self.opened += 1
            await self._flush()
            while True:
                message = await connection.socket.receive()
                if message.type is not WSMsgType.TEXT:
                    break
                self._take(message.data)
        finally:
            pings.cancel()
            self._forget(connection)

    async def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        for envelope in waiting:
            await self._send(envelope, self._next())

    async def _ping(self, connection: Connection) -> None:
        while not connection.socket.closed:
            await asyncio.sleep(self.ping_every)
            try:
                await connection.socket.ping(b"Ping from applink")
            except (ConnectionError, RuntimeError):
                return

    def _forget(self, connection: Connection) -> None:
        """Take a connection off; what it held without acknowledgement goes to another."""
        if connection not in self._open:
            return
        self._open.remove(connection)
        held = [self._sent[each] for each in connection.held if each in self._sent]
        for envelope in held:
            elsewhere = any(envelope.id in each.held for each in self._open)
            if envelope.acks or envelope.deed.failed or elsewhere:
                continue
            if self._open:
                self._core.spawn(self._send(envelope, self._next()))
            else:
                self._waiting.append(envelope)

    def _take(self, data: str) -> None:
        """Take a frame from the app: nothing but acknowledgements."""
        try:
            frame = json.loads(data)
        except ValueError:
            frame = None
        if not isinstance(frame, dict) or not isinstance(frame.get("envelope_id"), str):
            self._core.violate(f"a frame that is no acknowledgement: {data[:200]}")
            return
        if extra := frame.keys() - {"envelope_id", "payload"}:
            self._core.violate(f"an acknowledgement with unknown keys: {sorted(extra)}")
        envelope = self._sent.get(frame["envelope_id"])
        if envelope is None:
            self._core.violate(f"an acknowledgement of an unknown envelope: {frame['envelope_id'][:80]}")
        elif envelope.acks >= max(1, envelope.deliveries):
            self._core.violate(f"a second acknowledgement of {envelope.deed.kind}")
        else:
            envelope.acknowledge(frame.get("payload"), self._core.violate)

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "debug_info": {"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._core.app_id},
        }

    async def close_all(self) -> None:
        """End every connection."""
        self.unstall()
        for connection in self.connections:
            self._forget(connection)
            await connection.socket.close()


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-fake"}}
