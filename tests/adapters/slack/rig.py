"""The real Slack adapter on a fake Slack over loopback. Desk and posts are those of the Discord rig."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.slack.adapter import SlackAdapter
from adapters.slack.install.installations import Installations, Installed
from adapters.slack.install.manifest import BOT_SCOPES
from adapters.slack.transport.rate_limit import PACE, PaceSettings, RateLimiter
from bot.errors import PermanentError, TemporaryError
from bot.model import Destination, Message
from tests.adapters.discord.rig import KEY, LONG_AGO, NotingServices, alert, key, post
from tests.fakes.slack.basics import Clock
from tests.fakes.slack.messages import StoredMessage
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Channel, Team, User

__all__ = [
    "KEY",
    "LONG_AGO",
    "POST",
    "FastTime",
    "NotingServices",
    "Rig",
    "alert",
    "key",
    "lost",
    "made",
    "post",
    "refused",
]

POST = "chat.postMessage"


class FastTime:
    """A clock that jumps to the next end of a sleep once nothing else can go on; `server` goes along."""

    def __init__(self, server: Clock | None = None) -> None:
        self.now = 1000.0
        self._server = server
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = itertools.count()
        self._driver: asyncio.Task[None] | None = None

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._number), woken))
        if self._driver is None or self._driver.done():
            self._driver = asyncio.create_task(self._drive())
        await woken

    async def _drive(self) -> None:
        while self._sleepers:
            for _ in range(20):  # turns of the loop after which everything stands still
                await asyncio.sleep(0)
            due, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                if self._server is not None:
                    self._server.advance(max(due - self.now, 0.0))
                self.now = max(self.now, due)
                woken.set_result(None)

    def pace(self, settings: PaceSettings = PACE) -> RateLimiter:
        """Return a pace on this clock."""
        return RateLimiter(settings, clock=self.clock, sleep=self.sleep)


@dataclass
class Rig:
    """An adapter with its Slack: a workspace with a channel the bot is in, an admin and a member."""

    server: FakeSlack
    time: FastTime  # of the pace
    team: Team
    services: NotingServices
    adapter: SlackAdapter

    def __post_init__(self) -> None:
        self.news = self.team.add_channel("news", member=True)
        self.alice = self.team.add_user("alice")
        self.boss = self.team.add_user("boss", admin=True)

    def build(self, **settings: Any) -> SlackAdapter:
        """Return another adapter for the same Slack, as after a restart."""
        return SlackAdapter(**(_settings(self.server, self.team, self.time.pace()) | settings))

    async def start(self) -> None:
        await self.adapter.start(self.services)

    async def restart(self, **settings: Any) -> None:
        """End the adapter and start another one in its place."""
        await self.adapter.aclose()
        self.adapter = self.build(**settings)
        await self.start()

    async def installed(self, team: Team) -> None:
        """Let the adapter find another workspace's token, as after an installation by OAuth."""
        team.install(set(BOT_SCOPES))
        installations = Installations(self.services, self.server.client_secret)
        await installations.keep(Installed(team.id, team.name, team.bot_token))

    def to(self, place: Channel | User) -> Destination:
        """Return a channel or a person as a destination."""
        return Destination(1, self.address(place))

    def address(self, place: Channel | User) -> str:
        """Return the address of a channel or a person."""
        return f"slack:{place.id}" if place.team is self.team else f"slack:{place.team.id}/{place.id}"

    def messages(self, place: Channel | User) -> list[StoredMessage]:
        """Return what everybody sees there."""
        return self.server.messages(place)


@asynccontextmanager
async def made(**settings: Any) -> AsyncIterator[Rig]:
    """Return a rig whose adapter is not started yet; at the end all that was sent must have been lawful."""
    with without_proxy():
        async with FakeSlack() as server:
            team, time = server.add_team(), FastTime(server.clock)
            team.install(set(BOT_SCOPES))
            values = _settings(server, team, time.pace()) | settings
            rig = Rig(server, time, team, NotingServices(), SlackAdapter(**values))
            try:
                yield rig
            finally:
                await rig.adapter.aclose()
                await asyncio.sleep(0)


@contextmanager
def without_proxy() -> Iterator[None]:
    """Let the SDK go straight to loopback, whatever the environment says of proxies."""
    names = [name for name in os.environ if name.lower() in ("http_proxy", "https_proxy", "all_proxy")]
    taken = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(taken)


def _settings(server: FakeSlack, team: Team, pace: RateLimiter) -> dict[str, Any]:
    return {
        "api_base": server.api_base,
        "bot_token": team.bot_token,
        "app_token": server.app_token,
        "client_id": server.client_id,
        "client_secret": server.client_secret,
        "pace": pace,
    }


async def refused(rig: Rig, destination: Destination, message: Message | None = None) -> PermanentError:
    with pytest.raises(PermanentError) as error:
        await rig.adapter.send(destination, message or alert(1), KEY)
    return error.value


async def lost(rig: Rig, destination: Destination, message: Message | None = None) -> None:
    """Send a message that arrives, and whose answer does not."""
    rig.server.faults.lose_answer(POST)
    with pytest.raises(TemporaryError) as error:
        await rig.adapter.send(destination, message or alert(1), KEY)
    assert error.value.uncertain
