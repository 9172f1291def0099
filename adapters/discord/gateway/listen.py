"""Runs the connection to the gateway, for as long as this process is the one that listens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adapters.discord.gateway.client import Client
from bot.errors import TemporaryError
from bot.ports import Door, Doorkeeper


@dataclass(frozen=True, slots=True)
class ListenSettings:
    """How long the gateway is waited for."""

    patience: float = 10.0  # seconds that a start waits for the gateway
    shard_patience: float = 10.0  # more seconds for each shard until a start is given up
    last_words: float = 3.0  # seconds that running tasks get when a connection ends


LISTENING = ListenSettings()

_log = logging.getLogger(__name__)


def door_of(shards: tuple[int, int, int] | None) -> Door:
    """Return the door of a process. Two sessions of a shard would both get each of its events.

    (Documentation, events/gateway, sharding: sessions with the same shard and number are allowed.)
    """
    return Door("discord") if shards is None else Door("discord", *shards)


async def listen(client: Client, keeper: Doorkeeper, last_words: Callable[[], Awaitable[None]]) -> None:
    """Wait until this process holds the door, then run the gateway connection; close the client at its end.

    Return when another process may listen. Raise what ended the connection otherwise. `last_words`: waits
    for the answers that are under way.
    """
    prepared = client.is_prepared and keeper.held
    if not keeper.held:
        _log.info("Another process listens on Discord; this one stands by.")
        await keeper.until_held()
        _log.warning("This process listens on Discord now.")
    lost = asyncio.create_task(keeper.until_lost())
    connection = asyncio.create_task(_connect(client, prepared=prepared))
    try:
        await asyncio.wait({lost, connection}, return_when=asyncio.FIRST_COMPLETED)
        if connection.done():
            await connection
            raise TemporaryError("the connection ended.")
        _log.warning("This process does not listen on Discord any more: another one may.")
        await last_words()
    finally:
        lost.cancel()
        await _end(client, connection)


async def _end(client: Client, connection: asyncio.Task[None]) -> None:
    """Close the client, then end its task: discord.py swallows a cancellation while it reconnects."""
    await client.close()
    connection.cancel()
    await asyncio.wait({connection}, timeout=LISTENING.last_words)


async def _connect(client: Client, *, prepared: bool) -> None:
    """Run the gateway connection until it ends; give up a start that takes too long.

    `prepared`: whether Discord was asked just now for the limits on session starts.
    """
    if not prepared:
        await client.prepare()
    await asyncio.sleep(client.start_after)
    connection = asyncio.create_task(client.connect())
    up = asyncio.create_task(client.up.wait())
    patience = LISTENING.patience + LISTENING.shard_patience * client.shards_here
    try:
        await asyncio.wait({connection, up}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        if not connection.done() and not client.up.is_set():
            raise TemporaryError("the gateway does not answer.")
        await asyncio.wait({connection})
        connection.result()
    finally:
        await client.close()
        for task in (connection, up):
            task.cancel()
        await asyncio.wait({connection, up}, timeout=LISTENING.last_words)
