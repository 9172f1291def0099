"""What the parts of the fake Discord share: the world, the log, the limits, and the way to the connected."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord.basics import Bits, Clock, Json
from tests.fakes.discord.faults import Faults
from tests.fakes.discord.guard import Guard
from tests.fakes.discord.limits import RateLimits
from tests.fakes.discord.messages import MessageBook
from tests.fakes.discord.permissions import permissions_of
from tests.fakes.discord.problems import ApiError
from tests.fakes.discord.world import Channel, Guild, World

Publish = Callable[[str, Json, Guild | None], None]


@dataclass
class Exchange:
    """One request and what came of it.

    `status` 0: no answer yet, or dropped before it was heard; `lost`: the answer never reached the client.
    """

    method: str
    path: str
    query: Json
    body: Any
    at: float
    status: int = 0
    answer: Any = None
    heard: bool = False
    lost: bool = False
    uploads: dict[str, bytes] = field(default_factory=dict)  # files that came along, by their names

    @property
    def files(self) -> int:
        """How many files came along."""
        return len(self.uploads)

    @property
    def line(self) -> str:
        """The request line, as `Faults` and `requests_to` know it."""
        return f"{self.method} {self.path}"


@dataclass
class Call:
    """A request on its way to its handler."""

    exchange: Exchange
    path: dict[str, str]

    @property
    def body(self) -> Any:
        """The JSON of the request."""
        return self.exchange.body

    def id(self, name: str) -> int:
        """Return a number of the path; ApiError 50035 when it is none."""
        text = self.path[name]
        if not text.isdecimal():
            raise ApiError(50035, message=f'Value "{text}" is not snowflake.')
        return int(text)


@dataclass
class Reply:
    """What a handler answers; `body` None with 204."""

    body: Any = None
    status: int = 200


Handler = Callable[[Call], Awaitable[Reply]]
Routes = dict[str, Handler]  # "METHOD /template" -> handler; literal paths stand before templates
NO_CONTENT = Reply(None, 204)


@dataclass
class Core:
    """The shared parts. `publish` reaches every session that an event of a guild (None: DMs) is for."""

    clock: Clock
    world: World
    book: MessageBook
    limits: RateLimits
    guard: Guard
    token: str
    faults: Faults = field(default_factory=Faults)
    requests: list[Exchange] = field(default_factory=list)
    publish: Publish = lambda _event, _payload, _guild: None
    base: str = ""  # http://127.0.0.1:port
    advertised: str = ""  # another address for the gateway, to see who follows it
    max_concurrency: int = 1
    shards: int = 1  # what /gateway/bot recommends
    forum_refusal: int = 40058  # for a plain message to a forum; 50008 is documented too, nobody shows which
    session_starts: int = 1000  # IDENTIFYs left today

    @property
    def gateway(self) -> str:
        """The address of the gateway."""
        return self.base.replace("http", "ws", 1) + "/"

    @property
    def told_gateway(self) -> str:
        """The gateway's address as it is told to the bot: by /gateway/bot, and by READY for a resume."""
        return self.advertised or self.gateway

    def channel(self, channel_id: int) -> Channel:
        """Return a channel that the bot may see; ApiError as Discord answers otherwise."""
        channel = self.world.channels.get(channel_id)
        if channel is None:
            raise ApiError(10003)
        if channel.guild is not None:
            self.guild(channel.guild.id)
            self.need(channel, Bits.VIEW_CHANNEL, 50001)
        return channel

    def guild(self, guild_id: int) -> Guild:
        """Return a guild that the bot is in."""
        guild = self.world.guilds.get(guild_id)
        if guild is None:
            raise ApiError(10004)
        if not guild.has_bot:
            raise ApiError(50001)
        if not guild.available:
            raise ApiError(0, status=503, message="503: Service Unavailable")
        return guild

    def need(self, channel: Channel, bits: int, code: int = 50013) -> None:
        """Raise ApiError `code` unless the bot has these permissions in the channel; DMs need none."""
        if channel.guild is not None and permissions_of(self.world.bot, channel) & bits != bits:
            raise ApiError(code)
