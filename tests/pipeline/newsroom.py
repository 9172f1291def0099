"""The polling half of the bot in tests: real store, fetcher and parsers, a blog on loopback, a held clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

from bot.model import Alert, Digest, Feed, FeedSettings, Notice, Post
from bot.pipeline.fetch.client import Fetcher, FetchSettings
from bot.pipeline.worker import Poller, PollSettings
from bot.ports import Store
from bot.sample.blog import SampleBlog, SamplePost
from bot.sandbox.remote import Runner
from storage import open_store
from tests.contracts.store_samples import T0, follow, send_all
from tests.databases import Database
from tests.fakes.blog import FaultyBlog
from tests.pipeline.deliver.office import HeldClock
from tests.sandbox.kept import kept_sandbox

LOOPBACK = FetchSettings(timeout=20.0, allow_networks=(ip_network("127.0.0.0/8"),))
ALICE, BOB, ADMIN = "console:alice", "console:bob", "console:admin"
EVERY = 900.0
SELF_HOSTED = "https://wordpress.org/?v=6.7"


def post(
    number: int, *categories: str, tags: Sequence[str] = (), at: datetime = T0, **fields: Any
) -> SamplePost:
    """Return a post of the blog; its number also makes its title and its text."""
    values: dict[str, Any] = {
        "number": number,
        "slug": f"post-{number}",
        "title": f"Post {number}",
        "author": "Ann",
        "published": at,
        "html": f"<p>The text of post {number} is short. It has two sentences.</p>",
        "categories": categories or ("Trade",),
        "tags": tuple(tags),
    }
    return SamplePost(**(values | fields))


def old_posts(count: int = 3) -> list[SamplePost]:
    """Return posts that were there before the bot: numbers 1 to `count`, a day apart."""
    return [post(number, at=T0 - timedelta(days=count + 3 - number)) for number in range(1, count + 1)]


@dataclass
class Newsroom:
    """A poller with all that it needs."""

    store: Store
    fetcher: Fetcher
    sandbox: Runner
    blog: FaultyBlog
    clock: HeldClock = field(default_factory=HeldClock)
    sent: list[tuple[str, str]] = field(default_factory=list)
    news: int = 0  # times that the outbox was told that there may be something to deliver
    poller: Poller = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(
        self, *, store: Any = None, settings: PollSettings | None = None, sandbox: Runner | None = None
    ) -> None:
        """Go on with a new poller, as after a crash: nothing but the store is left."""
        self.poller = Poller(
            store or self.store,
            self.fetcher,
            sandbox or self.sandbox,
            self.clock,
            owner="one",
            admins=[ADMIN],
            on_news=self._hear,
            settings=settings,
        )

    def _hear(self) -> None:
        self.news += 1

    async def watch(self, url: str = "", name: str = "Blog", **settings: Any) -> Feed:
        """Watch the blog, or another URL."""
        values = {"every": EVERY, "origin": "chat", **settings}
        return await self.store.add_feed(
            FeedSettings(name, url or self.blog.feed_url, **values), self.clock.now(), by="console:root"
        )

    async def begin(self, *following: str, **settings: Any) -> None:
        """Watch the blog, poll it once, silently, and let alice follow something."""
        await self.watch(**settings)
        await self.poll()
        await follow(self.store, ALICE, *(following or ("*",)))

    def publish(self, number: int, *categories: str, tags: Sequence[str] = (), **fields: Any) -> SamplePost:
        """Let the blog publish a post now."""
        return self.blog.blog.publish(post(number, *categories, tags=tags, at=self.clock.now(), **fields))

    async def poll(self) -> None:
        """Go to the time when the next feed is due, and poll what is due then."""
        due = await self.store.next_poll_at()
        assert due is not None
        self.clock.time = max(self.clock.time, due)
        await self.tick()

    async def tick(self) -> None:
        """Poll what is due now, and wait until that is done."""
        await self.poller.tick()
        while self.poller._tasks:
            await asyncio.wait(self.poller._tasks)

    async def feed(self, name: str = "Blog") -> Feed:
        """Return a feed as it is stored."""
        return next(feed for feed in await self.store.feeds() if feed.settings.name == name)

    async def posts(self) -> dict[int, Post]:
        """Return the stored posts by the number in their title."""
        return {int(each.title.split()[1]): each for each in await self.store.latest(1000)}

    async def post(self, number: int) -> Post:
        """Return one stored post."""
        return (await self.posts())[number]

    async def deliver(self) -> list[tuple[str, str]]:
        """Send what is due; return for whom and what: titles, "edit: " before an edit's, notices."""
        found: list[tuple[str, str]] = []
        for claim in await send_all(self.store, self.clock.now()):
            match claim.message:
                case Alert(post=post):
                    text = post.title
                case Digest(posts=posts):
                    text = ", ".join(post.title for post in posts)
                case Notice(text=text):
                    pass
            found.append((claim.destination.address, f"edit: {text}" if claim.action == "edit" else text))
        self.sent += found
        return found

    async def alerts(self, address: str = ALICE) -> list[str]:
        """Send what is due; return what that is for an address."""
        return [text for to, text in await self.deliver() if to == address]

    async def notices(self) -> list[str]:
        """Send what is due; return every notice the admin has had so far."""
        await self.deliver()
        return [text for to, text in self.sent if to == ADMIN]

    def asked(self, *prefixes: str) -> int:
        """Return how many requests were made below some paths, but for those of the list of categories."""
        seen = [each for prefix in prefixes for each in self.blog.seen(prefix)]
        return sum("/categories" not in each.path for each in seen)

    def listed(self) -> int:
        """Return how often the list of the blog's categories was asked for."""
        return sum("/categories" in each.path for each in self.blog.requests)

    def forget_requests(self) -> None:
        """Count requests from now on."""
        self.blog.requests.clear()


async def api_used(room: Newsroom) -> str:
    """Return kind and address of the API that polling remembers, "" for none."""
    api = (await room.feed()).state.api
    return f"{api.kind} {api.url}" if api else ""


PAGES = "/2026/"
API = "/rest/"


@asynccontextmanager
async def open_newsroom(
    database: Database, posts: Iterable[SamplePost] | None = None, *, generator: str = "", **parts: bool
) -> AsyncIterator[Newsroom]:
    """Open a newsroom whose blog has some old posts; `parts` says what the blog serves besides its feeds."""
    blog = SampleBlog(
        old_posts() if posts is None else posts, **({"generator": generator} if generator else {})
    )
    async with AsyncExitStack() as stack:
        store = await open_store(database.url)
        stack.push_async_callback(store.aclose)
        server = await stack.enter_async_context(FaultyBlog(blog, **parts))
        clock = HeldClock()
        fetcher = await stack.enter_async_context(Fetcher(LOOPBACK, clock))
        room = Newsroom(store, fetcher, kept_sandbox(), server, clock)
        yield room
        await room.poller.aclose()
