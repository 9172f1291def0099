"""The part of the bot that hubs talk with: a real store, the web server, what asks hubs; a held clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from bot.model import Feed, HubSubscription, NamedHub
from bot.pipeline.fetch.client import Fetcher
from bot.ports import PollCommit, PushOutcome, Store
from bot.ports.meter import NoMeter
from bot.web.server import WebServer
from bot.websub.door import Door
from bot.websub.subscriber import Subscriber
from storage import open_store
from tests.contracts.store_samples import T0, add_feed, record
from tests.databases import Database
from tests.fakes.hub import FakeHub
from tests.pipeline.deliver.office import HeldClock
from tests.pipeline.fetch.wire import SETTINGS

TOPIC = "https://blog.example/feed/"


class Counting(NoMeter):
    """Counts pushes."""

    def __init__(self) -> None:
        self.counts: Counter[PushOutcome] = Counter()

    def pushed(self, outcome: PushOutcome) -> None:
        self.counts[outcome] += 1


@dataclass
class Listener:
    """What listens to hubs at `base`."""

    store: Store
    hub: FakeHub
    base: str
    clock: HeldClock
    subscriber: Subscriber
    meter: Counting
    nudges: list[datetime] = field(default_factory=list)

    async def names(self, name: str = "Blog", *, hub: str = "", topic: str = TOPIC) -> Feed:
        """Watch a feed that names a hub."""
        feed = await self.store.feed_called(name) or await add_feed(self.store, name)
        named = NamedHub(hub or self.hub.url, topic)
        await self.store.commit_poll(PollCommit(record(feed), hub=named, at=self.clock.now()))
        return feed

    async def known(self, feed: Feed) -> HubSubscription | None:
        return (await self.store.hubs_of([feed.id])).get(feed.id)

    async def feed(self, name: str = "Blog") -> Feed:
        found = await self.store.feed_called(name)
        assert found is not None
        return found

    async def ask(self, after: float = 0.0) -> int:
        """Ask hubs after so many seconds; return how many requests arrived."""
        self.clock.forward(after)
        before = len(self.hub.asked)
        await self.subscriber.ask_due()
        return len(self.hub.asked) - before


@asynccontextmanager
async def listening(database: Database, hub: FakeHub) -> AsyncIterator[Listener]:
    """Open store and web server. The hub verifies inside the request, so that nothing is waited for."""
    hub.sync = True
    clock, meter, nudges = HeldClock(), Counting(), list[datetime]()

    async def nudge() -> None:
        nudges.append(clock.now())

    store = await open_store(database.url)
    try:
        door = Door(store, clock, nudge, meter)
        server = WebServer("127.0.0.1", 0, store=store, clock=clock, loops=dict, adapters=dict, door=door)
        async with server, Fetcher(SETTINGS) as fetcher:
            base = f"http://127.0.0.1:{server.port}"
            yield Listener(store, hub, base, clock, Subscriber(store, fetcher, clock, base), meter, nudges)
    finally:
        await store.aclose()


__all__ = ["T0", "TOPIC", "Counting", "Listener", "listening"]
