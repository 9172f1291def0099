"""Who hears of what happens at the gateway: the two sides that `adapters.discord.gateway.client` talks to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from adapters.discord.sdk import discord


class Listener(Protocol):
    """Who hears what people do, and that the connection is there."""

    def online(self) -> None:
        """Hear that every shard is connected, again perhaps."""
        ...

    async def interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Hear that somebody used a command, clicked or types."""
        ...


class Watcher(Protocol):
    """Who hears of servers and channels that come and go."""

    async def complete(self) -> None:
        """Hear that the servers of every shard are in memory, after each new session."""
        ...

    async def channels_gone(self, guild_id: int, channel_ids: Sequence[int]) -> None:
        """Hear that channels or threads were deleted, for ever."""
        ...

    async def access_changed(self, guild: discord.Guild, channel_id: int | None = None) -> None:
        """Hear that the bot may now be able to write to a channel and its threads; None: anywhere there."""
        ...

    async def thread_open(self, thread: discord.Thread) -> None:
        """Hear of a thread that the bot may now be able to write to."""
        ...

    async def server_left(self, guild: discord.Guild) -> None:
        """Hear that the bot was removed from a server; an outage at Discord is another event."""
        ...

    async def server_joined(self, guild: discord.Guild) -> None:
        """Hear that the bot was added to a server, perhaps again."""
        ...

    async def server_available(self, guild: discord.Guild) -> None:
        """Hear that a server is in memory again after an outage."""
        ...

    def stop(self) -> None:
        """End what is under way."""
        ...
