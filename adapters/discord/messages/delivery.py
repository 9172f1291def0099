"""Sends, edits and finds messages. Every error is raised as a TemporaryError or a PermanentError."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import aiohttp
from cachetools import LRUCache, TTLCache

from adapters.discord.errors import DELETED, TABLE, Code, code_of, is_gone, translate
from adapters.discord.gateway.client import Client
from adapters.discord.gateway.rate_limit import RateLimiter
from adapters.discord.messages import destinations, views
from adapters.discord.messages.card import Card
from adapters.discord.messages.doubt import Doubts
from adapters.discord.messages.markdown import with_names
from adapters.discord.messages.render import card, thread_name
from adapters.discord.messages.search import Search, known
from adapters.discord.sdk import discord
from bot.errors import DeliveryError, PermanentError, Scope, TemporaryError
from bot.model import Alert, Destination, Message, Notice
from bot.ports import BotServices

_NOT_EDITED = "The thread is archived and locked, so the message cannot be edited."
# Discord answers a plain message to a forum with one of these codes; it does not document which.
_MAYBE_A_FORUM = (Code.NOT_IN_A_FORUM, Code.NO_TEXT_CHANNEL)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is done at the same time, and for how long. Times are seconds."""

    call: float = 25.0  # one call of the outbox, so that a stop does not wait long
    publishing: float = 5.0
    asked: float = 3600.0  # since Discord was asked what a channel is
    deliveries: int = 100  # at the same time
    greetings: int = 4  # at the same time, so that many of them delay no alert
    openings: int = 4  # of direct-message channels at the same time: their rate limit is small
    direct_channels: int = 10_000  # remembered in memory


LIMITS = Limits()


