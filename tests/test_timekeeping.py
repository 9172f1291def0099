"""The machine's clock is set while the bot runs: the bot follows, and what waits goes with it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SteadyClock, steady_seconds
from bot.errors import StoreError
from bot.model import FeedState
from bot.ports import PollRecord, Store
from bot.timekeeping import LAST_SEEN, Timekeeper
from bot.vitals import Heartbeat
from storage import open_store
from tests.contracts.store_samples import add_feed
from tests.databases import Database
from tests.fakes import postgres
from tests.pipeline.deliver.office import FaultyStore

goes_by_this_machine = pytest.mark.sqlite("with a server, the bot goes by the server's clock")
T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = 86_400.0


@dataclass
class Machine:
    """A machine whose clock can be set."""

    system: float = T0.timestamp()
    steady: float = 1000.0

    def passes(self, seconds: float) -> None:
        self.system += seconds
        self.steady += seconds

    def clock(self) -> SteadyClock:
        return SteadyClock(lambda: self.system, lambda: self.steady)


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    opened = await open_store(database.url)
    try:
        yield opened
    finally:
        await opened.aclose()


async def due_in(store: Store, clock: SteadyClock) -> float:
    due = await store.next_poll_at()
    assert due is not None
    return (due - clock.now()).total_seconds()


async def watch(store: Store, clock: SteadyClock) -> None:
    feed = await add_feed(store)
    due = clock.now() + timedelta(minutes=10)
    await store.record_polls([PollRecord(feed.id, feed.url, FeedState(), due)], clock.now())


# --- the clock ----------------------------------------------------------------------------------------------


def test_the_clock_goes_on_evenly_until_it_is_told_to_follow() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.passes(5)
    machine.system -= DAY
    before = clock.now()
    clock.move(clock.ahead())

    assert before == T0 + timedelta(seconds=5)
    assert clock.now() == before - timedelta(days=1)
    assert clock.ahead() == 0


def test_the_machines_own_clocks_agree() -> None:
    clock = SteadyClock()

    assert abs(clock.ahead()) < 1
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 1
    assert steady_seconds() <= steady_seconds()


def test_a_loop_is_not_dead_because_the_clock_was_set() -> None:
    seconds = [0.0]
    pulse = Heartbeat(lambda: seconds[0])
    seconds[0] = 59.0
    assert pulse.lives()
    seconds[0] = 61.0
    assert not pulse.lives()
    pulse.beat()
    assert pulse.lives()


# --- what is stored -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [DAY, -DAY, -3650 * DAY, 3650 * DAY, 6.0, -6.0])
@goes_by_this_machine
async def test_a_poll_stays_due_when_it_was_and_the_log_says_why(
    store: Store, jump: float, caplog: pytest.LogCaptureFixture
) -> None:
    machine = Machine()
    clock = machine.clock()
    await watch(store, clock)
    keeper = Timekeeper(clock, store)
    await keeper.begin()
    machine.system += jump
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            await keeper.follow()

    assert clock.now() == T0 + timedelta(seconds=jump)
    assert await due_in(store, clock) == 600
    assert len(caplog.messages) == 1
    assert f"was set {'forward' if jump > 0 else 'back'} by" in caplog.messages[0]


@pytest.mark.parametrize("jump", [0.0, 2.0, -2.0, -4.9])
@goes_by_this_machine
async def test_a_small_correction_is_followed_without_a_word(
    store: Store, jump: float, caplog: pytest.LogCaptureFixture
) -> None:
    machine = Machine()
    clock = machine.clock()
    await watch(store, clock)
    machine.system += jump
    with caplog.at_level(logging.WARNING):
        await Timekeeper(clock, store).follow()

    assert clock.now() == T0 + timedelta(seconds=jump)
    assert await store.next_poll_at() == T0 + timedelta(minutes=10)
    assert caplog.messages == []


@goes_by_this_machine
async def test_while_the_store_refuses_the_bot_keeps_its_own_time(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    machine = Machine()
    clock = machine.clock()
    await watch(store, clock)
    faulty = FaultyStore(store)
    faulty.fail("shift_times", *[StoreError("The disk is full.")] * 3)
    keeper = Timekeeper(clock, faulty)
    machine.system -= DAY
    for _ in range(3):
        await keeper.follow()
    assert (clock.now(), await due_in(store, clock)) == (T0, 600)
    await keeper.follow()

    assert await due_in(store, clock) == 600
    assert clock.now() == T0 - timedelta(days=1)
    assert len(caplog.messages) == 2


@goes_by_this_machine
async def test_a_clock_that_was_set_back_between_two_runs_is_noticed(store: Store) -> None:
    machine = Machine()
    clock = machine.clock()
    await watch(store, clock)
    await Timekeeper(clock, store).begin()
    machine.system -= DAY
    after = machine.clock()
    await Timekeeper(after, store).begin()

    assert await due_in(store, after) == 600
    assert await store.get_value(LAST_SEEN) == after.now().isoformat()


@goes_by_this_machine
async def test_a_restart_soon_after_the_clock_was_set_back_moves_nothing_again(store: Store) -> None:
    machine = Machine()
    clock = machine.clock()
    await watch(store, clock)
    keeper = Timekeeper(clock, store)
    await keeper.begin()
    machine.system -= 30 * DAY
    await keeper.follow()
    machine.passes(3)
    after = machine.clock()  # no housekeeping has noted the time since
    await Timekeeper(after, store).begin()

    assert await due_in(store, after) == 597


@goes_by_this_machine
async def test_a_clock_that_starts_in_1970_and_is_set_right_moves_nothing_in_the_end(store: Store) -> None:
    machine = Machine()
    clock = machine.clock()
    await watch(store, clock)
    await Timekeeper(clock, store).begin()
    machine.system = 60.0
    after = machine.clock()
    keeper = Timekeeper(after, store)
    await keeper.begin()
    assert await due_in(store, after) == 600
    machine.system = T0.timestamp() + 60
    await keeper.follow()

    assert await due_in(store, after) == 600


@goes_by_this_machine
async def test_time_that_passed_while_the_bot_was_stopped_is_no_jump(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    machine = Machine()
    clock = machine.clock()
    await watch(store, clock)
    await Timekeeper(clock, store).begin()
    machine.passes(3 * DAY)
    after = machine.clock()
    await Timekeeper(after, store).begin()

    assert await due_in(store, after) == 600 - 3 * DAY
    assert caplog.messages == []


@pytest.mark.parametrize("kept", ["", "yesterday", "9999-99-99", "2026-03-01T12:00:00", "\0"])
@goes_by_this_machine
async def test_a_time_kept_that_is_none_is_passed_over(store: Store, kept: str) -> None:
    clock = Machine().clock()
    await watch(store, clock)
    await store.set_value(LAST_SEEN, kept)
    await Timekeeper(clock, store).begin()

    assert await due_in(store, clock) == 600


@goes_by_this_machine
async def test_what_an_older_version_left_far_ahead_is_made_due(store: Store) -> None:
    machine = Machine()
    clock = machine.clock()
    await watch(store, clock)
    machine.system -= 300 * DAY
    after = machine.clock()
    await Timekeeper(after, store).begin()

    assert await due_in(store, after) <= 900


@goes_by_this_machine
async def test_housekeeping_in_the_middle_of_a_jump_makes_nothing_due(store: Store) -> None:
    machine = Machine()
    clock = machine.clock()
    keeper = Timekeeper(clock, store)
    await watch(store, clock)
    machine.system += 30 * DAY
    await asyncio.gather(keeper.follow(), keeper.note())

    assert await due_in(store, clock) == pytest.approx(600, abs=1)
    assert await store.get_value(LAST_SEEN) == clock.now().isoformat()


# --- a database whose server has the clock ------------------------------------------------------------------


@pytest.fixture
async def shared() -> AsyncIterator[Store]:
    async with postgres.server().database() as url:
        opened = await open_store(url)
        try:
            yield opened
        finally:
            await opened.aclose()


@pytest.mark.parametrize("behind", [-60.0, 3600.0])
async def test_processes_that_share_a_database_go_by_its_clock(shared: Store, behind: float) -> None:
    clock = SteadyClock(lambda: time.time() - behind)
    await watch(shared, clock)
    before = await shared.next_poll_at()
    timekeeper = Timekeeper(clock, shared)
    await timekeeper.begin()
    there = await shared.server_time()
    assert there is not None

    assert abs((clock.now() - there).total_seconds()) < 5
    assert await shared.next_poll_at() == before
    clock.move(-behind)
    await timekeeper.follow()
    assert abs((clock.now() - there).total_seconds()) < 5
