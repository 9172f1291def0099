"""A place to talk to the bot in tests: the real dispatcher on a real database, and a clock that stands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from ipaddress import ip_network

from bot.commands.dispatch import Dispatcher
from bot.model import Caller, Claim, EvidenceRank, Feed, FeedSettings, FeedState, Filing, Post, Reply
from bot.pipeline.fetch.client import Fetcher, FetchSettings
from bot.pipeline.inspector import FeedInspector
from bot.ports import PollCommit, PollRecord, PostRow, Settlement, Store
from bot.sandbox.remote import Runner

LOOPBACK = FetchSettings(allow_networks=(ip_network("127.0.0.0/8"),))
NOW = datetime(2022, 11, 26, 23, 41, tzinfo=UTC)
OWNER = "console:owner"  # who adds the feeds
BLOG = FeedSettings("China Bystander", "https://blog.example/feed/")
SECOND = FeedSettings("Second Blog", "https://second.example/feed/", origin="chat")

# title, categories, tags; oldest first. Some tags bear a category's name, as in real feeds.
POSTS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("Rates hold", ("Economy",), ("PBOC",)),
    ("Bonds rally", ("Economy", "Markets"), ()),
    ("Box office falls", ("Media",), ("TikTok",)),
    ("A summit in Taipei", ("Taiwan",), ("TSMC",)),
    ("Harbour traffic", ("Hong Kong", "Trade"), ("Technology",)),
    ("Apps under review", ("China-U.S.", "Technology"), ("TikTok",)),
    ("Chip rules widen", ("China-U.S.", "Technology", "Trade"), ("Huawei",)),
    ("Arms for the island", ("China-U.S.", "Taiwan"), ("Lockheed Martin",)),
    ("Index slips", ("Markets",), ("Hong Kong",)),
    ("Studio sold", ("Media",), ("Tencent",)),
    ("Export controls again", ("China-U.S.", "Trade"), ("Huawei", "Technology")),
    ("Tariffs stay in place", ("China-U.S.", "Trade"), ("Boeing",)),
)


@dataclass
class Hands:
    """A clock that moves only when it is set."""

    time: datetime = NOW

    def now(self) -> datetime:
        return self.time


def post_row(
    number: int,
    title: str,
    categories: tuple[str, ...] = (),
    tags: tuple[str, ...] = (),
    *,
    site: str = "blog.example",
    filing: Filing | None = None,
    silent: bool = False,
) -> PostRow:
    filed = filing or Filing(categories, tags, EvidenceRank.API, "The API lists them apart.")
    published = NOW - timedelta(days=40 - number)
    post = Post(
        id=f"wp:{site}:{number}",
        link=f"https://{site}/2022/{number:02}/a-post/",
        title=title,
        author="Author",
        published=published,
        summary=f"{title}, told in short.",
        filing=filed,
        feed="",
    )
    return PostRow(
        post=post,
        guid=f"http://{site}/?p={number}",
        wordpress_id=number,
        aliases=(),
        labels=(*filed.categories, *filed.tags),
        text=f"{title}. The whole text of it.",
        text_hash=str(number),
        printed=published,
        first_seen=published,
        silent=silent,
    )


@dataclass
class Room:
    """The bot with its database, and a way to talk to it."""

    store: Store
    fetcher: Fetcher
    sandbox: Runner
    clock: Hands = field(default_factory=Hands)
    zone: tzinfo = UTC

    def __post_init__(self) -> None:
        inspector = FeedInspector(self.fetcher, self.sandbox)
        self.dispatcher = Dispatcher(self.store, inspector, self.clock, zone=self.zone)

    def caller(self, who: str = "alice", *, admin: bool = False, place: str = "") -> Caller:
        return Caller(f"console:{who}", f"console:{place or who}", admin=admin)

    async def say(self, line: str, who: str = "alice", *, admin: bool = False, place: str = "") -> Reply:
        """Type a line."""
        return await self.dispatcher.run(self.caller(who, admin=admin, place=place), line)

    async def refused(self, line: str, who: str = "alice", *, admin: bool = False, place: str = "") -> str:
        """Type a line that must be refused and must change nothing; return the answer."""
        before = await self.everything()
        reply = await self.say(line, who, admin=admin, place=place)
        assert not reply.ok, reply.text
        assert await self.everything() == before
        return reply.text

    async def everything(self) -> list[object]:
        """Return all that a command could change."""
        return [
            await self.store.subscriptions(),
            [subscription.filter.labels for subscription in await self.store.subscriptions()],
            await self.store.feeds(),
            await self.store.delivery_log(None, 1000),
        ]

    async def follows(self, who: str = "alice") -> list[tuple[set[str], set[str], int | None]]:
        """Return what a person follows: included, excluded, feed."""
        return [
            (set(each.filter.include), set(each.filter.exclude), each.feed_id)
            for each in await self.store.subscriptions(f"console:{who}", channel=False)
        ]

    async def complete(self, path: str, parameter: str, typed: str, *, admin: bool = False) -> list[str]:
        return await self.dispatcher.complete(self.caller(admin=admin), path, parameter, typed)

    async def watch(self, settings: FeedSettings = BLOG, *, by: str = OWNER) -> Feed:
        """Add a feed and return it."""
        return await self.store.add_feed(settings, self.clock.now(), by=by)

    async def publish(
        self, feed: Feed, *new: PostRow, silent: tuple[PostRow, ...] = (), vocabulary: tuple[str, ...] = ()
    ) -> None:
        """Store posts as a good poll does."""
        now = self.clock.now()
        state = FeedState(baseline_at=now, last_success_at=now)
        record = PollRecord(feed.id, feed.url, state, now + timedelta(minutes=15))
        rows = (*(replace(row, silent=True) for row in silent), *new)
        await self.store.commit_poll(PollCommit(record, rows, vocabulary=vocabulary, at=now))

    async def edit(self, feed: Feed, *changed: PostRow) -> None:
        """Store posts that changed."""
        now = self.clock.now()
        record = PollRecord(feed.id, feed.url, feed.state, now + timedelta(minutes=15))
        await self.store.commit_poll(PollCommit(record, changed=changed, at=now))

    async def report(self, feed: Feed, state: FeedState, *, url: str = "", next_in: float = 900.0) -> None:
        """Store the outcome of a poll without posts."""
        now = self.clock.now()
        record = PollRecord(feed.id, url or feed.url, state, now + timedelta(seconds=next_in))
        await self.store.record_polls([record], now)

    async def claim(self) -> list[Claim]:
        """Take what is due out of the outbox."""
        return await self.store.claim(
            "tester", self.clock.now(), lease=60, limit=10, platforms=["console"], catch_up_after=5
        )

    async def settle(self, *settlements: Settlement) -> None:
        await self.store.settle(settlements)
