"""The gateway: HELLO, heartbeats, IDENTIFY, RESUME with replay, shards, and what can go wrong there."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord import payloads
from tests.fakes.discord.basics import ALL_INTENTS, PRIVILEGED, Json
from tests.fakes.discord.core import Core
from tests.fakes.discord.sessions import Connection, Session
from tests.fakes.discord.world import Guild

_API_VERSIONS = ("9", "10")
_FRAME_LIMIT = 4096  # bytes that a client may send at once
_SENDS_A_MINUTE = 120


class Gateway:
    """Serves WebSockets. Times are seconds; `identify_every` is the pace of IDENTIFYs per slot."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.heartbeat_interval = 41.25
        self.heartbeat_patience = 90.0  # without a heartbeat for so long a session is over
        self.identify_every = 5.0
        self.privileged = 0  # privileged intents switched on in the developer portal
        self.shard_limit = 2500  # guilds a shard may have
        self.identifies: list[Json] = []
        self.resumes: list[Json] = []
        self.connections: list[Connection] = []
        self.sessions: dict[str, Session] = {}
        self._refusals: deque[int] = deque()
        self._last_identify: dict[int, float] = {}
        self._ops: dict[int, Callable[[Connection, Any], None]] = {
            1: self._heartbeat,
            2: self._identify,
            3: self._ignore,
            4: self._ignore,
            6: self._resume,
            8: self._ignore,
        }

    # --- what a test does ----------------------------------------------------------------------------------

    def live(self) -> Iterator[tuple[Connection, Session]]:
        """Yield the connections that have a session."""
        for session in self.sessions.values():
            if session.connection is not None:
                yield session.connection, session

    def publish(self, event: str, data: Json, guild: Guild | None) -> None:
        """Give an event to every session that it is for."""
        if guild is not None and not guild.has_bot and event not in ("GUILD_DELETE", "INTERACTION_CREATE"):
            return
        for session in self.sessions.values():
            if session.wants(event, guild):
                session.add(event, data)

    def ask_to_reconnect(self) -> None:
        """Send op 7 to everybody."""
        for connection, _ in self.live():
            connection.put(7, None)

    def invalidate(self, *, resumable: bool) -> None:
        """Send op 9 to everybody; without `resumable` their sessions are over."""
        for connection, session in self.live():
            session.ended = session.ended or not resumable
            connection.put(9, resumable)

    def close(self, code: int) -> None:
        """Close every connection with a code; after 4004 and the like, and after 1000, sessions are over."""
        for connection, session in self.live():
            session.ended = session.ended or code in (1000, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014)
            connection.close(code)

    def drop(self) -> None:
        """Cut every connection."""
        for connection, _ in self.live():
            connection.abort()

    def refuse_identify(self, *codes: int) -> None:
        """Answer the next IDENTIFYs with these close codes, one each."""
        self._refusals.extend(codes)

    def hold(self, *, silent: bool = False) -> None:
        """Keep events from the present connections; `silent`: nor are heartbeats answered."""
        for connection, _ in self.live():
            connection.held, connection.silent = True, silent

    def release(self) -> None:
        """Send the events that were held."""
        for connection, session in self.live():
            connection.held = connection.silent = False
            session.flush()

    # --- connections ---------------------------------------------------------------------------------------

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection to its end."""
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        compressed = request.query.get("compress") == "zlib-stream"
        connection = Connection(socket, request.transport, compressed=compressed)
        self.connections.append(connection)
        writer = asyncio.create_task(connection.write())
        try:
            if request.query.get("v") not in _API_VERSIONS:
                connection.close(4012)
            connection.put(10, {"heartbeat_interval": int(self.heartbeat_interval * 1000)})
            await self._listen(connection)
        finally:
            self._leave(connection)
            connection.close(1000)  # ends the writer, after what is queued
            await asyncio.wait([writer], timeout=1.0)
            writer.cancel()
        return socket

    async def close_all(self) -> None:
        """End every connection, and forget the sessions."""
        for connection in self.connections:
            await connection.socket.close(code=1001)
        self.sessions.clear()

    async def _listen(self, connection: Connection) -> None:
        received: deque[float] = deque()
        while True:
            try:
                message = await connection.socket.receive(timeout=self.heartbeat_patience)
            except TimeoutError:
                connection.close(4009)
                return
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            received.append(self._core.clock.now())
            while received[0] < received[-1] - 60:
                received.popleft()
            self._hear(connection, message.data, crowded=len(received) > _SENDS_A_MINUTE)

    def _hear(self, connection: Connection, data: str | bytes, *, crowded: bool) -> None:
        if crowded:
            return connection.close(4008)
        try:
            frame = json.loads(data)
            op = frame["op"]
        except (ValueError, TypeError, KeyError):
            return connection.close(4002)
        if len(data) > _FRAME_LIMIT:
            return connection.close(4002)
        if op not in self._ops:
            return connection.close(4001)
        if op not in (1, 2, 6) and self._session_of(connection) is None:
            return connection.close(4003)
        return self._ops[op](connection, frame.get("d"))

    def _leave(self, connection: Connection) -> None:
        session = self._session_of(connection)
        if session is not None:
            session.connection = None
            # A client that says goodbye with 1000 or 1001 ends its session.
            session.ended = session.ended or connection.socket.close_code in (1000, 1001)
            if session.ended:
                self.sessions.pop(session.id, None)

    def _session_of(self, connection: Connection) -> Session | None:
        return next((each for each in self.sessions.values() if each.connection is connection), None)

    # --- what a client says --------------------------------------------------------------------------------

    def _heartbeat(self, connection: Connection, _data: Any) -> None:
        connection.beats += 1
        if not connection.silent:
            connection.put(11, None)

    def _ignore(self, _connection: Connection, _data: Any) -> None:
        """Presence, voice and member requests change nothing here."""

    def _identify(self, connection: Connection, data: Any) -> None:
        self.identifies.append(data)
        shard = tuple(data.get("shard") or (0, 1))
        code = self._refusal(connection, data, shard)
        if code:
            return connection.close(code)
        if not self._in_turn(shard[0]):
            return connection.put(9, False)  # noqa: FBT003 -- the value of a frame
        self._core.session_starts -= 1
        session = Session(secrets.token_hex(16), (shard[0], shard[1]), data["intents"], connection)
        self.sessions[session.id] = session
        self._greet(session)
        return None

    def _refusal(self, connection: Connection, data: Json, shard: tuple[int, ...]) -> int:
        intents = data.get("intents")
        checks = (
            (self._session_of(connection) is not None, 4005),
            (data.get("token") != self._core.token, 4004),
            (len(shard) != 2 or not 0 <= shard[0] < shard[1], 4010),
            (not isinstance(intents, int) or not 0 <= intents <= ALL_INTENTS, 4013),
            (bool((intents or 0) & PRIVILEGED & ~self.privileged), 4014),
        )
        for failed, code in checks:
            if failed:
                return code
        if len(self._guilds(shard)) > self.shard_limit:
            return 4011
        return self._refusals.popleft() if self._refusals else 0

    def _in_turn(self, shard: int) -> bool:
        slot = shard % self._core.max_concurrency
        now = self._core.clock.now()
        if now < self._last_identify.get(slot, 0.0) + self.identify_every:
            return False
        self._last_identify[slot] = now
        return self._core.session_starts > 0

    def _greet(self, session: Session) -> None:
        world = self._core.world
        guilds = self._guilds(session.shard)
        ready = {
            "v": 10,
            "user": payloads.own_user(world.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "private_channels": [],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self._core.told_gateway.rstrip("/"),
            "shard": list(session.shard),
            "application": {"id": str(world.application_id), "flags": 0},
        }
        session.add("READY", ready)
        for guild in guilds:
            if guild.available and session.wants("GUILD_CREATE", guild):
                session.add("GUILD_CREATE", payloads.guild_create(guild))

    def _guilds(self, shard: tuple[int, ...]) -> list[Guild]:
        index, count = shard
        known = self._core.world.guilds.values()
        return [guild for guild in known if guild.has_bot and (guild.id >> 22) % count == index]

    def _resume(self, connection: Connection, data: Any) -> None:
        self.resumes.append(data)
        session = self.sessions.get(str(data.get("session_id")))
        number = data.get("seq")
        if data.get("token") != self._core.token:
            connection.close(4004)
        elif session is None or session.ended:
            connection.put(9, False)  # noqa: FBT003 -- the value of a frame
        elif not isinstance(number, int) or number > session.sequence:
            connection.close(4007)
        else:
            session.resume(connection, number)
