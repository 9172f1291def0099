"""The cost of an alert from outbox to platform, compared with loops that post the same bodies.

One loop is bare aiohttp, the other is the platform's SDK alone: nobody who uses it can be quicker. The bot's
side is the real path: claimed from a database file, rendered, sent by the adapter, recorded. Its rate limit
is lifted. The fake platform is a process of its own and refuses nothing. All sides send the same number of
requests at once. Works for any platform, like `bench.fanout`.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Protocol

from bench.followers import CATEGORY, follow
from bench.meter import Spent, metered
from bench.report import AtLeast, Verdicts, heading, line, ratio, ratio_of
from bot.clock import SystemClock
from bot.commands.dispatch import Dispatcher
from bot.model import EvidenceRank, Feed, FeedSettings, FeedState, Filing, Post
from bot.pipeline.deliver.outbox import Outbox
from bot.pipeline.deliver.settings import DeliverySettings
from bot.pipeline.fetch.client import Fetcher, FetchSettings
from bot.pipeline.inspector import FeedInspector
from bot.ports import Adapter, BotServices, PollCommit, PollRecord, PostRow, Store
from bot.sandbox.sandbox import Sandbox
from bot.services import Services
from bot.shell.run import spare_collector
from storage import open_store

ROUNDS = 7
AT_ONCE = DeliverySettings().concurrency
ENOUGH = 3_000.0  # alerts a second, with which an SDK that is quicker need not be compared
AIM = AtLeast(1.0)
_SENTENCE = "Customs data for the spring show that less grain was shipped than in any year since the war. "


class Platform(Protocol):
    """A running fake platform, and its adapter, not yet started and without rate limit."""

    @property
    def name(self) -> str:
        """Its name in the figures."""
        ...

    @property
    def adapter(self) -> Adapter:
        """The adapter."""
        ...

    @property
    def addresses(self) -> Sequence[str]:
        """The addresses of all channels."""
        ...

    async def take_bodies(self) -> list[Any]:
        """Return the requests that sent messages since the last call, in the form that `post` takes."""
        ...

    async def post(self, body: Any) -> None:
        """Send such a request again with a bare HTTP client."""
        ...

    async def post_by_sdk(self, body: Any) -> None:
        """Send such a request again with the platform's SDK."""
        ...


@dataclass(slots=True)
class Rounds:
    """Seconds per alert, one value for each round."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def note(self, spent: Spent, alerts: int) -> None:
        """Add a round."""
        self.cpu.append(spent.cpu / alerts)
        self.wall.append(spent.wall / alerts)


async def run(platform: Platform) -> int:
    """Measure and print; return 1 when any attempt failed, an alert is missing or the aim is missed."""
    ours, bare, sdk = Rounds(), Rounds(), Rounds()
    async with _connected(platform) as (store, feed):
        spare_collector()
        for number in range(ROUNDS + 1):  # the first warms up: rate limits are learned, connections opened
            ours_spent, failures = await _deliver(store, feed, number, platform)
            bodies = await platform.take_bodies()
            if failures or len(bodies) != len(platform.addresses):
                print(f"{failures} attempts failed, {len(bodies)} messages arrived.")
                return 1
            bare_spent = await _post_all(platform.post, bodies)
            sdk_spent = await _post_all(platform.post_by_sdk, bodies)
            await platform.take_bodies()
            if number:
                ours.note(ours_spent, len(bodies))
                bare.note(bare_spent, len(bodies))
                sdk.note(sdk_spent, len(bodies))
    return _show(platform, ours, bare, sdk)


@asynccontextmanager
async def _connected(platform: Platform) -> AsyncIterator[tuple[Store, Feed]]:
    """Open a store in which every address follows CATEGORY, and start the adapter."""
    with tempfile.TemporaryDirectory(prefix="bystander-bench-") as folder:
        store = await open_store(f"sqlite:///{Path(folder).as_posix()}/bench.db")
        try:
            settings = FeedSettings("Bench", "https://blog.example/feed/", origin="chat")
            feed = await store.add_feed(settings, datetime.now(UTC), by="console:bench")
            await follow(store, platform.addresses)
            async with Fetcher(FetchSettings()) as fetcher, Sandbox() as sandbox:
                try:
                    await platform.adapter.start(_services(store, fetcher, sandbox))
                    yield store, feed
                finally:
                    await platform.adapter.aclose()
        finally:
            await store.aclose()


def _services(store: Store, fetcher: Fetcher, sandbox: Sandbox) -> BotServices:
    clock = SystemClock()
    return Services(Dispatcher(store, FeedInspector(fetcher, sandbox), clock), store, clock)


async def _deliver(store: Store, feed: Feed, number: int, platform: Platform) -> tuple[Spent, int]:
    """Deliver one post to everybody; return the cost and the number of failed attempts."""
    now = datetime.now(UTC)
    record = PollRecord(feed.id, feed.url, FeedState(), now)
    await store.commit_poll(PollCommit(record, new=(_post(number, now),), at=now))
    outbox = Outbox(
        store, {platform.adapter.name: platform.adapter}, SystemClock(), DeliverySettings(), "bench"
    )
    with metered() as spent:
        failures = await outbox.drain()
    return spent, failures


def _post(number: int, now: datetime) -> PostRow:
    post = Post(
        id=f"post {number}",
        link=f"https://blog.example/{number}/",
        title=f"Title of number {number}",
        author="Ann",
        published=now,
        summary=_SENTENCE * 4,
        filing=Filing((CATEGORY, "Trade"), ("Grain", "Ports"), EvidenceRank.API, "The API says so."),
        feed="Bench",
    )
    return PostRow(
        post,
        guid=post.id,
        wordpress_id=0,
        aliases=(),
        labels=(),
        text=_SENTENCE * 40,
        text_hash=post.id,
        printed=now,
        first_seen=now,
    )


async def _post_all(post: Callable[[Any], Awaitable[None]], bodies: Sequence[Any]) -> Spent:
    """Post every body, AT_ONCE at a time; return the cost."""
    waiting = iter(bodies)

    async def work() -> None:
        for body in waiting:
            await post(body)

    with metered() as spent:
        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return spent


def _show(platform: Platform, ours: Rounds, bare: Rounds, sdk: Rounds) -> int:
    """Print the figures; return the exit code."""
    alerts, verdicts = len(platform.addresses), Verdicts()
    heading(f"an alert on {platform.name}, outbox to recorded, pace lifted ({ROUNDS} rounds of {alerts})")
    for name, rounds in (
        ("bare aiohttp posts the same bodies", bare),
        ("the SDK alone posts them", sdk),
        ("Bystander", ours),
    ):
        line(
            name, median(rounds.cpu) * 1e3, "ms CPU", f"{1 / median(rounds.wall):,.0f} a second by the clock"
        )
    ratio("CPU, Bystander / bare loop", ratio_of(ours.cpu, bare.cpu))
    ratio("clock, Bystander / bare loop", ratio_of(ours.wall, bare.wall))
    ratio("CPU, Bystander / SDK alone", ratio_of(ours.cpu, sdk.cpu))
    least = [max(each, 1 / ENOUGH) for each in sdk.wall]
    verdicts.figure(f"speed, of the SDK's or {ENOUGH:,.0f} a second", ratio_of(least, ours.wall), "x", AIM)
    return verdicts.code()
