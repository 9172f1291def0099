"""The real Discord adapter on a fake Discord over loopback, and a desk that notes what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import discord

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.gateway.client import Client
from adapters.discord.gateway.starts import StartSettings
from bot.commands.parse import parse
from bot.commands.spec import COMMANDS, RUNNABLE
from bot.in_process import InProcessState
from bot.model import Alert, Caller, CommandSpec, Destination, EvidenceRank, Filing, Post, Reply
from bot.ports import Door, Doorkeeper, DoorStore, SharedState
from storage.shared.doors import OpenDoors
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.world import Channel, User

# The fake lets shards start at any time, unless a test of just that has it wait as Discord does.
AT_ONCE = StartSettings(every=0.01, margin=0.0)
KEY = "0123456789abcdef01234567"
LONG_AGO = datetime.now(UTC) - timedelta(hours=1)
Answer = Callable[[Caller, str, Mapping[str, str]], Reply]


def post(number: int = 1, *categories: str, **fields: Any) -> Post:
    """Return a post of a blog, filed under Trade unless told otherwise."""
    values: dict[str, Any] = {
        "id": f"wp:blog.example:{number}",
        "link": f"https://blog.example/{number}/",
        "title": f"Title {number}",
        "author": "Ann",
        "published": datetime(2026, 7, 1, 12, tzinfo=UTC),
        "summary": f"Summary {number}.",
        "filing": Filing(categories or ("Trade",), ("TikTok",), EvidenceRank.API, "The API says so."),
        "feed": "Blog",
    }
    return Post(**(values | fields))


def alert(number: int = 1, *categories: str, **fields: Any) -> Alert:
    """Return an alert of a post."""
    return Alert(post(number, *categories), **fields)


def key(number: int) -> str:
    """Return an attempt key."""
    return f"{number:024x}"


def to(place: Channel | User) -> Destination:
    """Return a channel or a person as a destination."""
    kind = "user" if isinstance(place, User) else "channel"
    return Destination(1, f"discord:{kind}:{place.id}")


@dataclass
class NotingServices:
    """A desk that answers as it is told, and notes what it hears."""

    answer: Answer = lambda _caller, path, values: Reply(f"/{path} {dict(values)}")
    suggestions: list[str] = field(default_factory=lambda: ["China-U.S.", "Trade"])
    commands: tuple[CommandSpec, ...] = field(default_factory=lambda: RUNNABLE)
    executed: list[tuple[Caller, str, dict[str, str]]] = field(default_factory=list)
    completed: list[tuple[Caller, str, str, str]] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)
    ended: list[tuple[str, str]] = field(default_factory=list)
    parked: list[tuple[str, str]] = field(default_factory=list)
    moves: list[tuple[str, str]] = field(default_factory=list)
    notices: int = 0  # how often destinations were reported out of reach
    known: list[str] = field(default_factory=list)  # addresses of destinations
    memory: dict[str, str] = field(default_factory=dict)
    doors: DoorStore = field(default_factory=OpenDoors)
    shared: SharedState = field(default_factory=InProcessState)

    async def run(self, caller: Caller, line: str) -> Reply:
        return await self.execute(caller, line.strip("/"), {})

    def parse(self, line: str) -> tuple[str, dict[str, str]]:
        parsed = parse(line, COMMANDS)
        return parsed.command.path, dict(parsed.values)

    async def execute(self, caller: Caller, path: str, values: Mapping[str, str]) -> Reply:
        self.executed.append((caller, path, dict(values)))
        return self.answer(caller, path, values)

    async def complete(self, caller: Caller, path: str, parameter: str, typed: str) -> list[str]:
        self.completed.append((caller, path, parameter, typed))
        return self.suggestions

    async def reachable(self, address: str) -> None:
        self.reached.append(address)

    async def gone(self, addresses: Sequence[str], reason: str) -> None:
        self.ended += [(address, reason) for address in addresses]

    async def moved(self, old: str, new: str) -> None:
        self.moves.append((old, new))

    async def unreachable(self, addresses: Sequence[str], reason: str) -> None:
        self.parked += [(address, reason) for address in addresses]
        self.notices += 1

    async def addresses(self, prefix: str) -> list[str]:
        return sorted(each for each in self.known if each.startswith(prefix))

    async def list_values(self, prefix: str) -> dict[str, str]:
        return {key: value for key, value in sorted(self.memory.items()) if key.startswith(prefix)}

    async def set_value(self, key: str, value: str) -> None:
        if value:
            self.memory[key] = value
        else:
            self.memory.pop(key, None)

    async def get_value(self, key: str) -> str:
        return self.memory.get(key, "")

    async def door(self, door: Door) -> Doorkeeper:
        return await self.doors.door(door, "here")


def adapter_for(server: FakeDiscord, **settings: Any) -> DiscordAdapter:
    """Return an adapter for a Discord, that is not started."""
    values: dict[str, Any] = {
        "token": server.token,
        "api_base": server.api_base,
        "gateway": server.gateway,
        "starts": AT_ONCE,
    }
    return DiscordAdapter(**(values | settings))


@dataclass
class Rig:
    """A started adapter with its Discord: a server "readers" with a channel, an admin and a member."""

    server: FakeDiscord
    services: NotingServices
    adapter: DiscordAdapter

    def __post_init__(self) -> None:
        self.server.sockets.identify_every = 0.0  # restarts need not wait
        self.guild = self.server.add_guild("readers")
        self.news = self.guild.add_text("news")
        self.alice = self.guild.add_member(self.server.add_user("alice"))
        self.boss = self.guild.add_member(self.server.add_user("boss"), permissions=1 << 5)

    def build(self, **settings: Any) -> DiscordAdapter:
        """Return another adapter for the same Discord, as after a restart."""
        return adapter_for(self.server, **settings)

    async def start(self) -> None:
        await self.adapter.start(self.services)

    async def stop(self, **settings: Any) -> None:
        """End the adapter. `start` then starts another one, which remembers nothing, as a new process."""
        await self.adapter.aclose()
        self.services.shared = InProcessState()
        self.adapter = self.build(**settings)

    async def restart(self, **settings: Any) -> None:
        """End the adapter and start another one in its place."""
        await self.stop(**settings)
        await self.start()

    @property
    def client(self) -> Client:
        """The adapter's connection."""
        assert self.adapter._client is not None, "not started"
        return self.adapter._client

    async def known(self, *channels: Channel) -> None:
        """Wait until the adapter has heard of channels."""
        await self.until(lambda: all(self.heard_of(each) for each in channels))

    def heard_of(self, channel: Channel) -> discord.abc.GuildChannel | discord.Thread | None:
        """Return a channel of the server as the adapter has it in memory."""
        guild = self.client.get_guild(channel.home.id)
        return guild.get_channel_or_thread(channel.id) if guild else None

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds."""
        await self.server.wait_until(condition)


@asynccontextmanager
async def made(**settings: Any) -> AsyncIterator[Rig]:
    """Return a rig whose adapter is not started yet; at the end all that was sent must have been lawful."""
    async with FakeDiscord() as server:
        rig = Rig(server, NotingServices(), adapter_for(server, **settings))
        try:
            yield rig
        finally:
            await rig.adapter.aclose()
            await asyncio.sleep(0)
