"""What admins hear of blogs that go quiet, in simulated time on a real store."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import StoreError
from bot.model import Feed, FeedState
from bot.ports import PollCommit, PollRecord, PostRow, Store
from bot.quiet_blogs import LOOK, TOLD, QuietBlogs
from storage import open_store
from tests.contracts.store_samples import ALICE, BOB, T0, row, seen, send_all, settings
from tests.databases import Database
from tests.pipeline.deliver.office import FaultyStore, HeldClock

DAY, HOUR, STEP = timedelta(days=1), timedelta(hours=1), timedelta(hours=6)
QUIET = (
    "Blog has gone quiet: no new post for 6 days, where usually one comes about every day. Its feed can be "
    "read, so perhaps there is just no news. A blog counts as quiet after more than six times its usual gap "
    "(the median between its last 50 posts), and three days at least. You will be told when it speaks again."
)


@dataclass
class Watch:
    """A bot that looks for quiet blogs after each feed was polled."""

    store: Store
    clock: HeldClock = field(default_factory=HeldClock)
    woken: int = 0
    posts: int = 0

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin anew with what the store holds."""
        self.blogs = QuietBlogs(self.store, self.clock, [ALICE, BOB], self.wake)

    def wake(self) -> None:
        self.woken += 1

    async def add(self, name: str = "Blog", *, every: timedelta = DAY, posts: int = 20) -> Feed:
        """Watch a blog that had posts in this rhythm up to now; they are read silently."""
        feed = await self.store.add_feed(settings(name), self.clock.now(), by=ALICE)
        known = [self.post(back=number * every, silent=True) for number in range(posts)]
        await self.poll(feed, *known)
        return feed

    def post(self, *, back: timedelta = timedelta(), silent: bool = False) -> PostRow:
        """Return a post that comes now and is dated so far back."""
        self.posts += 1
        made = row(f"p{self.posts}")
        date = self.clock.now() - back
        post = replace(made.post, published=date)
        return replace(made, post=post, first_seen=self.clock.now(), silent=silent)

    async def poll(self, feed: Feed, *posts: PostRow, failures: int = 0, stopped: bool = False) -> None:
        now = self.clock.now()
        state = FeedState(baseline_at=T0, last_success_at=now, failures=failures, stopped=stopped)
        record = PollRecord(feed.id, feed.url, state, now + HOUR)
        await self.store.commit_poll(PollCommit(record, posts, at=now))

    async def live(self, span: timedelta, *feeds: Feed) -> None:
        """Let time pass: every six hours the feeds are polled without news, and then the bot looks."""
        for _ in range(int(span / STEP)):
            self.clock.time += STEP
            for feed in feeds:
                await self.poll(feed)
            await self.blogs.look()

    async def told(self, address: str = ALICE) -> list[str]:
        """Return what an admin was told since the last time, and forget it."""
        sent = seen(await send_all(self.store, self.clock.now()))
        return [str(text) for to, text in sent if to == address]


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    store = await open_store(database.url)
    yield Watch(store)
    await store.aclose()


async def test_a_daily_blog_that_goes_quiet_is_told_once(watch: Watch) -> None:
    feed = await watch.add()
    await watch.live(6 * DAY, feed)
    before = await watch.told()
    await watch.live(30 * DAY, feed)

    assert before == []
    assert await watch.told() == [QUIET]
    assert watch.woken == 1


async def test_every_admin_is_told(watch: Watch) -> None:
    feed = await watch.add()
    await watch.live(7 * DAY, feed)

    assert await watch.told(BOB) == [QUIET]


async def test_a_weekly_blog_has_six_weeks(watch: Watch) -> None:
    feed = await watch.add(every=7 * DAY)
    await watch.live(42 * DAY, feed)
    before = await watch.told()
    await watch.live(DAY, feed)
    (after,) = await watch.told()

    assert before == []
    assert "no new post for 42 days, where usually one comes about every 7 days" in after


async def test_a_blog_that_publishes_in_bursts_keeps_its_habit(watch: Watch) -> None:
    feed = await watch.add(posts=0)
    for _ in range(12):
        for _ in range(4):
            await watch.poll(feed, watch.post())
            watch.clock.time += timedelta(minutes=5)
        await watch.live(7 * DAY, feed)

    assert await watch.told() == []


async def test_a_blog_that_comes_back_is_told_once_and_can_go_quiet_again(watch: Watch) -> None:
    feed = await watch.add()
    await watch.live(10 * DAY, feed)
    await watch.told()
    await watch.poll(feed, watch.post())
    await watch.live(2 * DAY, feed)
    back = await watch.told()
    await watch.live(10 * DAY, feed)

    assert back == ["Blog speaks again, after 10 days without a new post."]
    assert [text.partition(":")[0] for text in await watch.told()] == ["Blog has gone quiet"]


async def test_a_post_that_is_dated_back_is_a_sign_of_life(watch: Watch) -> None:
    feed = await watch.add()
    await watch.live(5 * DAY, feed)
    await watch.poll(feed, watch.post(back=9 * DAY + HOUR))
    await watch.live(5 * DAY, feed)
    alive = await watch.told()
    await watch.live(5 * DAY, feed)
    await watch.told()
    await watch.poll(feed, watch.post(back=20 * DAY))
    await watch.live(STEP, feed)

    assert alive == []
    assert await watch.told() == ["Blog speaks again, after 10 days without a new post."]


