"""The turns in which shards start."""

from __future__ import annotations

import time

import pytest

from adapters.discord.gateway.starts import Starts
from adapters.shared.line import Waiting
from bot.errors import StoreError
from bot.in_process import InProcessState
from bot.ports import Rate, Turns
from tests.adapters.discord.rig import made


class Time:
    """A clock that sleepers move on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


class AwayState(InProcessState):
    """What the processes share, in a database that is away for the first questions."""

    def __init__(self, clock: Time, failures: int) -> None:
        super().__init__(clock)
        self.failures = failures

    async def reserve(
        self, key: str, rate: Rate, most: int = 1, *, within: float, urgent: bool = False
    ) -> Turns:
        if self.failures:
            self.failures -= 1
            raise StoreError("The database is away.")
        return await super().reserve(key, rate, most, within=within, urgent=urgent)


@pytest.fixture
def clock() -> Time:
    return Time()


async def test_each_slot_has_turns_of_its_own_for_all_processes(clock: Time) -> None:
    state, waiting = InProcessState(clock), Waiting(clock, clock.sleep)
    processes = [Starts(state, waiting) for _ in range(2)]
    times = []
    for number in range(6):
        await processes[number % 3 % 2].turn(slot=number % 2)
        times.append(clock.now - 100.0)

    assert times == [0.0, 0.0, 5.5, 5.5, 11.0, 11.0]


async def test_a_turn_that_a_busy_process_missed_is_not_used(clock: Time) -> None:
    state = InProcessState(clock)

    async def overslept(seconds: float) -> None:
        clock.now += seconds + (1.0 if clock.now < 105.0 else 0.0)

    starts = Starts(state, Waiting(clock, overslept))
    await starts.turn(0)
    await starts.turn(0)  # woken at 6.5 for a turn at 5.5

    assert clock.now == 111.0, "or the one after it, at 11, would follow too soon"


async def test_whoever_would_wait_for_very_long_asks_again(clock: Time) -> None:
    state = InProcessState(clock)
    await state.hold("discord:identify:0", 1500.0)
    await Starts(state, Waiting(clock, clock.sleep)).turn(0)

    assert clock.now >= 1600.0


async def test_while_the_database_is_away_no_shard_starts(clock: Time) -> None:
    state = AwayState(clock, failures=3)
    await Starts(state, Waiting(clock, clock.sleep)).turn(0)

    assert state.failures == 0
    assert clock.now > 102.0, "and it is not asked in a tight loop"


async def test_a_shard_does_not_start_before_its_turn() -> None:
    async with made() as rig:
        began = time.monotonic()
        await rig.services.shared.hold("discord:identify:0", 0.3)
        await rig.start()

        assert rig.client.is_up
        assert time.monotonic() - began >= 0.3
