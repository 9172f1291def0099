"""Calls about an interaction that are retried when the connection breaks, or whose errors are ignored."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import aiohttp

from adapters.discord.errors import code_of
from adapters.discord.sdk import discord
from bot.errors import DeliveryError

PAUSES = (0.5, 2.0)  # seconds before each retry after a broken connection
ANSWERED = 40060  # "Interaction has already been acknowledged"
BROKEN = (aiohttp.ClientError, OSError)
MISUNDERSTOOD = "That could not be understood; please ask again, with the command."

_Interaction = discord.Interaction[Any]
_log = logging.getLogger(__name__)


async def apologize(interaction: _Interaction) -> None:
    """Say that an interaction could not be handled, so that nobody waits. Errors of this call are ignored."""
    with suppress(discord.DiscordException, DeliveryError, *BROKEN):
        if interaction.type is discord.InteractionType.autocomplete:
            await interaction.response.autocomplete([])
        elif interaction.response.is_done():
            await interaction.followup.send(MISUNDERSTOOD, ephemeral=True)
        else:
            await interaction.response.send_message(MISUNDERSTOOD, ephemeral=True)


async def defer(interaction: _Interaction, *, thinking: bool = False) -> None:
    """Tell Discord that an answer follows. If only its response is lost, the command goes on.

    HTTPException with the code ANSWERED: it follows from another process, so the command must not run here.
    """
    broke_off = False

    async def ask() -> None:
        nonlocal broke_off
        try:
            await interaction.response.defer(ephemeral=thinking, thinking=thinking)
        except BROKEN:
            broke_off = True
            raise

    try:
        await persist(ask, PAUSES[:1])
    except BROKEN as error:
        _log.info("Discord may not know that an answer follows: %s", error)
    except discord.HTTPException as error:
        if error.code != ANSWERED or not broke_off:  # else the first attempt has arrived
            raise


def is_answered_elsewhere(error: Exception) -> bool:
    """Whether Discord refuses an answer because another process, which listens too for a moment, gave one."""
    return isinstance(error, discord.HTTPException) and code_of(error) == ANSWERED


async def persist(ask: Callable[[], Awaitable[None]], pauses: Sequence[float] = PAUSES) -> None:
    """Retry a call after each pause while the connection breaks. The call must be idempotent."""
    for pause in pauses:
        try:
            return await ask()
        except BROKEN as error:
            _log.info("The connection to Discord broke off, again in %.1f s: %s", pause, error)
            await asyncio.sleep(pause)
    return await ask()
