"""Starts, kills and restarts the processes of a fleet, and compares what arrived with what was published."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from bot.model import Cadence, FeedSettings
from storage import open_store
from tests.acceptance.process import Home
from tests.acceptance.running import Bot
from tests.acceptance.slack_place import header_of
from tests.contracts.store_samples import terms
from tests.databases import SqliteFile
from tests.fakes import postgres
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.slack.server import FakeSlack
from tests.fleet.farm import Farm

_CHANNELS = 400  # of a Discord server, which has room for 500
_POLLED = "SELECT count(DISTINCT feed_id) FROM posts"
_UNSENT = "SELECT count(*) FROM deliveries WHERE state <> 'sent'"
# What a run that takes too long is to be understood from.
_STATE = (
    "SELECT clock_timestamp(), count(*) FROM deliveries WHERE state = 'sent'",
    """SELECT id, destination_id, state, attempts, due_at, lease_until, owner, error FROM deliveries
    WHERE state <> 'sent'""",
    "SELECT id, next_poll_at, lease_until, owner FROM feeds ORDER BY next_poll_at",
    """SELECT j.*, w.last_heartbeat FROM procrastinate_jobs AS j
    LEFT JOIN procrastinate_workers AS w ON w.id = j.worker_id""",
    "SELECT * FROM processes",
)
_SENT = "SELECT count(*) FROM deliveries WHERE state = 'sent'"


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of a run. Half of the destinations are on each platform; times in seconds."""

    processes: int = 2
    feeds: int = 12
    destinations: int = 48
    rounds: int = 4  # of publishing a post in each blog
    every: float = 2.0  # between two polls of a feed
    kill_every: float = 4.0  # between two kills
    pause: float = 0.0  # each second time, a process is paused for so long instead; 0 for never
    restarts: int = 1  # of the database's server
    slack_per_minute: int = 200  # messages in the workspace, at most 1000
    seed: int = 1
    patience: float = 120.0  # for the last alert, once nobody is killed any more


@dataclass(frozen=True, slots=True)
class Spot:
    """A destination: the blog that it follows, and what arrived there."""

    address: str
    blog: int
    titles: Callable[[], list[str]]


