"""The delivering half of the bot in tests: a real store, an adapter in memory, a clock that stands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from inspect import iscoroutinefunction
from typing import Any

from bot.model import Alert, Digest, Message, Notice
from bot.pipeline.deliver.outbox import Outbox
from bot.pipeline.deliver.settings import DeliverySettings
from bot.ports import PostRow, Store
from storage import open_store
from tests.contracts.adapters import Pinboard
from tests.contracts.store_samples import T0, add_feed, change, follow, publish, row
from tests.databases import Database

ADMIN = "console:admin"
PATIENCE = 30.0  # seconds; far beyond what anything here takes


@dataclass
class HeldClock:
    """A clock that moves only when it is told to."""

    time: datetime = T0

    def now(self) -> datetime:
        return self.time

    def forward(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass
class Office:
    """An outbox with all that it needs."""

    store: Store
    board: Pinboard = field(default_factory=Pinboard)
    clock: HeldClock = field(default_factory=HeldClock)

    def outbox(self, *, owner: str = "one", store: Any = None, **settings: Any) -> Outbox:
        """Make an outbox; several are several runs of the bot."""
        adapters = {self.board.name: self.board}
        wanted = DeliverySettings(**{"admins": (ADMIN,), **settings})
        return Outbox(store or self.store, adapters, self.clock, wanted, owner)

    async def alert(self, *posts: str, to: str = "console:alice") -> None:
        """Put posts into the outbox, for one follower."""
        feeds = await self.store.feeds()
        feed = feeds[0] if feeds else await add_feed(self.store)
        category = to.partition(":")[2]
        await follow(self.store, to, category)
        for post in posts:
            await publish(self.store, feed, row(post, category), at=self.clock.now())

    async def change(self, *rows: PostRow) -> None:
        """Let known posts change."""
        (feed,) = await self.store.feeds()
        await change(self.store, feed, *rows, at=self.clock.now())

    async def drain(self) -> int:
        """Deliver what is due now; return how many attempts failed."""
        return await self.outbox().drain()

    async def states(self, address: str = "console:alice") -> list[str]:
        """Return the states of an address's deliveries, oldest first."""
        return [info.state for info in reversed(await self.store.delivery_log(address, 100))]

    def pinned(self, address: str = "console:alice") -> list[str]:
        """Return what hangs on the board for an address, in the order it came."""
        return [
            about(note.message) for note in self.board.notes.values() if note.destination.address == address
        ]


def about(message: Message) -> str:
    """Return the post's id ("~" before one without its summary), the ids of a digest, or a notice's text."""
    match message:
        case Alert(post=post, plain=plain):
            return f"~{post.id}" if plain else post.id
        case Digest(posts=posts, plain=plain):
            return ("~" if plain else "") + " ".join(post.id for post in posts)
        case Notice(text=text):
            return text


class FaultyStore:
    """A store some of whose calls fail; everything else goes to the real one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.faults: dict[str, list[BaseException]] = {}
        self.calls: list[str] = []

    def fail(self, method: str, *errors: BaseException) -> None:
        """Let the next calls of a method raise these, one each."""
        self.faults.setdefault(method, []).extend(errors)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if not iscoroutinefunction(method):
            return method

        async def call(*arguments: Any, **named: Any) -> Any:
            self.calls.append(name)
            if self.faults.get(name):
                raise self.faults[name].pop(0)
            return await method(*arguments, **named)

        return call


@asynccontextmanager
async def open_office(database: Database) -> AsyncIterator[Office]:
    """Open an office on a database of its own."""
    store = await open_store(database.url)
    try:
        yield Office(store)
    finally:
        await store.aclose()


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 -- it looks at what other parts do
            await asyncio.sleep(0.005)
