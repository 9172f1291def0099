"""The whole bot behind real adapters: one real store, one desk, one outbox, and a clock that stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bot.model import IMPORT, Feed, Subscription
from bot.pipeline.deliver.outbox import Outbox
from bot.pipeline.deliver.settings import DeliverySettings
from bot.pipeline.fetch.client import Fetcher
from bot.services import Services
from storage import open_store
from tests.commands.room import BLOG, LOOPBACK, POSTS, SECOND, Room, post_row
from tests.contracts.adapter_rig import Platform
from tests.contracts.adapters import PLATFORMS
from tests.databases import Databases
from tests.sandbox.kept import kept_sandbox

# A list of these and of half of them fills two pages wherever answers have pages.
TAGS = tuple(
    f"Tag {number:02} whose name is so long that a list of such names fills pages" for number in range(40)
)


@dataclass
class House:
    """A bot that watches two blogs, and the platforms on which it talks."""

    room: Room
    platforms: tuple[Platform, ...]

    async def open(self) -> None:
        """Let there be posts from before, and let people in."""
        signs = ("*Chips* & <tariffs>: [signs]_now_ at `50%`", ("China-U.S.", "Q&A, *notes*"), TAGS)
        first = [post_row(number, *post, silent=True) for number, post in enumerate((*POSTS, signs), 1)]
        second = [
            post_row(25, "Bulbs in spring", ("Gardening",), ("Tulips",), site="second.example", silent=True),
            post_row(26, "A note", (), TAGS[:20], site="second.example", silent=True),
        ]
        await self.room.publish(await self.room.watch(BLOG), silent=tuple(first))
        await self.room.publish(await self.room.watch(SECOND, by=IMPORT), silent=tuple(second))
        services = Services(self.room.dispatcher, self.room.store, self.room.clock)
        for each in self.platforms:
            await each.adapter.start(services)

    async def blog(self) -> Feed:
        """Return the first blog's feed."""
        return next(each for each in await self.room.store.feeds() if each.settings.name == BLOG.name)

    async def deliver(self) -> None:
        """Send all that is due."""
        adapters = {each.adapter.name: each.adapter for each in self.platforms}
        outbox = Outbox(self.room.store, adapters, self.room.clock, DeliverySettings(), "tester")
        assert await outbox.drain() == 0

    async def followed(self) -> tuple[str, ...]:
        """Return who follows what, in the order of the store."""
        return tuple(map(self._words, await self.room.store.subscriptions()))

    def _words(self, each: Subscription) -> str:
        address = each.destination.address
        names = [place.channels if each.channel else place.people for place in self.platforms]
        name = next(known[address] for known in names if address in known)
        wanted = [*sorted(each.filter.include), *(f"-{key}" for key in sorted(each.filter.exclude))]
        mention, paused = "with a mention" if each.mentions else "", "paused" if each.paused else ""
        return " ".join(filter(None, (name, *wanted, each.feed, each.cadence, mention, paused)))


@asynccontextmanager
async def house(databases: Databases, *platforms: str) -> AsyncIterator[House]:
    """Open a house on platforms by their names."""
    async with AsyncExitStack() as stack:
        store = await open_store((await databases.new(made=True)).url)
        stack.push_async_callback(store.aclose)
        fetcher = await stack.enter_async_context(Fetcher(LOOPBACK))
        places = [await stack.enter_async_context(PLATFORMS[name]()) for name in platforms]
        made = House(Room(store, fetcher, kept_sandbox()), tuple(places))
        await made.open()
        yield made
