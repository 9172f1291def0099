"""Remembers the server of each channel that gets alerts, also over restarts.

discord.py forgets a thread once it is archived, and a server once the bot is removed from it.
"""

from __future__ import annotations

from bot.ports import BotServices

_HOME, _LEFT = "discord:home:", "discord:left:"


class GuildIndex:
    """The server of each channel, and the servers with alerts that the bot was removed from."""

    def __init__(self, services: BotServices) -> None:
        self._services = services

    async def learn(self, guild_id: int, channel_id: int) -> None:
        """Store the server of a channel."""
        await self._services.set_value(f"{_HOME}{guild_id}:{channel_id}", "1")

    async def forget(self, guild_id: int, channel_id: int) -> None:
        """Forget a deleted channel."""
        if channel_id in await self.of(guild_id):
            await self._services.set_value(f"{_HOME}{guild_id}:{channel_id}", "")

    async def of(self, guild_id: int) -> set[int]:
        """Return the known channels of a server."""
        return set(_pairs(await self._services.list_values(f"{_HOME}{guild_id}:")))

    async def all(self) -> dict[int, int]:
        """Return every known channel with its server."""
        return _pairs(await self._services.list_values(_HOME))

    async def leave(self, guild_id: int) -> None:
        """Store that the bot was removed from a server."""
        await self._services.set_value(f"{_LEFT}{guild_id}", "1")

    async def left(self) -> set[int]:
        """Return the servers that the bot was removed from."""
        return {int(key.removeprefix(_LEFT)) for key in await self._services.list_values(_LEFT)}

    async def was_left(self, guild_id: int) -> bool:
        """Whether the bot was removed from a server."""
        return bool(await self._services.get_value(f"{_LEFT}{guild_id}"))

    async def come_back(self, guild_id: int) -> None:
        """Store that the bot is in a server again."""
        await self._services.set_value(f"{_LEFT}{guild_id}", "")


def _pairs(kept: dict[str, str]) -> dict[int, int]:
    found = {}
    for key in kept:
        guild, _, channel = key.removeprefix(_HOME).partition(":")
        found[int(channel)] = int(guild)
    return found
