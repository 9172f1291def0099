"""Checks the frames of the gateway, so that an unusable frame only makes its own shard reconnect.

Without the checks, discord.py ends all shards after an unexpected error in one. It also accepts any interval
for heartbeats: with a negative one its thread would send them without a pause.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

import aiohttp

from bot.text.bounds import seconds

_HELLO = 10
_SHORTEST, _LONGEST = 1.0, 600.0  # seconds between heartbeats; Discord asks for about 41
_CLOSE = 4000  # a code after which discord.py may reconnect
_BROKEN = (ValueError, TypeError, KeyError, AttributeError, RecursionError, zlib.error)


class FrameError(aiohttp.ClientError):
    """An unusable frame. After an aiohttp error discord.py reconnects the shard with back-off."""


def guard(socket: Any) -> None:
    """Check the frames that a discord.py websocket receives from now on."""
    receive = socket.received_message

    async def received_message(message: Any) -> None:
        try:
            await receive(message)
        except FrameError:
            await socket.close(_CLOSE)
            raise
        except _BROKEN as error:
            await socket.close(_CLOSE)
            raise FrameError(f"Discord sent a frame that cannot be read ({type(error).__name__}).") from error

    socket.received_message = received_message
    socket.log_receive = check_hello  # discord.py calls it with each decompressed frame


def check_hello(frame: str) -> None:
    """Raise FrameError for a HELLO whose heartbeat interval is not a number from 1 to 600 seconds."""
    if "heartbeat_interval" not in frame:  # a cheap test, so that other frames are not parsed twice
        return
    told = json.loads(frame)
    if isinstance(told, dict) and told.get("op") == _HELLO:
        interval = told["d"]["heartbeat_interval"]
        wait = seconds(interval, -1.0, 2 * _LONGEST * 1000) / 1000  # sent in milliseconds
        if isinstance(interval, str) or not _SHORTEST <= wait <= _LONGEST:
            raise FrameError("Discord asks for heartbeats at an interval that is no usable number.")
