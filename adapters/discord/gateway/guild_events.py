"""Reports changes of servers and channels to the bot, including those made while it was not running."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Iterable, Sequence

from adapters.discord.errors import DELETED, is_gone, translate, where
from adapters.discord.gateway.client import Client
from adapters.discord.gateway.guild_index import GuildIndex
from adapters.discord.messages import destinations
from adapters.discord.sdk import discord
from bot.errors import PermanentError, Scope
from bot.ports import BotServices
from bot.text.sanitize import one_line

LOOK_EVERY = 1.0  # seconds between requests: a refused one counts as invalid, see `rate_limit`
_MEND = "Invite it again; bystander discord-invite prints the link."

_log = logging.getLogger(__name__)


class GuildEvents:
    """Reports the changes seen over one connection (`adapters.discord.gateway.listeners.Watcher`).

    `renewed`: whether there was another connection before this one.
    """

    def __init__(
        self, client: Client, guild_index: GuildIndex, services: BotServices, *, renewed: bool = False
    ) -> None:
        self._client = client
        self._guild_index = guild_index
        self._services = services
        self._renewed = renewed  # whether another session may have left objects
        self._comparing: asyncio.Task[None] | None = None

    # --- what happens while it runs -----------------------------------------------------------------------

    async def channels_gone(self, guild_id: int, channel_ids: Sequence[int]) -> None:
        """End the alerts of deleted channels."""
        await self._services.gone([destinations.channel_address(each) for each in channel_ids], DELETED)
        for each in channel_ids:
            await self._guild_index.forget(guild_id, each)

    async def access_changed(self, guild: discord.Guild, channel_id: int | None = None) -> None:
        """Resume a channel and its threads, or all channels of a server, if the bot may write there now."""
        for each in await self._destinations_in(guild):
            place = guild.get_channel_or_thread(each)
            if place is None:  # an archived thread: its channel is not known, so just try to send again
                await self._services.reachable(destinations.channel_address(each))
            elif channel_id in (None, each, getattr(place, "parent_id", None)):
                await self._resume(place)

    async def thread_open(self, thread: discord.Thread) -> None:
        """Resume a thread, if the bot may write there."""
        await self._resume(thread)

    async def server_left(self, guild: discord.Guild) -> None:
        """Park the alerts of a server until the bot is invited again."""
        name = one_line(guild.name, 100)
        await self._leave(
            guild.id,
            await self._destinations_in(guild),
            f"The bot was removed from the server “{name}”. {_MEND}",
        )

    async def server_joined(self, guild: discord.Guild) -> None:
        """Resume the alerts of a server in the channels that the bot may write to."""
        await self.access_changed(guild)
        await self._guild_index.come_back(guild.id)

    async def server_available(self, guild: discord.Guild) -> None:
        """Resume the alerts of a server that the bot was removed from and is in again."""
        if await self._guild_index.was_left(guild.id):
            await self.server_joined(guild)

    async def complete(self) -> None:
        """Start comparing, in the background, the channels that get alerts with those that exist."""
        self.stop()
        if self._renewed:
            # A session builds new objects for every server. The old ones form reference cycles in the oldest
            # generation, which is collected rarely: without this call, memory grows with each session.
            gc.collect()
        self._renewed = True
        self._comparing = asyncio.create_task(self._compare())

    def stop(self) -> None:
        """Cancel the comparison."""
        if self._comparing is not None:
            self._comparing.cancel()

    # --- what happened while it did not ---------------------------------------------------------------------

    async def _compare(self) -> None:
        try:
            missing = await self._look_around()
            for channel_id in missing:
                await self._look_up(channel_id, missing[channel_id])
                await asyncio.sleep(LOOK_EVERY)
        except Exception as error:  # noqa: BLE001 -- the next alert to such a channel finds out as well
            _log.error("Comparing the channels with those on Discord failed: %s", where(error))

    async def _look_around(self) -> dict[int, int | None]:
        """Park the channels of servers that the bot was removed from; resume those of servers it is in again.

        Return the channels that are not in memory, each with the id of its server or None.
        """
        known = await self._known()
        guild_index = await self._homes_of(known)
        left: dict[int, list[int]] = {}
        missing: dict[int, int | None] = {}
        for channel_id in known:
            guild_id = guild_index.get(channel_id)
            guild = self._client.get_guild(guild_id) if guild_id else None
            if guild_id and not self._client.serves(guild_id):
                continue  # another process serves it
            if guild_id and guild is None:
                left.setdefault(guild_id, []).append(channel_id)
            elif guild is None or not (guild.unavailable or guild.get_channel_or_thread(channel_id)):
                missing[channel_id] = guild_id
        for guild_id, channel_ids in left.items():
            await self._leave(guild_id, channel_ids, f"The bot is not in that server any more. {_MEND}")
        for guild_id in await self._guild_index.left():
            if (guild := self._client.get_guild(guild_id)) and not guild.unavailable:
                await self.server_joined(guild)
        return missing

    async def _look_up(self, channel_id: int, guild_id: int | None) -> None:
        """Ask Discord for a channel that is not in memory, which is normal for an archived thread."""
        address = destinations.channel_address(channel_id)
        try:
            found = await self._client.http.get_channel(channel_id)
        except Exception as error:  # noqa: BLE001 -- `translate` maps every error
            if is_gone(error):
                await self.channels_gone(guild_id or 0, [channel_id])
                return
            wrong = translate(error)
            if isinstance(wrong, PermanentError) and wrong.scope is Scope.DESTINATION:
                await self._services.unreachable([address], str(wrong))
            return
        if guild_id is None and (home := found.get("guild_id")):
            await self._guild_index.learn(int(str(home)), channel_id)

    # --- parts ----------------------------------------------------------------------------------------------

    async def _resume(self, place: destinations.Place) -> None:
        if _usable(place):
            await self._services.reachable(destinations.channel_address(place.id))

    async def _known(self) -> set[int]:
        """Return the ids of all channels that get alerts."""
        beginning = destinations.channel_address(0).removesuffix("0")
        ids = (each.removeprefix(beginning) for each in await self._services.addresses(beginning))
        return {int(each) for each in ids if each.isdecimal()}

    async def _destinations_in(self, guild: discord.Guild) -> list[int]:
        seen = {each.id for each in (*guild.channels, *guild.threads)}
        return sorted((seen | await self._guild_index.of(guild.id)) & await self._known())

    async def _homes_of(self, known: set[int]) -> dict[int, int]:
        """Return the server of each known channel; channels found in memory are added to the index."""
        guild_index = await self._guild_index.all()
        if new := known - guild_index.keys():
            for guild in self._client.guilds:
                for each in (*guild.channels, *guild.threads):
                    if each.id in new:
                        guild_index[each.id] = guild.id
                        await self._guild_index.learn(guild.id, each.id)
                await asyncio.sleep(0)  # let other tasks run: there may be thousands of servers
        return guild_index

    async def _leave(self, guild_id: int, channel_ids: Iterable[int], reason: str) -> None:
        if addresses := [destinations.channel_address(each) for each in channel_ids]:
            await self._guild_index.leave(guild_id)
            await self._services.unreachable(addresses, reason)


def _usable(place: destinations.Place) -> bool:
    return destinations.takes_messages(place) and not destinations.lacking(place)
