"""discord.py's client, set up for a bot that only posts and answers."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from typing import Any, TypedDict
from weakref import WeakSet

import aiohttp

from adapters.discord.errors import where
from adapters.discord.gateway import events, frames
from adapters.discord.gateway.endpoints import Endpoints
from adapters.discord.gateway.listeners import Listener, Watcher
from adapters.discord.gateway.rate_limit import RateLimiter
from adapters.discord.gateway.starts import Starts
from adapters.discord.sdk import KeepAliveHandler, discord
from bot.in_process import InProcessState
from bot.text.bounds import seconds

_MOST_SHARDS = 100_000  # a larger number from Discord is an error

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = (
    False  # these warnings do not concern a text bot
)

_log = logging.getLogger(__name__)


class _Sharding(TypedDict, total=False):
    shard_count: int
    shard_ids: list[int]


def _sharding(shards: tuple[int, int, int] | None) -> _Sharding:
    if shards is None:
        return {}
    first, last, total = shards
    return {"shard_count": total, "shard_ids": list(range(first, last + 1))}


class Client(discord.AutoShardedClient):
    """discord.py's client with only what Bystander needs: servers and channels in memory, no members.

    `shards`: first and last shard of this process, and their total; None for all that Discord recommends.
    """

    def __init__(
        self, endpoints: Endpoints, pace: RateLimiter, shards: tuple[int, int, int] | None = None
    ) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            http_trace=endpoints.watch(pace),
            **_sharding(shards),
        )
        self._endpoints = endpoints
        self._listener: Listener | None = None
        self._watcher: Watcher | None = None
        self._starts = Starts(InProcessState())
        self._slots = 1  # in which shards start
        self._talking: set[int] = set()  # shards that are connected
        self._complete: set[int] = set()  # shards whose servers are in memory
        self.up = asyncio.Event()  # set once every shard has had a session
        self.is_prepared = False  # whether `prepare` was called
        self.start_after = 0.0  # seconds to wait before `connect`
        self._sockets: WeakSet[aiohttp.ClientWebSocketResponse] = WeakSet()
        dial, connect = endpoints.dial, self.http.ws_connect

        async def ws_connect(url: str, *, compress: int = 0) -> Any:
            socket = await connect(dial(url), compress=compress)
            self._sockets.add(socket)
            return socket

        self.http.ws_connect = ws_connect  # type: ignore[method-assign]  # discord.py has no setting for it
        self._look_for_left_servers()
        events.guard(self._connection.parsers)
        self._check_frames()

    def tell(self, listener: Listener, watcher: Watcher, starts: Starts) -> None:
        """Set the receivers of all further events, and the starts that all processes of the bot share."""
        self._listener, self._watcher, self._starts = listener, watcher, starts

    @property
    def is_up(self) -> bool:
        """Whether every shard of this process is connected."""
        return not self.is_closed() and self._expected() <= self._talking

    @property
    def shards_here(self) -> int:
        """How many shards this process runs."""
        return len(self._expected())

    async def prepare(self) -> None:
        """Ask for the number of shards, the gateway, and the limits on session starts."""
        shards, url, limits = await self.http.get_bot_gateway()
        self._endpoints.learn(url)
        self.shard_count = self.shard_count or _count(shards)
        self._slots = _count(limits["max_concurrency"])
        self.is_prepared = True
        if int(limits["remaining"]) < self.shards_here:  # beyond the limit Discord resets the token
            day = 86_400_000.0  # milliseconds: the time over which starts are counted
            self.start_after = seconds(limits["reset_after"], day, day) / 1000
            _log.error("Discord allows no more starts today; commands work in %.0f s.", self.start_after)

    def _expected(self) -> set[int]:
        """Return the shards of this process."""
        return set(self.shard_ids or range(self.shard_count or 1))

    def serves(self, guild_id: int) -> bool:
        """Whether a server belongs to a shard of this process."""
        return (guild_id >> 22) % (self.shard_count or 1) in self._expected()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:  # noqa: ARG002
        """Wait until a shard may start."""
        await self._starts.turn((shard_id or 0) % self._slots)

    def _look_for_left_servers(self) -> None:
        """Treat a server in memory as left when READY of its shard does not list it.

        READY lists every server of the bot, also one in an outage (documentation, events/gateway-events).
        If the bot is removed while it has no session, Discord sends no event for it, and discord.py keeps the
        server in memory.
        """
        parsers = self._connection.parsers
        ready = parsers["READY"]

        def parse_ready(data: Any) -> None:
            named = {int(each["id"]) for each in data["guilds"]}
            shard_id = data["shard"][0]
            for guild in self.guilds:
                if guild.shard_id == shard_id and guild.id not in named:
                    parsers["GUILD_DELETE"]({"id": str(guild.id)})
            ready(data)

        parsers["READY"] = parse_ready

    def _check_frames(self) -> None:
        """Check the frames of each websocket. discord.py calls the hook before it reads from a new one."""
        update = self._connection._update_references  # noqa: SLF001

        def update_references(socket: Any) -> None:
            frames.guard(socket)
            update(socket)

        self._connection._update_references = update_references  # type: ignore[assignment,method-assign]  # noqa: SLF001

    async def close(self) -> None:
        """Disconnect. A second call is safe; it also closes a connection that was made meanwhile."""
        if self._watcher is not None:
            self._watcher.stop()
        await super().close()
        for socket in self._sockets:  # discord.py leaves a socket open when its start was cancelled
            if not socket.closed:
                await socket.close()
        for thread in threading.enumerate():
            # discord.py does not stop the thread of a connection that was made while the client closed.
            if isinstance(thread, KeepAliveHandler) and thread.ws._dispatch == self.dispatch:  # noqa: SLF001
                thread.stop()

    # --- events: discord.py calls them by their names ---------------------------------------------------

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:
        """Log the error of an event handler. Later events are still handled."""
        error = sys.exc_info()[1]
        _log.error("Handling %s failed: %s", event_method, where(error) if error else "no reason.")
        _log.debug("Where it failed", exc_info=error)

    async def on_shard_connect(self, shard_id: int) -> None:
        """Note that a shard has a new session."""
        self._connected(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Note that a shard resumed its session; the missed events follow."""
        self._connected(shard_id)

    def _connected(self, shard_id: int) -> None:
        self._talking.add(shard_id)
        if self.is_up:
            self.up.set()
            if self._listener:
                self._listener.online()

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Note that a shard lost its connection; discord.py makes a new one."""
        self._talking.discard(shard_id)

    async def on_shard_ready(self, shard_id: int) -> None:
        """Pass on that every server is in memory, once all shards have loaded theirs."""
        self._complete.add(shard_id)
        if self._watcher and self._expected() <= self._complete:
            await self._watcher.complete()

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Pass on a command, a click, or what somebody types into an option."""
        if self._listener:
            await self._listener.interaction(interaction)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Pass on that a channel was deleted, and its threads with it."""
        if self._watcher:
            threads = [each.id for each in channel.guild.threads if each.parent_id == channel.id]
            await self._watcher.channels_gone(channel.guild.id, [channel.id, *threads])

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """Pass on that a thread was deleted."""
        if self._watcher:
            await self._watcher.channels_gone(payload.guild_id, [payload.thread_id])

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Pass on that the bot was removed from a server."""
        _log.warning("The bot was removed from the server “%s” (%d).", guild.name, guild.id)
        if self._watcher:
            await self._watcher.server_left(guild)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Pass on that the bot was added to a server."""
        if self._watcher:
            await self._watcher.server_joined(guild)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Pass on that an outage is over. Ignored at the start, when it comes for every server."""
        if self._watcher and self._expected() <= self._complete:
            await self._watcher.server_available(guild)

    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """Pass on that the bot gained permissions in a channel, or that a forum's tags changed."""
        me = after.guild.me
        gained = after.permissions_for(me).value & ~before.permissions_for(me).value
        if gained or _tagging(before) != _tagging(after):
            await self._access_changed(after.guild, after.id)

    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        """Pass on that a role of the bot changed."""
        if before.permissions != after.permissions and after in after.guild.me.roles:
            await self._access_changed(after.guild)

    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        """Pass on that the bot's roles changed. Discord sends no such events for other members."""
        if after.id == after.guild.me.id and before.roles != after.roles:
            await self._access_changed(after.guild)

    async def on_thread_update(self, before: discord.Thread, after: discord.Thread) -> None:
        """Pass on that a thread was unlocked."""
        if self._watcher and before.locked and not after.locked:
            await self._watcher.thread_open(after)

    async def on_thread_join(self, thread: discord.Thread) -> None:
        """Pass on that a thread appeared that was not in memory, because it was archived or hidden."""
        if self._watcher:
            await self._watcher.thread_open(thread)

    async def _access_changed(self, guild: discord.Guild, channel_id: int | None = None) -> None:
        if self._watcher:
            await self._watcher.access_changed(guild, channel_id)


def _count(named: object) -> int:
    """Return a number of shards; ValueError for any other value."""
    number = int(str(named))
    if not 0 < number <= _MOST_SHARDS:
        raise ValueError(f"{number} shards")
    return number


def _tagging(channel: discord.abc.GuildChannel) -> object:
    """Return the settings that decide whether a forum accepts a post; None for other channels."""
    if not isinstance(channel, discord.ForumChannel):
        return None
    return channel.flags.require_tag, [(each.name, each.moderated) for each in channel.available_tags]
