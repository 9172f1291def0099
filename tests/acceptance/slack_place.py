"""A Slack on loopback for a bot that runs as a process: a workspace with a member, an admin and channels."""

from __future__ import annotations

import re
import socket
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from tests.acceptance.process import Home
from tests.acceptance.running import Bot
from tests.fakes.blog import FaultyBlog
from tests.fakes.slack.deeds import Deed
from tests.fakes.slack.messages import StoredMessage
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Channel, Team, User

CATEGORY = "Trade"
MODES = ("socket", "http")


@dataclass
class SlackPlace:
    """A Slack with a workspace, a member and an admin, and a bot that is to be run there."""

    slack: FakeSlack
    home: Home
    blog: FaultyBlog
    mode: str = "socket"

    def __post_init__(self) -> None:
        self.team: Team = self.slack.add_team("readers")
        self.news = self.team.add_channel("news", member=True)
        self.vault = self.team.add_channel("vault", private=True, member=True)
        self.alice = self.team.add_user("alice")
        self.boss = self.team.add_user("boss", admin=True)
        self.home.settings["slack"] = {
            "enabled": True,
            "mode": self.mode,
            "api_base": self.slack.api_base,
        }
        self.env = {"SLACK_BOT_TOKEN": self.team.bot_token}
        if self.mode == "http":
            self.serve()
            self.slack.request_url = f"{self.web}/slack/events"
            self.env["SLACK_SIGNING_SECRET"] = self.slack.signing_secret
        else:
            self.env["SLACK_APP_TOKEN"] = self.slack.app_token

    def serve(self) -> None:
        """Let the bot have a web server, reached at `web`."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.web = f"http://127.0.0.1:{port}"
        self.home.settings["web"] = {"listen": f"127.0.0.1:{port}", "public_url": self.web}

    def running(self, **env: str) -> AbstractAsyncContextManager[Bot]:
        return self.home.running(env=self.env | env)

    async def connected(self, bot: Bot) -> None:
        """Wait until the bot is there and knows the blog."""
        await bot.ready()
        await bot.polls(self.blog, 2)
        if not self.slack.request_url:
            await self.slack.wait_for_connections()

    # --- people -------------------------------------------------------------------------------------------

    async def say(self, user: User, where: Channel, line: str) -> str:
        """Type a command and return the answer, which only they see."""
        return answer_of(await self.type(user, where, line))

    async def type(self, user: User, where: Channel, line: str) -> Deed:
        """Type a command and wait for its answer."""
        command, _, text = line.partition(" ")
        deed = await self.slack.command(user, where, command, text)
        await deed.acked()
        await deed.answered(timeout=20)
        return deed

    def dm(self, user: User) -> Channel:
        """Return the direct messages of somebody with the bot."""
        return self.team.dm_channel(user)

    # --- places that get alerts ---------------------------------------------------------------------------

    async def everywhere(self) -> list[Channel]:
        """Let a public channel, a private one and a person follow CATEGORY."""
        answer = await self.say(self.alice, self.news, f"/follow {CATEGORY}")
        assert answer.startswith("You now get"), answer
        await self.add_alerts(self.news, self.vault)
        return [self.news, self.vault, self.dm(self.alice)]

    async def add_alerts(self, *channels: Channel) -> None:
        """Let channels get the posts of CATEGORY."""
        for channel in channels:
            answer = await self.say(self.boss, channel, f"/alerts add {CATEGORY}")
            assert "now gets: Trade" in answer, answer

    def alerts(self, where: Channel) -> list[StoredMessage]:
        """Return the alerts in a place: what has a header."""
        return [each for each in self.slack.messages(where.id) if header_of(each)]

    def titles(self, where: Channel) -> list[str]:
        """Return the titles of the alerts in a place, in order."""
        return [header_of(each) for each in self.alerts(where)]

    def all_sent(self, number: int) -> bool:
        """Whether there are so many deliveries, all of them recorded as sent."""
        return self.home.states() == ["sent"] * number


def answer_of(deed: Deed) -> str:
    """Return the words of the last answer to a command."""
    return re.sub(r"\s+", " ", words_of(deed.answers[-1])).strip()


def words_of(value: Any) -> str:
    """Return all that a person reads of blocks, or of a message without any."""
    if isinstance(value, list):
        return " ".join(map(words_of, value))
    if not isinstance(value, dict):
        return ""
    if value.get("blocks"):
        return words_of(value["blocks"])
    text = value.get("text")
    own = text if isinstance(text, str) else words_of(text)
    inner = [words_of(value[name]) for name in ("fields", "elements", "accessory", "label") if name in value]
    return " ".join([own, *inner])


def header_of(message: StoredMessage) -> str:
    """Return the title of an alert, "" for other messages."""
    return next((str(each["text"]["text"]) for each in message.blocks if each["type"] == "header"), "")
