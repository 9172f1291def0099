"""Random walks through the outbox: whatever happens in whatever order, its promises hold."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as some

from bot.model import Claim, Feed
from bot.ports import Failed, Parked, Requeued, Retry, Sent, Settlement, Store
from tests.contracts.fresh import Fresh
from tests.contracts.store_samples import LEASE, add_feed, change, claim, follow, later, publish, row

pytest_plugins = ["tests.contracts.store_fixtures"]

ADDRESSES = [f"console:{name}" for name in "abc"]
OUTCOMES = ["sent", "again", "lost answer", "failed", "parked", "released"]

Step = tuple[str, int, str]
steps = some.lists(
    some.tuples(
        some.sampled_from(
            ["publish", "change", "claim", "settle", "settle", "die", "pass", "probe", "resume"]
        ),
        some.integers(0, 7),
        some.sampled_from(OUTCOMES),
    ),
    max_size=40,
)


class Walk:
    """One bot and its store; `held`: claims not settled yet, with the end of their lease in seconds."""

    def __init__(self, store: Store, feed: Feed) -> None:
        self.store = store
        self.feed = feed
        self.now = 0.0
        self.posts = 0
        self.held: list[tuple[Claim, float]] = []
        self.keys: dict[tuple[int, ...], str] = {}

    async def step(self, name: str, number: int, outcome: str) -> None:
        at = later(self.now)
        if name == "publish":
            fresh = [row(f"p{self.posts + each}", "Trade") for each in range(1 + number % 3)]
            self.posts += len(fresh)
            await publish(self.store, self.feed, *fresh, at=at)
        elif name == "change" and self.posts:
            changed = row(f"p{number % self.posts}", "Trade", title=f"Changed at {self.now}")
            await change(self.store, self.feed, changed, at=at)
        elif name == "claim":
            await self.claim(limit=100 if number % 2 else 1)
        elif name == "settle" and self.held:
            each, _ = self.held.pop(number % len(self.held))
            await self.store.settle([self.outcome(each, outcome)])
        elif name == "die" and self.held:
            self.held.pop(number % len(self.held))
        elif name == "pass":
            self.now += (1, 5, 30, 61)[number % 4]
        elif name == "probe":
            await self.store.probe_parked(at)
        elif name == "resume":
            await self.store.resume(ADDRESSES[number % len(ADDRESSES)], at)

    async def claim(self, limit: int) -> list[Claim]:
        due = await self.store.next_delivery_at(["console"])
        claims = await claim(self.store, later(self.now), limit=limit, catch_up_after=2)
        assert bool(claims) == (due is not None and due <= later(self.now)), due
        assert len(claims) <= limit
        self.held += [(each, self.now + LEASE) for each in claims]
        under_way = [each.destination.address for each, until in self.held if until > self.now]
        assert len(under_way) == len(set(under_way)), "two messages under way for one destination"
        for each in claims:
            assert self.keys.setdefault(each.delivery_ids, each.key) == each.key
        return claims

    def outcome(self, each: Claim, name: str) -> Settlement:
        at, soon = later(self.now), later(self.now + 7)
        outcomes: dict[str, Settlement] = {
            "sent": Sent(each, "reference", at),
            "again": Retry(each, soon, "slow"),
            "lost answer": Retry(each, soon, "lost", uncertain=True),
            "failed": Failed(each, "refused", at),
            "parked": Parked(each, "shut", at, soon),
            "released": Requeued(each),
        }
        return outcomes[name]

    async def finish(self) -> None:
        """Let every message go out from now on."""
        self.now += LEASE + 10
        for address in ADDRESSES:
            await self.store.resume(address, later(self.now))
        while claims := await self.claim(limit=100):
            await self.store.settle([self.outcome(each, "sent") for each in claims])
            self.held.clear()


@settings(max_examples=60, deadline=None)
@given(walk=steps)
def test_whatever_happens_one_message_goes_at_a_time_and_none_is_forgotten(
    fresh: Fresh, walk: Sequence[Step]
) -> None:
    async def run(store: Store) -> None:
        each = Walk(store, await add_feed(store))
        for address in ADDRESSES:
            await follow(store, address, "Trade")
        for step in walk:
            await each.step(*step)
        await each.finish()
        log = await store.delivery_log(None, 9999)

        assert {info.state for info in log} <= {"sent", "failed"}
        assert len(log) == each.posts * len(ADDRESSES)
        assert await store.next_delivery_at(["console"]) is None

    fresh(run)
