"""Registers the bot's commands with Discord, once for all processes that start together."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from adapters.discord.errors import translate
from adapters.discord.gateway.client import Client
from adapters.discord.interactions import commands
from bot.errors import StoreError
from bot.ports import BotServices, SharedState

REGISTERED = "discord:commands"  # key of the application and the fingerprint of its commands
_REGISTERING = "discord:registering"  # key of the mark of the process that does it


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a process waits for another one that registers the commands. Times are seconds."""

    lease: float = 30.0  # after which the process that holds the mark is presumed dead
    pause: float = 0.2  # between two looks


PATIENCE = Patience()


async def sync(client: Client, services: BotServices, *, force: bool = False) -> bool:
    """Register the commands if they changed, or with `force`; return whether this process did it.

    TemporaryError or PermanentError when Discord refuses.
    """
    payload = commands.payload(services.commands)
    wanted = f"{client.application_id}:{commands.fingerprint(payload)}"

    async def is_done() -> bool:
        return not force and await services.get_value(REGISTERED) == wanted

    while not await is_done():
        if not await _begin(services.shared):
            await asyncio.sleep(PATIENCE.pause)
            continue
        try:
            if await is_done():  # by a process that ended between the two questions
                return False
            await client.http.bulk_upsert_global_commands(client.application_id or 0, payload)
            await services.set_value(REGISTERED, wanted)
        except Exception as error:
            raise translate(error) from error
        finally:
            with suppress(StoreError):
                await services.shared.unmark(_REGISTERING)
        return True
    return False


async def _begin(shared: SharedState) -> bool:
    """Whether this process is to register the commands, and no other one is about to."""
    try:
        return await shared.mark(_REGISTERING, PATIENCE.lease) is None
    except StoreError:
        return True  # that it was done cannot be stored either, and doing it twice does no harm
