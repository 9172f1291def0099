"""Random walks: whatever order feeds are polled in, and whatever happens meanwhile, a story comes once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as some

from bot.match import matches, subject_of
from bot.model import Cadence, Claim, Feed
from bot.ports import PostRow, Requeued, Retry, Sent, Settlement, Store
from tests.contracts.fresh import Fresh
from tests.contracts.store_samples import BOB, LEASE, add_feed, change, claim, follow, later, publish
from tests.contracts.test_store_stories import copy

pytest_plugins = ["tests.contracts.store_fixtures"]

ADDRESSES = [f"console:{name}" for name in "abc"]
NAMES = ["Trade", "Ports", "*", "-Trade"]
STORIES, FEEDS = 2, 3

Step = tuple[str, int, int, int]
steps = some.lists(
    some.tuples(
        some.sampled_from(
            ["poll", "poll", "poll", "edit", "follow", "follow", "pause", "claim", "settle", "die", "pass"]
        ),
        some.integers(0, 3),
        some.integers(0, 3),
        some.integers(0, 7),
    ),
    max_size=40,
)


def printed(story: int, feed: int, kind: int) -> PostRow:
    """Return the copy of a story in a feed. Each of them is filed in its own way."""
    categories = [name for bit, name in enumerate(("Trade", "Ports")) if kind & (1 << bit)]
    return copy(f"s{story}f{feed}", *categories, story=(f"x:{story}",), silent=kind == 7, minutes=story)


class Walk:
    """A store with some feeds and readers; `expected`: who has to get which story."""

    def __init__(self, store: Store, feeds: Sequence[Feed]) -> None:
        self.store = store
        self.feeds = feeds
        self.now = 0.0
        self.known: dict[tuple[int, int], int] = {}
        self.stored: set[tuple[int, int]] = set()
        self.expected: set[tuple[str, int]] = set()
        self.held: list[Claim] = []

    async def step(self, name: str, one: int, two: int, three: int) -> None:
        address, feed = ADDRESSES[one % len(ADDRESSES)], two % FEEDS
        if name == "poll":
            await self.poll(one % STORIES, feed, three)
        elif name == "edit":
            await self.edit(one % STORIES, feed, three)
        elif name == "follow":
            wanted = None if two == FEEDS else self.feeds[feed]
            left_out = 0 if self.stored else 1  # later it would take away what is held
            names = [NAMES[each % (len(NAMES) - 1 + left_out)] for each in (three, three + one)]
            await follow(
                self.store, address, *names, feed=wanted, cadence=list(Cadence)[one % 3], channel=True
            )
        elif name == "pause":
            await self.store.pause(address, paused=bool(three % 2), by=BOB, now=later(self.now))
        elif name == "claim":
            self.held += await claim(self.store, later(self.now), limit=1 + three)
        elif name == "settle" and self.held:
            await self.settle(self.held.pop(one % len(self.held)), three)
        elif name == "die":
            self.held.clear()
        elif name == "pass":
            self.now += (1, 61, 3600, 90_000)[two]

    async def poll(self, story: int, feed: int, kind: int) -> None:
        """Bring a copy, or bring it again: the process that stored it died before it could say so."""
        post = printed(story, feed, self.known.setdefault((story, feed), kind))
        await publish(self.store, self.feeds[feed], post, at=later(self.now))
        if not post.silent and (story, feed) not in self.stored:
            self.expected |= await self.reached(post, feed, story)
        self.stored.add((story, feed))

    async def edit(self, story: int, feed: int, kind: int) -> None:
        """File a known copy in another way; who matches newly gets the story."""
        if (story, feed) not in self.stored:
            return
        old = printed(story, feed, self.known[story, feed])
        new = printed(story, feed, kind)
        already = await self.reached(old, feed, story)
        self.known[story, feed] = kind
        await change(self.store, self.feeds[feed], new, at=later(self.now))
        self.expected |= await self.reached(new, feed, story) - already

    async def reached(self, post: PostRow, feed: int, story: int) -> set[tuple[str, int]]:
        subject = subject_of(post.post, post.text)
        return {
            (each.destination.address, story)
            for each in await self.store.subscriptions()
            if each.feed_id in (None, self.feeds[feed].id) and matches(each.filter, subject)
        }

    async def log(self) -> Counter[tuple[str, int]]:
        rows = await self.store.delivery_log(None, 999)
        return Counter((each.destination.address, int(each.post.id[1])) for each in rows if each.post)

    async def settle(self, each: Claim, number: int) -> None:
        at = later(self.now)
        lost = Retry(each, later(self.now + 7), "lost", uncertain=True)
        outcomes: list[Settlement] = [lost, Requeued(each)]
        await self.store.settle([outcomes[number] if number < len(outcomes) else Sent(each, "r", at)])

    async def finish(self) -> None:
        for address in ADDRESSES:
            await self.store.pause(address, paused=False, by=BOB, now=later(self.now))
        self.now += 30 * 86_400 + LEASE
        while claims := await claim(self.store, later(self.now)):
            await self.store.settle([Sent(each, "r", later(self.now)) for each in claims])


@settings(max_examples=60, deadline=None)
@given(walk=steps)
def test_a_story_reaches_each_place_that_any_copy_matches_exactly_once(
    fresh: Fresh, walk: Sequence[Step]
) -> None:
    async def run(store: Store) -> None:
        each = Walk(store, [await add_feed(store, f"Feed{number}") for number in range(FEEDS)])
        for step in walk:
            await each.step(*step)
        await each.finish()
        log = await store.delivery_log(None, 999)

        assert await each.log() == Counter(each.expected)
        assert {info.state for info in log} <= {"sent"}
        assert len(await store.latest(99)) == len({story for story, _ in each.stored})

    fresh(run)
