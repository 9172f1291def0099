"""Gateway sessions and connections: numbered events, replay, one compression context per connection."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import deque
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from aiohttp import web

from tests.fakes.discord.basics import Intents, Json
from tests.fakes.discord.world import Guild

_REPLAY = 20_000  # events kept for a resume


@dataclass(frozen=True)
class _Close:
    code: int


class Connection:
    """One WebSocket. What is sent waits in a queue, so that order holds and nobody waits for the network."""

    def __init__(
        self, socket: web.WebSocketResponse, transport: asyncio.Transport | None, *, compressed: bool
    ) -> None:
        self.socket = socket
        self._transport = transport
        self.held = False  # events are kept back, to be replayed after a resume
        self.silent = False  # heartbeats are not acknowledged either
        self.beats = 0
        self.closed_with: int | None = None
        self._deflate = zlib.compressobj() if compressed else None
        self._queue: asyncio.Queue[Json | _Close] = asyncio.Queue()

    def put(self, op: int, data: Any, *, event: str | None = None, number: int | None = None) -> None:
        """Queue a frame."""
        self._queue.put_nowait({"op": op, "d": data, "s": number, "t": event})

    def close(self, code: int) -> None:
        """Close with a code after what is queued."""
        self._queue.put_nowait(_Close(code))

    def abort(self) -> None:
        """Cut the connection without a word."""
        if self._transport is not None:
            self._transport.abort()

    async def write(self) -> None:
        """Send what is queued until the connection ends."""
        while not self.socket.closed:
            item = await self._queue.get()
            if isinstance(item, _Close):
                self.closed_with = item.code
                await self.socket.close(code=item.code)
                return
            try:
                await self._send(item)
            except ConnectionError:
                return

    async def _send(self, frame: Json) -> None:
        text = json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
        if self._deflate is None:
            await self.socket.send_str(text)
            return
        packed = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        await self.socket.send_bytes(packed)


@dataclass(eq=False)
class Session:
    """What outlives a connection: the numbered events of one shard of one client."""

    id: str
    shard: tuple[int, int]
    intents: int
    connection: Connection | None = None
    sequence: int = 0
    ended: bool = False
    _delivered: int = 0
    _events: deque[tuple[int, str, Json]] = field(default_factory=lambda: deque(maxlen=_REPLAY))

    def wants(self, event: str, guild: Guild | None) -> bool:
        """Whether this session gets such an event: by its shard and by its intents."""
        index, count = self.shard
        if index != ((guild.id >> 22) % count if guild else 0):
            return False
        needed = _intent(event, guild)
        return not needed or bool(self.intents & needed)

    def add(self, event: str, data: Json) -> None:
        """Number an event, keep it, and send it where somebody listens."""
        self.sequence += 1
        self._events.append((self.sequence, event, data))
        self.flush()

    def flush(self) -> None:
        """Send the events that were not sent yet, unless they are held."""
        if self.connection is None or self.connection.held:
            return
        for number, event, data in reversed(list(takewhile(self._is_new, reversed(self._events)))):
            self.connection.put(0, data, event=event, number=number)
        self._delivered = self.sequence

    def _is_new(self, item: tuple[int, str, Json]) -> bool:
        return item[0] > self._delivered

    def resume(self, connection: Connection, number: int) -> None:
        """Go on over a new connection, with what came after event `number`."""
        self.connection = connection
        self._delivered = number
        self.add("RESUMED", {})


def _intent(event: str, guild: Guild | None) -> int:
    if event.startswith("MESSAGE_"):
        return Intents.GUILD_MESSAGES if guild else Intents.DIRECT_MESSAGES
    return Intents.GUILDS if event.startswith(("GUILD_", "CHANNEL_", "THREAD_")) else 0
