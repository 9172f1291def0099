"""Searches a channel's history for a message that may have arrived, by its attempt key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.discord.gateway.client import Client
from adapters.discord.messages import destinations, views
from adapters.discord.sdk import discord
from bot.errors import PermanentError, Scope


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How a message that may have arrived is looked for."""

    # Seconds for which Discord remembers a nonce ("a few minutes": documentation, resources/message).
    nonce_lives: float = 120.0
    history: int = 500  # most messages to read in a channel
    posts: int = 50  # most archived posts to read in a forum


SEARCH = SearchSettings()


async def known(client: Client, channel_id: int) -> object:
    """Return a channel, from memory or else from Discord."""
    return client.get_channel(channel_id) or await client.fetch_channel(channel_id)


class Search:
    """Searches channels, threads and forums. Raises the errors of discord.py."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def find(self, channel_id: int, key: str, since: datetime) -> str | None:
        """Return the reference of the message with this key; None when it is not there.

        Where the bot may not read: None while the nonce prevents a second message, then PermanentError.
        """
        place = await known(self._client, channel_id)
        if isinstance(place, discord.ForumChannel):
            return await self._find_post(place, key, since)
        if isinstance(place, destinations.Place) and "Read Message History" in destinations.lacking(place):
            _refuse_after(since)
            return None
        history = self._client.get_partial_messageable(channel_id).history(
            limit=SEARCH.history, after=since, oldest_first=True
        )
        async for message in history:
            if message.author.id == self._own_id and views.bears(message, key):
                return f"{channel_id}/{message.id}"
        return None

    async def _find_post(self, forum: discord.ForumChannel, key: str, since: datetime) -> str | None:
        """Search the bot's own posts of a forum, active ones first."""
        active = [each for each in await forum.guild.active_threads() if each.parent_id == forum.id]
        archived = [each async for each in forum.archived_threads(limit=SEARCH.posts)]
        for thread in [*active, *archived]:
            created = discord.utils.snowflake_time(thread.id)
            if thread.owner_id != self._own_id or created < since - timedelta(seconds=1):
                continue
            try:
                first = await thread.fetch_message(thread.id)
            except discord.NotFound:
                continue  # its first message was deleted
            if views.bears(first, key):
                return f"{thread.id}/{first.id}"
        return None

    @property
    def _own_id(self) -> int:
        return self._client.user.id if self._client.user else 0


def _refuse_after(since: datetime) -> None:
    """Raise PermanentError when the nonce is too old to prevent a second message."""
    if datetime.now(UTC) - since > timedelta(seconds=SEARCH.nonce_lives):
        raise PermanentError(
            "The bot cannot tell whether its last message arrived; give it Read Message History there.",
            scope=Scope.DESTINATION,
        )
