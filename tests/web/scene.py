"""A web server to ask in tests: a real store on disk, a clock that stands, and parts that can die."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from hashlib import sha256

import aiohttp

from bot.model import Cadence, FeedSettings, FeedState, Preferences
from bot.ports import Failed, OverviewReader, Parked, PollCommit, PollRecord, Sent, Store, WebRoute
from bot.web.access import Access
from bot.web.guard import Limits
from bot.web.meter import PrometheusMeter
from bot.web.server import WebServer
from bot.web.visitors import Visitors
from tests.contracts.store_samples import follow, row
from tests.databases import Database

NOW = datetime(2022, 11, 26, 23, 41, tzinfo=UTC)
NEW = FeedState()
HOSTILE = '"><script>alert(1)</script>'
SECRET = "words of a private message"
NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]  # whatever the case of a name
    text: str


Ask = Callable[..., Awaitable[Answer]]  # a path, and a method if not GET


@dataclass
class Scene:
    """What a server tells of. It is itself the clock, which moves when `time` is set."""

    store: Store
    database: Database
    time: datetime = NOW
    loops: dict[str, bool] = field(default_factory=lambda: {"poll": True, "outbox": True})
    troubles: list[str] = field(default_factory=list)
    adapters: dict[str, bool] = field(default_factory=lambda: {"console": True})
    meter: PrometheusMeter = field(default_factory=PrometheusMeter)
    sandbox_restarts: int = 0

    def now(self) -> datetime:
        return self.time

    def server(
        self,
        *routes: WebRoute,
        host: str = "127.0.0.1",
        port: int = 0,
        store: OverviewReader | None = None,
        limits: Limits | None = None,
        zone: tzinfo = UTC,
        visitors: Visitors | None = None,
        access: Access | None = None,
    ) -> WebServer:
        return WebServer(
            host,
            port,
            store=store or self.store,
            clock=self,
            loops=lambda: self.loops,
            adapters=lambda: self.adapters,
            routes=routes,
            limits=limits,
            troubles=lambda: self.troubles,
            zone=zone,
            visitors=visitors,
            access=access,
            meter=self.meter,
            sandbox_restarts=lambda: self.sandbox_restarts,
        )

    async def watch(self, name: str, state: FeedState = NEW, *, next_poll: datetime = NOW) -> None:
        url = f"https://blog.example/{sha256(name.encode()).hexdigest()}/?key=hidden"
        feed = await self.store.add_feed(FeedSettings(name, url), NOW, by="console:root")
        await self.store.record_polls([PollRecord(feed.id, feed.url, state, next_poll)], NOW)

    async def fill_outbox(self) -> None:
        """Leave one delivery sent, one failed, one destination parked, and one delivery waiting."""
        await self.store.take_over("me")
        await self.store.notify([f"console:{name}" for name in ("sent", "failed", "parked")], SECRET, NOW)
        claims = await self.store.claim("me", NOW, lease=60, limit=9, platforms=["console"], catch_up_after=5)
        of = {claim.destination.local: claim for claim in claims}
        shut = Parked(of["parked"], "console:parked is shut", NOW, NOW + timedelta(days=1))
        await self.store.settle([Sent(of["sent"], "1", NOW), Failed(of["failed"], "no", NOW), shut])
        await self.store.notify(["console:waiting"], SECRET, NOW)

    async def hold_a_post(self) -> None:
        """Publish a post that somebody follows daily; the digest comes in a few hours."""
        feed = (await self.store.feeds())[0]
        await follow(self.store, "console:daily", "Trade", cadence=Cadence.DAILY)
        await self.store.set_preferences("console:daily", Preferences(digest=time(NOW.hour)), NOW)
        record = PollRecord(feed.id, feed.url, feed.state, NOW)
        await self.store.commit_poll(PollCommit(record, new=(row("held", "Trade"),), at=NOW))

    def break_store(self) -> None:
        """Take away a table that the store needs."""
        self.database.run("ALTER TABLE feeds RENAME TO lost")


@asynccontextmanager
async def asking(server: WebServer) -> AsyncIterator[Ask]:
    """Run the server, and give a function that asks it."""
    async with server, aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session:

        async def ask(
            path: str, method: str = "GET", body: bytes = b"", headers: Mapping[str, str] = NO_HEADERS
        ) -> Answer:
            async with session.request(
                method, path, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return Answer(answer.status, answer.headers, await answer.text())

        yield ask