async def test_older_posts_that_are_filed_later_are_no_sign_of_life(watch: Watch) -> None:
    feed = await watch.add()
    await watch.live(10 * DAY, feed)
    await watch.told()
    await watch.poll(feed, *(watch.post(back=(30 + number) * DAY, silent=True) for number in range(9)))
    await watch.live(DAY, feed)

    assert await watch.told() == []


async def test_a_restart_tells_nothing_twice(watch: Watch) -> None:
    feed = await watch.add()
    await watch.live(7 * DAY, feed)
    first = await watch.told()
    for _ in range(3):
        watch.restart()
        await watch.live(DAY, feed)
    silent = await watch.told()
    await watch.poll(feed, watch.post())
    await watch.live(STEP, feed)
    watch.restart()
    await watch.live(DAY, feed)

    assert (len(first), silent) == (1, [])
    assert await watch.told() == ["Blog speaks again, after 10 days without a new post."]


async def test_a_bot_that_was_off_looks_at_the_blog_before_it_tells(watch: Watch) -> None:
    feed = await watch.add()
    watch.clock.time += 30 * DAY
    watch.restart()
    await watch.blogs.look()
    await watch.poll(feed, watch.post())
    await watch.live(DAY, feed)

    assert await watch.told() == []


async def test_a_clock_that_jumps_and_comes_back_within_the_hour_tells_nothing(watch: Watch) -> None:
    feed = await watch.add()
    watch.clock.time += 30 * DAY
    await watch.store.shift_times(30 * DAY)
    await watch.blogs.look()
    watch.clock.time -= 30 * DAY
    await watch.store.shift_times(-30 * DAY)
    await watch.live(DAY, feed)

    assert await watch.told() == []


async def test_a_clock_that_is_set_back_tells_nothing_and_takes_nothing_back(watch: Watch) -> None:
    feed = await watch.add()
    await watch.live(7 * DAY, feed)
    await watch.told()
    watch.clock.time -= 20 * DAY
    await watch.store.shift_times(-20 * DAY)
    await watch.live(2 * DAY, feed)

    assert await watch.told() == []
    assert await watch.store.list_values(TOLD) != {}


async def test_a_post_from_a_clock_that_ran_ahead_does_not_keep_a_blog_alive(watch: Watch) -> None:
    feed = await watch.add()
    watch.clock.time += 900 * DAY
    await watch.poll(feed, watch.post())
    watch.clock.time -= 900 * DAY
    await watch.live(8 * DAY, feed)

    assert await watch.told() == [QUIET]


async def test_a_feed_that_fails_or_was_stopped_is_not_called_quiet(watch: Watch) -> None:
    failing, stopped = await watch.add("One"), await watch.add("Two")
    for _ in range(20):
        watch.clock.time += DAY
        await watch.poll(failing, failures=3)
        await watch.poll(stopped, stopped=True)
        await watch.blogs.look()

    assert await watch.told() == []


async def test_a_feed_that_is_removed_is_forgotten(watch: Watch) -> None:
    feed = await watch.add()
    await watch.live(7 * DAY, feed)
    await watch.told()
    await watch.store.retire_feed(feed.id, watch.clock.now(), by=ALICE)
    await watch.live(DAY)
    forgotten = await watch.store.list_values(TOLD)
    await watch.store.add_feed(settings(), watch.clock.now(), by=ALICE)
    await watch.live(DAY, feed)

    assert forgotten == {}
    assert len(await watch.told()) == 1


async def test_notices_can_be_switched_off_for_a_feed(watch: Watch) -> None:
    quiet, other = settings(origin="config"), settings("Other", origin="config")
    await watch.store.sync_feeds([quiet, other], T0)
    feeds = await watch.store.feeds()
    for feed in feeds:
        await watch.poll(feed, *(watch.post(back=number * DAY, silent=True) for number in range(20)))
    await watch.live(7 * DAY, *feeds)
    texts = await watch.told()
    await watch.store.sync_feeds([replace(quiet, quiet_notice=False), other], T0)
    await watch.poll(feeds[0], watch.post())
    await watch.live(20 * DAY, *feeds)

    assert sorted(text.partition(" ")[0] for text in texts) == ["Blog", "Other"]
    assert texts[0].endswith("`quiet_notice = false` among its keys in the config ends these notices.")
    assert await watch.told() == []
    assert list(await watch.store.list_values(TOLD)) == [f"{TOLD}{feeds[1].id}"]


async def test_what_was_stored_and_cannot_be_read_is_told_anew(watch: Watch) -> None:
    feed = await watch.add()
    await watch.store.set_value(f"{TOLD}{feed.id}", "no moment")
    await watch.live(8 * DAY, feed)

    assert await watch.told() == [QUIET]


async def test_the_bot_looks_once_an_hour_and_again_soon_after_a_failure(watch: Watch) -> None:
    seconds, faulty = [0.0], FaultyStore(watch.store)
    store: Any = faulty
    blogs = QuietBlogs(store, watch.clock, [ALICE], watch.wake, seconds=lambda: seconds[0])
    looks: list[int] = []
    for minute in range(130):
        seconds[0] = minute * 60.0
        if minute == 60:
            faulty.fail("list_values", StoreError("The disk is full."))
        before = len(faulty.calls)
        with contextlib.suppress(StoreError):
            await blogs.follow()
        looks += [minute] if len(faulty.calls) > before else []

    assert LOOK == 3600
    assert looks == [0, 60, 61, 121]
