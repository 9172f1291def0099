"""Messages over REST: sending with the nonce rule, reading, editing, deleting, publishing."""

from __future__ import annotations

from tests.fakes.discord.basics import Bits, Flags, Json, Kind
from tests.fakes.discord.core import NO_CONTENT, Call, Core, Reply, Routes
from tests.fakes.discord.messages import StoredMessage
from tests.fakes.discord.problems import ApiError, FormError, invalid
from tests.fakes.discord.rest import check_message
from tests.fakes.discord.world import Channel, Guild, World

_SEND = "POST /channels/{channel_id}/messages"
_EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"


class MessageRoutes:
    """The handlers of /channels/{channel_id}/messages."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def table(self) -> Routes:
        """Return the routes."""
        one = "/channels/{channel_id}/messages/{message_id}"
        return {
            "GET /channels/{channel_id}/messages": self.history,
            _SEND: self.send,
            f"GET {one}": self.fetch,
            _EDIT: self.edit,
            f"DELETE {one}": self.delete,
            f"POST {one}/crosspost": self.crosspost,
            "POST /channels/{channel_id}/typing": self.typing,
        }

    async def send(self, call: Call) -> Reply:
        """Create a message, or answer with the earlier one of the same nonce."""
        core = self._core
        channel = core.channel(call.id("channel_id"))
        may_send(core, channel, call.body if isinstance(call.body, dict) else {})
        check_message(core, _SEND, call)
        earlier = core.book.with_nonce(core.world.bot, call.body)
        if earlier is not None:
            return Reply(earlier.show(with_nonce=True))
        if channel.archived:
            channel.unarchive()
        message = core.book.add(channel, core.world.bot, call.body)
        announce(core, "MESSAGE_CREATE", message)
        return Reply(message.show(with_nonce=True))

    async def history(self, call: Call) -> Reply:
        """List messages, newest first; nothing without Read Message History."""
        channel = self._core.channel(call.id("channel_id"))
        try:
            self._core.need(channel, Bits.READ_MESSAGE_HISTORY)
        except ApiError:
            return Reply([])
        found = _page(self._core.book.of(channel), call.exchange.query)
        return Reply([shown_to_bot(message) for message in found])

    async def fetch(self, call: Call) -> Reply:
        """Show one message."""
        channel = self._core.channel(call.id("channel_id"))
        self._core.need(channel, Bits.READ_MESSAGE_HISTORY)
        return Reply(shown_to_bot(self._core.book.find(channel, call.id("message_id"))))

    async def edit(self, call: Call) -> Reply:
        """Edit an own message; an archived thread refuses (a send would unarchive it)."""
        channel = self._core.channel(call.id("channel_id"))
        message = self._core.book.find(channel, call.id("message_id"))
        if message.author is not self._core.world.bot:
            raise ApiError(50005)
        if channel.archived:
            raise ApiError(50083)
        check_message(self._core, _EDIT, call)
        self._core.book.edit(message, call.body or {})
        announce(self._core, "MESSAGE_UPDATE", message)
        return Reply(message.show())

    async def delete(self, call: Call) -> Reply:
        """Delete a message; one of somebody else needs Manage Messages."""
        channel = self._core.channel(call.id("channel_id"))
        message = self._core.book.find(channel, call.id("message_id"))
        if message.author is not self._core.world.bot:
            self._core.need(channel, Bits.MANAGE_MESSAGES)
        self._core.book.delete(message)
        announce(self._core, "MESSAGE_DELETE", message)
        return NO_CONTENT

    async def crosspost(self, call: Call) -> Reply:
        """Publish a message of an announcement channel, once."""
        channel = self._core.channel(call.id("channel_id"))
        message = self._core.book.find(channel, call.id("message_id"))
        if channel.kind is not Kind.ANNOUNCEMENT:
            raise ApiError(50024)
        own = message.author is self._core.world.bot
        self._core.need(channel, Bits.SEND_MESSAGES if own else Bits.MANAGE_MESSAGES)
        if message.crossposted:
            raise ApiError(40033)
        message.flags |= Flags.CROSSPOSTED
        announce(self._core, "MESSAGE_UPDATE", message)
        return Reply(message.show())

    async def typing(self, call: Call) -> Reply:
        """Show that the bot is typing."""
        self._core.channel(call.id("channel_id"))
        return NO_CONTENT


def may_send(core: Core, channel: Channel, body: Json) -> None:
    """Raise ApiError unless the bot may send this body to the channel."""
    if channel.recipient is not None:
        if channel.recipient.dm_refusal:
            raise ApiError(channel.recipient.dm_refusal, status=403)
        return
    if channel.kind.takes_posts_only:
        raise ApiError(core.forum_refusal)
    if channel.kind is Kind.CATEGORY:
        raise ApiError(50008)
    core.need(channel, Bits.SEND_MESSAGES_IN_THREADS if channel.kind.is_thread else Bits.SEND_MESSAGES)
    if channel.kind is Kind.VOICE:
        core.need(channel, Bits.CONNECT)
    if channel.locked:
        core.need(channel, Bits.MANAGE_THREADS, 50083 if channel.archived else 160005)
    if body.get("embeds"):
        core.need(channel, Bits.EMBED_LINKS)  # as bots meet it; the documentation does not say so


def announce(core: Core, event: str, message: StoredMessage) -> None:
    """Tell the sessions of a message that was created, changed or deleted. Ephemeral ones are not told."""
    if message.ephemeral:
        return
    guild = message.channel.guild
    place = {"guild_id": str(guild.id)} if guild else {}
    if event == "MESSAGE_DELETE":
        core.publish(event, {"id": str(message.id), "channel_id": str(message.channel.id), **place}, guild)
        return
    core.publish(event, {**message.show(with_nonce=True), **place}, guild)


def shown_to_bot(message: StoredMessage) -> Json:
    """Return a message as the bot reads it: of others only what reaches it without the content intent."""
    world: World = message.channel.world
    home: Guild | None = message.channel.guild
    own = message.author is world.bot or home is None or world.bot.id in message.pinged_users
    return message.show(hidden=not own)


def _page(messages: list[StoredMessage], query: Json) -> list[StoredMessage]:
    limit = int(query.get("limit", 50))
    if not 1 <= limit <= 100:
        raise invalid(FormError(("limit",), "NUMBER_TYPE_MAX", "int value should be between 1 and 100."))
    if "after" in query:
        found = [message for message in messages if message.id > int(query["after"])]
        return found[:limit][::-1]
    if "around" in query:
        before = [message for message in messages if message.id <= int(query["around"])][-(limit // 2) - 1 :]
        after = [message for message in messages if message.id > int(query["around"])]
        return (before + after)[:limit][::-1]
    end = int(query.get("before", 1 << 63))
    return [message for message in messages if message.id < end][::-1][:limit]
