"""A Discord on loopback for a bot that runs as a process: a server with a member, an admin and channels."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from tests.acceptance.process import Home
from tests.acceptance.running import Bot
from tests.fakes.blog import FaultyBlog
from tests.fakes.discord.basics import Kind
from tests.fakes.discord.messages import StoredMessage
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.world import Channel, Guild, User

CATEGORY = "Trade"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that gets alerts. `sends`: how the request that makes a message there begins."""

    name: str
    channel: Channel
    sends: str


@dataclass
class Place:
    """A Discord with a server, a channel, a member and an admin, and a bot that is to be run there."""

    discord: FakeDiscord
    home: Home
    blog: FaultyBlog

    def __post_init__(self) -> None:
        self.discord.sockets.identify_every = 0.0
        self.guild: Guild = self.discord.add_guild("readers")
        self.news = self.guild.add_text("news")
        self.alice = self.guild.add_member(self.discord.add_user("alice"))
        self.boss = self.guild.add_member(self.discord.add_user("boss"), permissions=1 << 5)
        self.home.settings["discord"] = {
            "enabled": True,
            "api_base": self.discord.api_base,
            "gateway": self.discord.gateway,
        }

    def running(self, token: str = "") -> AbstractAsyncContextManager[Bot]:
        return self.home.running(env={"DISCORD_TOKEN": token or self.discord.token})

    async def connected(self, bot: Bot) -> None:
        """Wait until the bot is there and knows the blog."""
        await bot.ready()
        await bot.polls(self.blog, 2)

    async def say(self, user: User, where: Channel, command: str, **options: Any) -> str:
        """Use a command and return the answer."""
        asked = await self.discord.interact(user, where, command, **options)
        return (await asked.answer()).content

    # --- places that get alerts ---------------------------------------------------------------------------

    async def everywhere(self) -> list[Spot]:
        """Let a text channel, a thread, a forum and a person follow CATEGORY."""
        thread = self.guild.add_thread(self.news, "talk", owner=self.boss)
        forum = self.guild.add_forum("posts")
        answer = await self.say(self.alice, self.news, "follow", categories=CATEGORY)
        assert answer.startswith("You now get"), answer
        spots = [
            _spot("text", self.news),
            _spot("thread", thread),
            Spot("forum", forum, f"POST /channels/{forum.id}/threads"),
        ]
        await self.add_alerts(*(spot.channel for spot in spots))
        return [*spots, _spot("person", self.discord.dm_of(self.alice))]

    async def add_alerts(self, *channels: Channel) -> None:
        """Let channels get the posts of CATEGORY."""
        for channel in channels:
            answer = await self.say(self.boss, self.news, "alerts add", categories=CATEGORY, channel=channel)
            assert "now gets: Trade" in answer, answer

    def titles(self, spot: Spot | Channel) -> list[str]:
        """Return the titles of the alerts in a place, in order; of a forum those of all posts."""
        channel = spot.channel if isinstance(spot, Spot) else spot
        return [message.embeds[0]["title"] for message in self.cards(channel)]

    def cards(self, channel: Channel) -> list[StoredMessage]:
        """Return the alerts in a channel, or in all posts of a forum."""
        posts = [each for each in self.guild.channels if each.parent is channel and each.kind.is_thread]
        places = posts if channel.kind is Kind.FORUM else [channel]
        return [message for each in places for message in self.discord.messages(each) if message.embeds]

    async def alerts(self, bot: Bot, channel: Channel, number: int) -> list[StoredMessage]:
        """Wait until so many alerts are in a channel; return them."""
        await bot.until(lambda: len(self.cards(channel)) >= number)
        return self.cards(channel)

    def all_sent(self, number: int) -> bool:
        """Whether there are so many deliveries, all of them recorded as sent."""
        return self.home.states() == ["sent"] * number


def _spot(name: str, channel: Channel) -> Spot:
    return Spot(name, channel, f"POST /channels/{channel.id}/messages")
