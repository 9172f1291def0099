"""Years of digests, quiet hours and snoozes, simulated: each post comes once, and never in the quiet.

The simulation does what the outbox does: it sleeps until the store says that something can be claimed. Some
runs stop for days, are killed in the middle of a delivery, or have their clock set.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.model import Alert, Cadence, Claim, Digest, Feed, HeldFor, Preferences, QuietHours
from bot.ports import Retry, Sent, Store
from bot.timetable import due_at, held_until
from tests.contracts.fresh import Fresh
from tests.contracts.store_samples import ALICE, LEASE, add_feed, claim, follow, publish, row

pytest_plugins = ["tests.contracts.store_fixtures"]

STARTS = [
    datetime(2026, 3, 7, 12, tzinfo=UTC),  # the clocks go forward in New York on the 8th
    datetime(2026, 3, 28, 12, tzinfo=UTC),  # in Berlin on the 29th
    datetime(2026, 4, 4, 6, tzinfo=UTC),  # back in Sydney and on Lord Howe on the 5th
    datetime(2026, 10, 3, 6, tzinfo=UTC),  # and forward on the 4th of October
    datetime(2026, 10, 24, 12, tzinfo=UTC),  # back in Berlin on the 25th
    datetime(2026, 10, 31, 12, tzinfo=UTC),  # in New York on the 1st of November
    datetime(2028, 2, 28, 12, tzinfo=UTC),  # before a leap day
    datetime(2011, 12, 29, 12, tzinfo=UTC),  # before the day that Samoa left out
]
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Pacific/Apia",
]
TIMES = [time(0), time(2, 30), time(8), time(23, 59)]
CADENCES = {"Trade": Cadence.NOW, "Arts": Cadence.DAILY, "Media": Cadence.WEEKLY}
HOURS = some.sampled_from([0.02, 1.0, 7.5, 24.0, 80.0])  # 80: the bot was off over three digest times

quiet_hours = some.builds(
    lambda start, end: None if start == end else QuietHours(start, end),
    some.sampled_from(TIMES),
    some.sampled_from(TIMES),
)
preferences = some.builds(
    Preferences,
    timezone=some.sampled_from(ZONES),
    quiet=quiet_hours,
    digest=some.sampled_from(TIMES),
    weekly=some.integers(0, 6),
)
Step = tuple[str, object]
steps = some.lists(
    some.one_of(
        some.tuples(some.just("post"), some.sampled_from(sorted(CADENCES))),
        some.tuples(some.just("live"), HOURS),
        some.tuples(some.just("off"), HOURS),
        some.tuples(some.just("kill"), some.booleans()),  # whether the message has arrived
        some.tuples(some.just("prefer"), preferences),
        some.tuples(some.just("snooze"), some.none() | HOURS),
        some.tuples(some.just("pause"), some.booleans()),
        some.tuples(some.just("set clock"), some.sampled_from([-50.0, -2.0, 2.0, 50.0])),
        some.tuples(some.just("slow"), some.none()),
    ),
    max_size=14,
)


@dataclass
class Life:
    """One destination, its store, and what has arrived there."""

    store: Store
    feed: Feed
    now: datetime
    wishes: Preferences = field(default_factory=Preferences)
    posted: list[str] = field(default_factory=list)
    arrived: list[tuple[datetime, str, bool]] = field(default_factory=list)  # when, which post, in a digest
    keys: set[str] = field(default_factory=set)

    async def step(self, what: str, value: object) -> None:
        """Do one of the things that happen in a life."""
        match what, value:
            case "post", str(name):
                self.posted.append(f"p{len(self.posted)}")
                await publish(self.store, self.feed, row(self.posted[-1], name), at=self.now)
            case "live", float(hours):
                await self.live(self.now + timedelta(hours=hours))
            case "off", float(hours):
                self.now += timedelta(hours=hours)
            case "pause", bool(paused):
                await self.store.pause(ALICE, paused=paused, by=ALICE, now=self.now)
            case "prefer", Preferences() as wished:
                await self.prefer(replace(wished, snoozed_until=self.wishes.snoozed_until))
            case "snooze", hours:
                until = self.now + timedelta(hours=hours) if isinstance(hours, float) else None
                await self.prefer(replace(self.wishes, snoozed_until=until))
            case _:
                await self.suffer(what, value)

    async def suffer(self, what: str, value: object) -> None:
        """Do one of the things that go wrong in a life."""
        match what, value:
            case "kill", bool(arrived):
                for each in await claim(self.store, self.now):
                    if arrived:
                        self.take(each)
                self.now += timedelta(seconds=LEASE)
            case "slow", None:
                for each in await claim(self.store, self.now):
                    await self.store.settle(
                        [Retry(each, self.now + timedelta(hours=1), "slow", uncertain=each.uncertain)]
                    )
            case "set clock", float(hours):
                by = timedelta(hours=hours)
                await self.store.shift_times(by)
                self.now += by
                if self.wishes.snoozed_until is not None:
                    self.wishes = replace(self.wishes, snoozed_until=self.wishes.snoozed_until + by)

    async def prefer(self, wished: Preferences) -> None:
        self.wishes = wished
        await self.store.set_preferences(ALICE, wished, self.now)

    async def live(self, until: datetime) -> None:
        """Sleep and deliver as the outbox does, until a moment."""
        while True:
            for each in await claim(self.store, self.now):
                self.take(each)
                await self.store.settle([Sent(each, "reference", self.now)])
            due = await self.store.next_delivery_at(["console"])
            if due is None or due > until:
                break
            assert due > self.now or await self.gives_out(due), f"{due} is due at {self.now}"
            self.now = max(due, self.now)
        self.now = max(self.now, until)

    async def gives_out(self, due: datetime) -> bool:
        """Whether what is said to be due is given out or held, so that the outbox asks for it only once."""
        claims = await claim(self.store, self.now)
        for each in claims:
            self.take(each)
            await self.store.settle([Sent(each, "reference", self.now)])
        return bool(claims) or await self.store.next_delivery_at(["console"]) != due

    def take(self, each: Claim) -> None:
        """Let a message arrive, unless it has arrived before: the platform recognises its key."""
        if each.key in self.keys:
            assert each.uncertain
            return
        self.keys.add(each.key)
        if not each.uncertain:
            assert held_until(self.wishes, self.now, UTC) is None, "sent in quiet hours"
        match each.message:
            case Alert(post=post):
                self.arrived.append((self.now, post.id, False))
            case Digest(posts=posts):
                self.arrived += [(self.now, post.id, True) for post in posts]

    async def end(self) -> None:
        """End what a person has to end, and live on until everything must have come."""
        await self.store.pause(ALICE, paused=False, by=ALICE, now=self.now)
        await self.prefer(replace(self.wishes, snoozed_until=None))
        await self.live(self.now + timedelta(days=9))


async def simulated(store: Store, start: datetime, script: Iterable[Step]) -> Life:
    """Live through a script in a fresh store."""
    life = Life(store, await add_feed(store), start)
    for category, cadence in CADENCES.items():
        await follow(store, ALICE, category, cadence=cadence, channel=True)
    for what, value in script:
        await life.step(what, value)
    await life.end()
    return life


@settings(max_examples=100, deadline=None)
@given(start=some.sampled_from(STARTS), script=steps)
def test_each_post_comes_once_and_never_in_the_quiet(
    fresh: Fresh, start: datetime, script: Sequence[Step]
) -> None:
    life = fresh(lambda store: simulated(store, start, script))

    assert sorted(post for _, post, _ in life.arrived) == sorted(life.posted)


@settings(max_examples=25, deadline=None)
@given(
    start=some.sampled_from(STARTS),
    wished=preferences,
    gaps=some.lists(some.integers(1, 60), min_size=1, max_size=8),
)
def test_a_digest_comes_at_the_first_digest_time_after_its_posts(
    fresh: Fresh, start: datetime, wished: Preferences, gaps: Sequence[int]
) -> None:
    """A quiet life: nothing is set, killed or switched off, so that each due time is known beforehand."""

    async def run(store: Store) -> tuple[Life, dict[str, datetime]]:
        life = Life(store, await add_feed(store), start)
        await follow(store, ALICE, "Arts", cadence=Cadence.DAILY, channel=True)
        await life.prefer(wished)
        due = {}
        for hours in gaps:
            await life.step("post", "Arts")
            due[life.posted[-1]] = due_at(wished, HeldFor.DAILY, life.now, life.now, UTC)
            await life.live(life.now + timedelta(hours=hours))
        await life.end()
        return life, due

    life, due = fresh(run)

    assert {post: at for at, post, _ in life.arrived} == due
    assert all(in_digest for _, _, in_digest in life.arrived)
    assert len(life.keys) == len(set(due.values()))  # one message for each digest time


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata"])
def test_a_year_of_midnight_digests_has_one_a_day(fresh: Fresh, zone: str) -> None:
    async def run(store: Store) -> Life:
        life = Life(store, await add_feed(store), datetime(2028, 1, 1, 12, tzinfo=UTC))
        await follow(store, ALICE, "Arts", cadence=Cadence.DAILY, channel=True)
        await life.prefer(Preferences(timezone=zone, digest=time(0)))
        for _ in range(366):
            await life.step("post", "Arts")
            await life.live(life.now + timedelta(days=1))
        return life

    life = fresh(run)
    days = [at.astimezone(UTC) for at, _, _ in life.arrived]

    assert [post for _, post, _ in life.arrived] == life.posted
    assert len(life.keys) == len(set(days)) == 366
