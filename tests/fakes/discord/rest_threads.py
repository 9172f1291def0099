"""Threads and forum posts over REST."""

from __future__ import annotations

from tests.fakes.discord import payloads
from tests.fakes.discord.basics import Bits, Json, Kind
from tests.fakes.discord.core import Call, Core, Reply, Routes
from tests.fakes.discord.messages import StoredMessage
from tests.fakes.discord.problems import ApiError, FormError, invalid
from tests.fakes.discord.rest import check_message
from tests.fakes.discord.rest_messages import announce
from tests.fakes.discord.world import Channel, Guild

_START = "POST /channels/{channel_id}/threads"


class ThreadRoutes:
    """The handlers for threads. `thread_limit` is how many a guild may have active (code 160006)."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.thread_limit = 1000

    def table(self) -> Routes:
        """Return the routes."""
        return {
            _START: self.start,
            "POST /channels/{channel_id}/messages/{message_id}/threads": self.start_from_message,
            "GET /channels/{channel_id}/threads/archived/public": self.archived,
            "GET /guilds/{guild_id}/threads/active": self.active,
            "PATCH /channels/{channel_id}": self.change,
        }

    async def start(self, call: Call) -> Reply:
        """Start a post in a forum, or a thread in a text channel."""
        parent = self._core.channel(call.id("channel_id"))
        _check_name(call.body)
        if parent.kind.takes_posts_only:
            thread, message = self._post(parent, call)
            shown = {**payloads.channel(thread), "message": message.show(with_nonce=True)}
            return Reply(shown, 201)
        if parent.kind not in (Kind.TEXT, Kind.ANNOUNCEMENT):
            raise ApiError(50024)
        private = call.body.get("type", Kind.PRIVATE_THREAD) == Kind.PRIVATE_THREAD
        self._core.need(parent, Bits.CREATE_PRIVATE_THREADS if private else Bits.CREATE_PUBLIC_THREADS)
        return Reply(payloads.channel(self._add(parent, call.body, private=private)), 201)

    async def start_from_message(self, call: Call) -> Reply:
        """Start a thread under a message; it takes the message's id."""
        parent = self._core.channel(call.id("channel_id"))
        message = self._core.book.find(parent, call.id("message_id"))
        _check_name(call.body)
        self._core.need(parent, Bits.CREATE_PUBLIC_THREADS)
        if message.id in self._core.world.channels:
            raise ApiError(160004, message="A thread has already been created for this message")
        return Reply(payloads.channel(self._add(parent, call.body, thread_id=message.id)), 201)

    async def archived(self, call: Call) -> Reply:
        """List the archived public threads of a channel, the last archived first."""
        parent = self._core.channel(call.id("channel_id"))
        self._core.need(parent, Bits.READ_MESSAGE_HISTORY)
        query = call.exchange.query
        limit = int(query.get("limit", 50))
        found = [each for each in parent.home.channels if each.parent is parent and each.archived]
        found = [each for each in found if each.kind is not Kind.PRIVATE_THREAD]
        found.sort(key=lambda each: each.archived_at, reverse=True)
        shown = [payloads.channel(each) for each in found]
        if "before" in query:
            shown = [each for each in shown if each["thread_metadata"]["archive_timestamp"] < query["before"]]
        return Reply(_listing(shown[:limit], more=len(shown) > limit))

    async def active(self, call: Call) -> Reply:
        """List the active threads of a guild."""
        found = _active(self._core.guild(call.id("guild_id")))
        return Reply(_listing([payloads.channel(each) for each in found], more=False))

    async def change(self, call: Call) -> Reply:
        """Archive, unarchive, lock or rename a thread."""
        thread = self._core.channel(call.id("channel_id"))
        if not thread.kind.is_thread:
            raise ApiError(50024)
        if thread.owner is not self._core.world.bot or thread.locked or "locked" in call.body:
            self._core.need(thread, Bits.MANAGE_THREADS)
        thread.name = call.body.get("name") or thread.name
        thread.locked = bool(call.body.get("locked", thread.locked))
        archived = bool(call.body.get("archived", thread.archived))
        if archived != thread.archived:
            thread.archived, thread.archived_at = archived, self._core.clock.now()
        self._core.world.emit("THREAD_UPDATE", thread)
        return Reply(payloads.channel(thread))

    def _post(self, forum: Channel, call: Call) -> tuple[Channel, StoredMessage]:
        self._core.need(forum, Bits.SEND_MESSAGES)
        if "message" not in call.body:
            raise invalid(FormError(("message",), "BASE_TYPE_REQUIRED", "This field is required"))
        if call.body["message"].get("embeds"):
            self._core.need(forum, Bits.EMBED_LINKS)
        check_message(self._core, _START, call)
        tags = _chosen_tags(forum, call.body)
        thread = self._add(forum, call.body, tags=tags)
        # The first message of a post has the id of its thread.
        message = self._core.book.add(
            thread, self._core.world.bot, call.body["message"], message_id=thread.id
        )
        announce(self._core, "MESSAGE_CREATE", message)
        return thread, message

    def _add(
        self,
        parent: Channel,
        body: Json,
        *,
        private: bool = False,
        tags: list[int] | None = None,
        thread_id: int = 0,
    ) -> Channel:
        if len(_active(parent.home)) >= self.thread_limit:
            raise ApiError(160006, message="Maximum number of active threads reached")
        return parent.home.add_thread(
            parent,
            body["name"].strip(),
            owner=self._core.world.bot,
            private=private,
            tags=tags or [],
            thread_id=thread_id,
            auto_archive=body.get("auto_archive_duration") or 1440,
        )


def _active(guild: Guild) -> list[Channel]:
    return [each for each in guild.channels if each.kind.is_thread and not each.archived]


def _check_name(body: object) -> None:
    name = body.get("name") if isinstance(body, dict) else None
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= 100:
        raise invalid(FormError(("name",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length."))


def _chosen_tags(forum: Channel, body: Json) -> list[int]:
    chosen = [int(each) for each in body.get("applied_tags") or []]
    if any(each not in {tag.id for tag in forum.tags} for each in chosen):
        raise ApiError(10087)
    if forum.demands_tag and not chosen:
        raise ApiError(40067)
    if len(chosen) > 5:
        raise invalid(FormError(("applied_tags",), "BASE_TYPE_MAX_LENGTH", "Must be 5 or fewer in length."))
    return chosen


def _listing(threads: list[Json], *, more: bool) -> Json:
    return {"threads": threads, "members": [], "has_more": more}