class Delivery:
    """Delivers messages over one connection. `publish`: whether to publish those in announcement channels."""

    def __init__(
        self, client: Client, pace: RateLimiter, services: BotServices, *, publish: bool = False
    ) -> None:
        self._client = client
        self._pace = pace
        self._services = services
        self._publish = publish
        self._room = asyncio.Semaphore(LIMITS.deliveries)
        self._welcome = asyncio.Semaphore(LIMITS.greetings)
        self._openings = asyncio.Semaphore(LIMITS.openings)
        self._doubts = Doubts(services.shared)
        self._search = Search(client)
        self._dms: LRUCache[int, int] = LRUCache(LIMITS.direct_channels)
        self._forums: set[int] = set()
        self._asked: TTLCache[int, object] = TTLCache(LIMITS.direct_channels, LIMITS.asked)  # channels

    async def send(self, destination: Destination, message: Message, key: str) -> str:
        """Send a message; the reference is "channel id/message id"."""
        kind, place_id = destinations.read_address(destination.local)
        async with self._doubts.about(destination.address, key, Scope.DESTINATION):
            if kind == "user":
                channel_id = await self._dm_channel(place_id)
                async with self._room, self._call():
                    return await self._send_to_person(place_id, channel_id, message, key)
            async with self._room, self._call(destination.address), self._pace.alone(place_id):
                return await self._send(place_id, message, key)

    async def greet(self, user_id: int, text: str, key: str) -> None:
        """Send a person their first direct message, unless one has reached them before."""
        async with self._pace.alone(user_id), self._welcome:
            if not await self._services.get_value(_dm_key(user_id)):
                await self.send(Destination(0, destinations.user_address(user_id)), Notice(text), key)

    async def edit(self, destination: Destination, reference: str, message: Message, key: str) -> str:
        """Edit a message; unarchive its thread first where that is necessary and allowed."""
        channel_id, message_id = _ids(reference)
        in_doubt = self._doubts.about(destination.address, key, Scope.MESSAGE)
        async with in_doubt, self._room, self._call(), self._pace.alone(channel_id):
            made = _made(message, key)
            sent = self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
            try:
                await self._edit(sent, made, key)
            except discord.HTTPException as error:
                if is_gone(error):
                    raise await self._gone_with_its_place(destination, channel_id) from None
                if code_of(error) in (Code.ARCHIVED, Code.LOCKED):  # parks no channel: only an edit failed
                    raise PermanentError(_NOT_EDITED, scope=Scope.MESSAGE) from None
                raise
        return reference

    async def _edit(self, sent: discord.PartialMessage, made: Card, key: str) -> None:
        """Edit a message. Discord refuses edits in an archived thread; such a thread is unarchived first."""
        try:
            await sent.edit(**_body(made, key))
        except discord.HTTPException as error:
            if code_of(error) != Code.ARCHIVED:
                raise
            await self._unarchive(sent.channel.id)
            await sent.edit(**_body(made, key))

    async def _gone_with_its_place(self, destination: Destination, channel_id: int) -> PermanentError:
        """Return the error that ends the edits; report the channel, unless only a forum post was deleted."""
        if channel_id == destinations.read_address(destination.local)[1]:
            await self._services.gone([destination.address], DELETED)
        return PermanentError(TABLE[Code.MESSAGE_GONE].text, scope=Scope.MESSAGE)

    async def find(self, destination: Destination, key: str, since: datetime) -> str | None:
        """Return the reference of the message with this key from its channel's history; None if not found."""
        try:
            kind, place_id = destinations.read_address(destination.local)
        except PermanentError:
            return None  # the address is not valid, so nothing was sent there
        if kind == "user":
            return await self._find_in_dm(place_id, key, since)
        async with self._call(destination.address):
            return await self._search.find(place_id, key, since)

    async def _find_in_dm(self, user_id: int, key: str, since: datetime) -> str | None:
        channel_id = await self._dm_channel(user_id)
        async with self._call():
            try:
                return await self._search.find(channel_id, key, since)
            except discord.HTTPException as error:
                if not is_gone(error):
                    raise
                await self._forget_dm(user_id)  # a channel that does not exist has no messages
        return None

    async def _send_to_person(self, user_id: int, channel_id: int, message: Message, key: str) -> str:
        """Send a direct message. Its channel is stored on success, and forgotten if Discord refuses it."""
        try:
            async with self._pace.alone(channel_id):
                reference = await self._send(channel_id, message, key)
        except discord.HTTPException as error:
            if is_gone(error):
                await self._forget_dm(user_id)
                raise TemporaryError("The direct messages are at another address now; it is asked.") from None
            if isinstance(translate(error), PermanentError):
                await self._forget_dm(user_id)
            raise
        if not await self._services.get_value(_dm_key(user_id)):
            await self._services.set_value(_dm_key(user_id), str(channel_id))
        return reference

    async def _forget_dm(self, user_id: int) -> None:
        self._dms.pop(user_id, None)
        await self._services.set_value(_dm_key(user_id), "")

    async def _dm_channel(self, user_id: int) -> int:
        """Return the channel of direct messages with a user; open it if it is not known."""
        async with self._call():
            known = self._dms.get(user_id) or int(await self._services.get_value(_dm_key(user_id)) or 0)
        if not known:
            async with self._openings, self._call():
                # Not `create_dm`: it would return a cached channel even after Discord deleted it.
                known = int((await self._client.http.start_private_message(user_id))["id"])
        self._dms[user_id] = known
        return known

    async def _send(self, channel_id: int, message: Message, key: str) -> str:
        if channel_id in self._forums:
            return await self._post(channel_id, message, key)
        made = _made(message, key)
        target = self._client.get_partial_messageable(channel_id)
        try:
            sent = await target.send(**_body(made, key), nonce=key, allowed_mentions=views.mentions(made))
        except discord.HTTPException as error:
            if code_of(error) == Code.MESSAGE_GONE:  # sent with this nonce before, and deleted since
                return ""
            if code_of(error) not in _MAYBE_A_FORUM:
                raise
            return await self._post(channel_id, message, key)
        if self._publish:
            await self._publish_message(sent)
        return f"{channel_id}/{sent.id}"

    async def _post(self, forum_id: int, message: Message, key: str) -> str:
        """Open a post in a forum or media channel.

        A forum is recognised when Discord refuses a plain message. Looking its channel up first would search
        all servers in memory, which is too slow for every message.
        """
        forum = await known(self._client, forum_id)
        if not isinstance(forum, discord.ForumChannel):
            self._forums.discard(forum_id)
            raise PermanentError(TABLE[Code.NO_TEXT_CHANNEL].text, scope=Scope.DESTINATION)
        self._forums.add(forum_id)
        categories = message.post.filing.categories if isinstance(message, Alert) else ()
        made = _made(message, key)
        opened = await forum.create_thread(
            name=thread_name(message),
            **_body(made, key),
            applied_tags=destinations.tags_for(forum, categories),
            allowed_mentions=views.mentions(made),
        )
        return f"{opened.thread.id}/{opened.message.id}"

    async def _publish_message(self, message: discord.Message) -> None:
        """Publish a sent message of an announcement channel within the hourly limit; only log a failure."""
        channel_id = message.channel.id
        if not await self._is_announcement(channel_id):
            return
        if not await self._pace.may_publish(channel_id):
            _log.info("Channel %d has published all it may this hour; one message stays there.", channel_id)
            return
        try:
            # Without a time-out discord.py would sleep until the rate limit allows it.
            async with asyncio.timeout(LIMITS.publishing):
                await message.publish()
        except (discord.DiscordException, aiohttp.ClientError, OSError, DeliveryError) as error:
            _log.warning("A message in channel %d is not published: %s", channel_id, translate(error))

    async def _is_announcement(self, channel_id: int) -> bool:
        """Whether a channel is one of announcements.

        A process that does not listen to the channel's server asks Discord, once an hour.
        """
        place: object = self._client.get_channel(channel_id) or self._asked.get(channel_id)
        if place is None:
            try:
                place = self._asked[channel_id] = await self._client.fetch_channel(channel_id)
            except (discord.DiscordException, aiohttp.ClientError, OSError, DeliveryError) as error:
                _log.warning("Whether channel %d publishes is not known: %s", channel_id, translate(error))
        return isinstance(place, discord.TextChannel) and place.is_news()

    async def _unarchive(self, channel_id: int) -> None:
        thread = await self._client.fetch_channel(channel_id)
        if isinstance(thread, discord.Thread):
            if thread.locked and not thread.permissions_for(thread.guild.me).manage_threads:
                raise PermanentError(_NOT_EDITED, scope=Scope.MESSAGE)
            await thread.edit(archived=False)

    @asynccontextmanager
    async def _call(self, address: str = "") -> AsyncIterator[None]:
        """Limit the time of a call, translate every error, and report a deleted channel to the bot.

        The report comes before the error, so that admins get only one notice.
        """
        try:
            async with asyncio.timeout(LIMITS.call):
                yield
        except Exception as error:
            if address and is_gone(error):
                await self._services.gone([address], DELETED)
            raise translate(error) from error


def _body(made: Card, key: str) -> dict[str, Any]:
    """Return the arguments that sending and editing share."""
    shown = views.view(views.with_key(made, key))
    return {"content": made.content or None, "embeds": views.embeds(made), "view": shown}


def _made(message: Message, key: str) -> Card:
    made = card(message, key=key)
    named = with_names(made.content) if isinstance(message, Notice) else made.content
    return replace(made, content=named)


def _ids(reference: str) -> tuple[int, int]:
    channel, _, message = reference.partition("/")
    if not (channel.isdecimal() and message.isdecimal()):
        raise PermanentError("There is no such message to edit.", scope=Scope.MESSAGE)
    return int(channel), int(message)


def _dm_key(user_id: int) -> str:
    return f"discord:dm:{user_id}"