@dataclass
class Fleet:
    """The processes, and the world that they work for."""

    plan: Plan
    folder: Path
    url: str  # of the database
    farm: Farm
    discord: FakeDiscord
    slack: FakeSlack
    say: Callable[[str], None]
    spots: list[Spot] = field(default_factory=list)
    bots: dict[int, Bot] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)  # of processes that have ended
    kills: int = 0
    pauses: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.plan.seed)
        self.discord.sockets.identify_every = 0.0
        self.slack.limits.per_minute = max(self.slack.limits.per_minute, self.plan.slack_per_minute)
        self.team = self.slack.add_team("readers")

    # --- the world ----------------------------------------------------------------------------------------

    def make_places(self) -> None:
        """Make a channel on each platform, for each half of the destinations."""
        guild = None
        for number in range(self.plan.destinations // 2):
            if number % _CHANNELS == 0:
                guild = self.discord.add_guild(f"readers-{number}")
            assert guild is not None
            there = guild.add_text(f"news-{number}")
            here = self.team.add_channel(f"news-{number}", member=True)
            blog = number % self.plan.feeds
            self.spots += [
                Spot(f"discord:channel:{there.id}", blog, lambda at=there: self._on_discord(at)),  # type: ignore[misc]
                Spot(f"slack:{here.id}", blog, lambda at=here: self._on_slack(at)),  # type: ignore[misc]
            ]

    def _on_discord(self, channel: Any) -> list[str]:
        return [each.embeds[0]["title"] for each in self.discord.messages(channel) if each.embeds]

    def _on_slack(self, channel: Any) -> list[str]:
        return [title for each in self.slack.messages(channel.id) if (title := header_of(each))]

    async def follow(self) -> None:
        """Let each place follow its blog."""
        store, now = await open_store(self.url), datetime.now(UTC)
        try:
            await store.sync_feeds([self._feed(blog) for blog in range(self.plan.feeds)], now)
            feeds = {feed.settings.url: feed.id for feed in await store.feeds()}
            for spot in self.spots:
                await store.follow(
                    spot.address,
                    feed_id=feeds[self.farm.url(spot.blog)],
                    include=terms("*"),
                    exclude={},
                    cadence=Cadence.NOW,
                    channel=True,
                    mention=None,
                    by="console:fleet",
                    now=now,
                )
        finally:
            await store.aclose()

    def _feed(self, blog: int) -> FeedSettings:
        return FeedSettings(f"Blog {blog}", self.farm.url(blog), every=self.plan.every, api_base="off")

    @property
    def settings(self) -> dict[str, Any]:
        """The config of each process."""
        feeds = [self._feed(blog) for blog in range(self.plan.feeds)]
        return {
            "database": self.url,
            "fetch": {"allow_networks": ["127.0.0.0/8"], "timeout": "20s"},
            "feeds": [
                {"name": each.name, "url": each.url, "every": f"{each.every:g}s", "api_base": "off"}
                for each in feeds
            ],
            "delivery": {"grace": "3s", "catch_up_after": 100},
            "discord": {
                "enabled": True,
                "api_base": self.discord.api_base,
                "gateway": self.discord.gateway,
            },
            "slack": {
                "enabled": True,
                "mode": "socket",
                "api_base": self.slack.api_base,
                "per_minute": self.plan.slack_per_minute,
            },
        }

    # --- the processes ------------------------------------------------------------------------------------

    async def start(self, number: int, code: Path | None = None) -> None:
        """Start a process; it may be killed before it is ready. `code`: where its program is."""
        folder = self.folder / str(number)
        folder.mkdir(exist_ok=True)
        home = Home(folder, "http://127.0.0.1:9/feed/", "off", SqliteFile(folder / "none.db"))
        home.settings = self.settings  # which name the database of all
        env = {
            "DISCORD_TOKEN": self.discord.token,
            "SLACK_BOT_TOKEN": self.team.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
        }
        if code is not None:
            env["PYTHONPATH"] = str(code)
        self.bots[number] = await Bot.start(home.start, env=env)

    async def kill(self, number: int) -> None:
        """Kill a process with SIGKILL."""
        bot = self.bots.pop(number)
        await bot.kill()
        self.logs.append(bot.log)
        await bot.aclose()
        self.kills += 1

    async def pause(self, number: int) -> None:
        """Let a process sleep for longer than its leases last, and wake up."""
        bot = self.bots[number]
        await bot.ready()
        bot.interrupt(signal.SIGSTOP)
        await asyncio.sleep(self.plan.pause)
        bot.interrupt(signal.SIGCONT)
        self.pauses += 1

    async def stop(self, *numbers: int) -> None:
        """Stop processes in order, all by default."""
        for number in numbers or tuple(self.bots):
            bot = self.bots.pop(number)
            await bot.ready()
            assert await bot.stop() == 0, bot.log
            self.logs.append(bot.log)
            await bot.aclose()

    async def trouble(self, end: asyncio.Event) -> None:
        """Kill and restart processes until `end`, or pause them."""
        while not end.is_set():
            await asyncio.sleep(self.random.uniform(0.5, 1.5) * self.plan.kill_every)
            number = self.random.randrange(self.plan.processes)
            if self.plan.pause and self.random.random() < 0.5:
                await self.pause(number)
                continue
            await self.kill(number)
            await self.start(number)

    # --- what came of it ----------------------------------------------------------------------------------

    def count(self, sql: str) -> int:
        with psycopg.connect(self.url) as connection:
            row = connection.execute(sql).fetchone()
            assert row is not None
            return int(row[0])

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until a condition holds, as long as the plan has patience."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self.plan.patience
        while not _holds(condition):
            if loop.time() > end:
                logs = [*self.logs, *(bot.log for bot in self.bots.values())]
                raise AssertionError("\n".join([f"{what} took too long", *logs, *self.state()]))
            await asyncio.sleep(0.2)

    def state(self) -> list[str]:
        """Return the rows of what is under way, and of who is at it."""
        with psycopg.connect(self.url) as connection:
            return [str(row) for statement in _STATE for row in connection.execute(statement)]

    def wrong(self) -> dict[str, tuple[list[str], list[str]]]:
        """Return what those places show, and should, that do not show every post once and in order."""
        pairs = {spot.address: (spot.titles(), self.farm.titles(spot.blog)) for spot in self.spots}
        return {address: pair for address, pair in pairs.items() if pair[0] != pair[1]}


def _holds(condition: Callable[[], bool]) -> bool:
    """Whether a condition holds; not while the server is away, or has no room for another connection."""
    try:
        return condition()
    except psycopg.OperationalError:
        return False


@asynccontextmanager
async def fleet(plan: Plan, folder: Path, say: Callable[[str], None], user: str = "") -> AsyncIterator[Fleet]:
    """Yield a fleet whose processes do not run yet; at the end none does. `user`: whose database it is."""
    server = postgres.server()
    async with (
        server.database(user=user) as url,
        Farm() as farm,
        FakeDiscord() as discord,
        FakeSlack() as slack,
    ):
        server.run(f"ALTER DATABASE {url.partition('?')[0].rpartition('/')[2]} SET synchronous_commit = on")
        made = Fleet(plan, folder, url, farm, discord, slack, say)
        try:
            yield made
        finally:
            for bot in made.bots.values():
                await bot.aclose()


async def run(made: Fleet) -> None:
    """Publish while processes and the server die; afterwards every destination has every post."""
    plan, calm = made.plan, asyncio.Event()
    made.make_places()
    await made.follow()
    for number in range(plan.processes):
        await made.start(number)
    await made.until(lambda: made.count(_POLLED) == plan.feeds, "the first polls")
    made.say(f"{plan.feeds} feeds were polled by {plan.processes} processes")
    trouble = asyncio.create_task(made.trouble(calm))
    for number in range(plan.rounds):
        for blog in range(plan.feeds):
            made.farm.publish(blog)
        if number < plan.restarts:
            await asyncio.sleep(plan.every)
            await postgres.server().restart(crash=number % 2 == 0)
            made.say("the server was restarted")
        await asyncio.sleep(2 * plan.every)
    calm.set()
    await trouble
    made.say(f"{made.kills} processes were killed, {made.pauses} paused; {made.count(_SENT)} alerts are sent")
    wanted = plan.rounds * len(made.spots)
    await made.until(lambda: made.count(_SENT) == wanted and made.count(_UNSENT) == 0, "the last alerts")
    await made.stop()
