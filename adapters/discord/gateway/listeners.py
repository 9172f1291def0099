"""The two receivers of gateway events that `adapters.discord.gateway.client` calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from adapters.discord.sdk import discord


class Listener(Protocol):
    """Receives interactions, and the news that the connection is up."""

    def online(self) -> None:
        """Note that every shard is connected, perhaps again."""
        ...

    async def interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Handle a command, a click, or what somebody types into an option."""
        ...


class Watcher(Protocol):
    """Receives changes of servers and channels."""

    async def complete(self) -> None:
        """Note, after each new session, that the servers of every shard are in memory."""
        ...

    async def channels_gone(self, guild_id: int, channel_ids: Sequence[int]) -> None:
        """Note that channels or threads were deleted for good."""
        ...

    async def access_changed(self, guild: discord.Guild, channel_id: int | None = None) -> None:
        """Note that the bot may now have access to a channel and its threads, or (None) to any channel."""
        ...

    async def thread_open(self, thread: discord.Thread) -> None:
        """Note that the bot may now have access to a thread."""
        ...

    async def server_left(self, guild: discord.Guild) -> None:
        """Note that the bot was removed from a server. An outage of the server is not reported here."""
        ...

    async def server_joined(self, guild: discord.Guild) -> None:
        """Note that the bot was added to a server, perhaps again."""
        ...

    async def server_available(self, guild: discord.Guild) -> None:
        """Note that a server is in memory again after an outage."""
        ...

    def stop(self) -> None:
        """Cancel background work."""
        ...
