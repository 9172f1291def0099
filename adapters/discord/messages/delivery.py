"""Messages out: sent, edited, found again. Every error leaves as one of the two that the outbox knows."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import aiohttp
from cachetools import LRUCache

from adapters.discord.errors import (
    ARCHIVED,
    DELETED,
    LOCKED,
    MESSAGE_GONE,
    NO_TEXT_CHANNEL,
    NOT_IN_A_FORUM,
    TABLE,
    code_of,
    is_gone,
    translate,
)
from adapters.discord.gateway.client import Client
from adapters.discord.gateway.rate_limit import RateLimiter, SlidingWindow
from adapters.discord.messages import destinations, views
from adapters.discord.messages.doubt import Doubts
from adapters.discord.messages.markdown import with_names
from adapters.discord.messages.render import Card, card, thread_name
from adapters.discord.messages.search import Search, known
from adapters.discord.sdk import discord
from bot.errors import DeliveryError, PermanentError, Scope, TemporaryError
from bot.model import Alert, Destination, Message, Notice
from bot.ports import BotServices

CALL_LIMIT = 25.0  # seconds for one call of the outbox, so that a stop is not kept waiting
MOST_DMS = 10_000  # direct-message channels remembered in memory
PUBLISH_LIMIT = 5.0  # seconds
PUBLISHED = (10, 3600.0)  # messages an announcement channel may publish, in so many seconds
AT_ONCE = 100  # deliveries under way
GREETINGS_AT_ONCE = 4  # so that many at once keep no alert waiting
OPENINGS_AT_ONCE = 4  # of direct-message channels, whose bucket is small; the others wait outside the room
_NOT_EDITED = "The thread is archived and locked, so the message cannot be edited."
_LOOK_WHAT_IT_IS = (
    NOT_IN_A_FORUM,
    NO_TEXT_CHANNEL,
)  # nobody writes which one a plain message to a forum meets

_log = logging.getLogger(__name__)


class Delivery:
    """Sends for one connection. `publish`: whether messages in announcement channels are published."""

    def __init__(
        self, client: Client, pace: RateLimiter, services: BotServices, *, publish: bool = False
    ) -> None:
        self._client = client
        self._pace = pace
        self._services = services
        self._publish = publish
        self._published = SlidingWindow(*PUBLISHED)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._welcome = asyncio.Semaphore(GREETINGS_AT_ONCE)
        self._openings = asyncio.Semaphore(OPENINGS_AT_ONCE)
        self._doubts = Doubts()
        self._search = Search(client)
        self._dms: LRUCache[int, int] = LRUCache(MOST_DMS)
        self._forums: set[int] = set()

    async def send(self, destination: Destination, message: Message, key: str) -> str:
        """Send a message; the reference is "channel id/message id"."""
        kind, place_id = destinations.read_address(destination.local)
        with self._doubts.about(destination.address, Scope.DESTINATION):
            if kind == "user":
                channel_id = await self._dm_channel(place_id)
                async with self._room, self._call():
                    return await self._send_to_person(place_id, channel_id, message, key)
            async with self._room, self._call(destination.address), self._pace.alone(place_id):
                return await self._send(place_id, message, key)

    async def greet(self, user_id: int, text: str, key: str) -> None:
        """Send a person their first direct message, unless one is known to have reached them."""
        async with self._pace.alone(user_id), self._welcome:
            if not await self._services.get_value(_dm_key(user_id)):
                await self.send(Destination(0, destinations.user_address(user_id)), Notice(text), key)

    async def edit(self, destination: Destination, reference: str, message: Message, key: str) -> str:
        """Change a message; its thread is unarchived for it where that is allowed."""
        channel_id, message_id = _ids(reference)
        with self._doubts.about(destination.address, Scope.MESSAGE):
            async with self._room, self._call(), self._pace.alone(channel_id):
                made = _made(message, key)
                sent = self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
                try:
                    await self._edit(sent, made, key)
                except discord.HTTPException as error:
                    if is_gone(error):
                        raise await self._gone_with_its_place(destination, channel_id) from None
                    if code_of(error) in (ARCHIVED, LOCKED):  # of a message that arrived, not of the place
                        raise PermanentError(_NOT_EDITED, scope=Scope.MESSAGE) from None
                    raise
        return reference

    async def _edit(self, sent: discord.PartialMessage, made: Card, key: str) -> None:
        """Edit a message; Discord edits none in an archived thread, so that is opened first."""
        try:
            await sent.edit(**_body(made, key))
        except discord.HTTPException as error:
            if code_of(error) != ARCHIVED:
                raise
            await self._unarchive(sent.channel.id)
            await sent.edit(**_body(made, key))

    async def _gone_with_its_place(self, destination: Destination, channel_id: int) -> PermanentError:
        """Tell the bot of a deleted channel, which the post of a forum is not; nothing is left to edit."""
        if channel_id == destinations.read_address(destination.local)[1]:
            await self._services.gone([destination.address], DELETED)
        return PermanentError(TABLE[MESSAGE_GONE].text, scope=Scope.MESSAGE)

    async def find(self, destination: Destination, key: str, since: datetime) -> str | None:
        """Look for a message with this key in the history of its place; None when it is not there."""
        try:
            kind, place_id = destinations.read_address(destination.local)
        except PermanentError:
            return None  # nothing can ever have been sent there
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
                await self._forget_dm(user_id)  # nothing can be in a channel that is not there
        return None

    async def _send_to_person(self, user_id: int, channel_id: int, message: Message, key: str) -> str:
        """Send a direct message. The channel of those who got one is remembered, until they refuse one."""
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
        """Return the channel of the direct messages with a person, opened where it is not known."""
        async with self._call():
            known = self._dms.get(user_id) or int(await self._services.get_value(_dm_key(user_id)) or 0)
        if not known:
            async with self._openings, self._call():
                # Not by the client's `create_dm`, which goes on giving a channel that is not there any more.
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
            if code_of(error) == MESSAGE_GONE:  # sent under this nonce before, and deleted since
                return ""
            if code_of(error) not in _LOOK_WHAT_IT_IS:
                raise
            return await self._post(channel_id, message, key)
        if self._publish:
            await self._publish_message(sent)
        return f"{channel_id}/{sent.id}"

    async def _post(self, forum_id: int, message: Message, key: str) -> str:
        """Open a post in a forum or media channel.

        Which channels are forums is learned from Discord's refusals: to look for a channel in memory is a
        walk through all servers, too dear for every message.
        """
        forum = await known(self._client, forum_id)
        if not isinstance(forum, discord.ForumChannel):
            self._forums.discard(forum_id)
            raise PermanentError(TABLE[NO_TEXT_CHANNEL].text, scope=Scope.DESTINATION)
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
        """Publish in an announcement channel within the hourly limit. Not published still is sent."""
        channel_id = message.channel.id
        place = self._client.get_channel(channel_id)
        if not isinstance(place, discord.TextChannel) or not place.is_news():
            return
        if self._published.wait(time.monotonic(), channel_id):
            _log.info("Channel %d has published all it may this hour; one message stays there.", channel_id)
            return
        self._published.count(time.monotonic(), channel_id)
        try:
            async with asyncio.timeout(PUBLISH_LIMIT):  # it would sleep once the bucket is empty
                await message.publish()
        except (discord.DiscordException, aiohttp.ClientError, OSError, DeliveryError) as error:
            _log.warning("A message in channel %d is not published: %s", channel_id, translate(error))

    async def _unarchive(self, channel_id: int) -> None:
        thread = await self._client.fetch_channel(channel_id)
        if isinstance(thread, discord.Thread):
            if thread.locked and not thread.permissions_for(thread.guild.me).manage_threads:
                raise PermanentError(_NOT_EDITED, scope=Scope.MESSAGE)
            await thread.edit(archived=False)

    @asynccontextmanager
    async def _call(self, address: str = "") -> AsyncIterator[None]:
        """Bound the time of a call, translate every error, and tell of an address that was deleted.

        What goes to such a channel is ended before the error is raised, so that nobody hears of it twice.
        """
        try:
            async with asyncio.timeout(CALL_LIMIT):
                yield
        except Exception as error:
            if address and is_gone(error):
                await self._services.gone([address], DELETED)
            raise translate(error) from error


def _body(made: Card, key: str) -> dict[str, Any]:
    """Return what sending and editing take alike."""
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
