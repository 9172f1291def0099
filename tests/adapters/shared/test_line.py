"""Waiting for turns that several processes share, on a clock that only moves when somebody waits."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from adapters.shared.line import AWAY, LINE, Line, Pace, Waiting
from adapters.shared.urgent import urgent
from bot.errors import NotYetError, StoreError, TemporaryError
from bot.in_process import InProcessState
from bot.ports import Rate, Turns

PACE = Pace("test:pace", Rate(10.0), patience=5.0, busy="More waits than goes out.")


@dataclass
class Time:
    """A clock that goes on by what is slept, and by `late` more, as on a busy machine."""

    now: float = 1000.0
    late: float = 0.0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds + self.late
        await asyncio.sleep(0)


@dataclass
class Database(InProcessState):
    """A state that gives several turns at once, as one in a database does, and may be away."""

    time: Time
    away: bool = False
    others: int = 0  # turns that other processes take before each question
    asked: list[int] = field(default_factory=list)  # how many turns each question was for

    def __post_init__(self) -> None:
        super().__init__(self.time.clock)

    async def reserve(
        self, key: str, rate: Rate, most: int = 1, *, within: float, urgent: bool = False
    ) -> Turns:
        self._check()
        self.asked.append(most)
        for _ in range(self.others):
            await super().reserve(key, rate, within=within)
        waits: tuple[float, ...] = ()
        turns = await super().reserve(key, rate, within=within, urgent=urgent)
        while turns.waits and len(waits) < most:
            waits += turns.waits
            turns = await super().reserve(key, rate, within=within) if len(waits) < most else turns
        return Turns(waits, waits[0] if waits else turns.wait, turns.why)

    async def hold(self, key: str, seconds: float, why: str = "") -> None:
        self._check()
        await super().hold(key, seconds, why)

    def _check(self) -> None:
        if self.away:
            raise StoreError("The database does not answer.")


@dataclass
class Rig:
    """Lines of several processes with one database."""

    time: Time
    database: Database
    gone: list[float] = field(default_factory=list)  # when calls went

    def line(self, pace: Pace = PACE) -> Line:
        return Line(pace, self.database, Waiting(self.time.clock, self.time.sleep))

    async def call(self, line: Line) -> None:
        await line.turn()
        self.gone.append(self.time.now - 1000.0)

    async def until(self, count: int) -> None:
        """Wait until so many calls went."""
        while len(self.gone) < count:  # noqa: ASYNC110 -- the calls go on in between, and send no event
            await asyncio.sleep(0)


@pytest.fixture
def rig() -> Rig:
    time = Time()
    return Rig(time, Database(time))


async def test_many_calls_ask_the_database_few_times_and_keep_the_pace(rig: Rig) -> None:
    line = rig.line()
    await asyncio.gather(*(rig.call(line) for _ in range(40)))

    assert rig.gone == pytest.approx([number / 10 for number in range(40)])
    assert len(rig.database.asked) <= 3


async def test_turns_that_a_busy_process_missed_are_lost(rig: Rig) -> None:
    line = rig.line()
    calls = [asyncio.create_task(rig.call(line)) for _ in range(10)]
    await rig.until(3)
    rig.time.now = 1000.75
    await asyncio.gather(*calls)

    assert rig.gone == pytest.approx([0.0, 0.1, 0.2, 0.75, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3], abs=0.01)


async def test_the_wait_for_the_end_of_a_hold_is_no_sign_of_how_far_turns_are_apart(rig: Rig) -> None:
    """Else each of a hundred calls that are refused would be told to return one hold later than the last."""
    line = rig.line()
    await line.hold(4.0)
    await rig.call(line)

    assert rig.gone == pytest.approx([4.0])
    assert line._spacing == pytest.approx(PACE.rate.interval)


async def test_a_hold_among_many_calls_is_no_sign_of_how_far_they_are_apart(rig: Rig) -> None:
    line = rig.line(replace(PACE, patience=60.0))
    calls = [asyncio.create_task(rig.call(line)) for _ in range(20)]
    await rig.until(3)
    await line.hold(30.0)
    await asyncio.gather(*calls)

    assert line._gap <= PACE.rate.interval + 0.001


async def test_a_turn_that_was_overslept_is_lost_too(rig: Rig) -> None:
    line = rig.line()
    await rig.call(line)
    rig.time.late = 0.35
    await rig.call(line)

    assert rig.gone == pytest.approx([0.0, 0.45])
    assert rig.database.asked == [1, 1, 1]


async def test_a_process_that_is_always_late_sends_all_the_same_beside_busy_others(rig: Rig) -> None:
    rig.time.late, rig.database.others = 0.35, 4
    line = rig.line(replace(PACE, patience=60.0))
    await asyncio.gather(*(rig.call(line) for _ in range(5)))

    assert len(rig.gone) == 5
    assert len(rig.database.asked) <= 10  # each call lost one turn at most


async def test_no_call_of_a_process_that_is_always_late_waits_for_longer_than_its_patience(rig: Rig) -> None:
    """Its caller would time out, and could not know that nothing was sent."""
    rig.time.late, rig.database.others = 0.35, 4
    line = rig.line()
    outcomes = await asyncio.gather(*(waited(rig, line) for _ in range(30)))

    gone, put_off = [at for at, error in outcomes if not error], [at for at, error in outcomes if error]
    assert len(gone) >= 3
    assert len(put_off) >= 15
    assert max(gone + put_off) <= PACE.patience + 1.0 + rig.time.late + 0.01


async def waited(rig: Rig, line: Line) -> tuple[float, NotYetError | None]:
    """Return the seconds that a call took, and the error by which it was put off."""
    began = rig.time.now
    try:
        await line.turn()
    except NotYetError as error:
        return rig.time.now - began, error
    return rig.time.now - began, None


async def test_new_calls_are_put_off_at_once_where_the_others_go_slowly(rig: Rig) -> None:
    """A process that loses turns does not let a queue grow as if it did not."""
    rig.time.late = 0.35
    line = rig.line(replace(PACE, patience=15.0))
    for _ in range(2):
        await asyncio.gather(*(rig.call(line) for _ in range(10)))
    calls = [asyncio.create_task(rig.call(line)) for _ in range(40)]
    await asyncio.sleep(0)
    with pytest.raises(NotYetError, match="More waits"):
        line.check()
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)


async def test_while_the_database_is_away_nothing_goes_and_it_is_asked_once_a_second(rig: Rig) -> None:
    line, rig.database.away = rig.line(), True
    for _ in range(5):
        with pytest.raises(NotYetError, match=AWAY) as error:
            await rig.call(line)
        with urgent(), pytest.raises(NotYetError, match=AWAY):
            await rig.call(line)
    rig.database.away = False
    with pytest.raises(NotYetError, match=AWAY):
        await rig.call(line)
    rig.time.now += LINE.pause

    assert 0 < (error.value.retry_after or 0.0) <= LINE.pause
    assert rig.gone == []
    await rig.call(line)
    assert rig.database.asked == [1]


async def test_a_hold_that_the_database_did_not_hear_of_is_told_to_it_later(rig: Rig) -> None:
    one, other = rig.line(), rig.line()
    rig.database.away = True
    await one.hold(30.0)
    rig.database.away = False
    rig.time.now += 10.0
    for line in (one, other):
        with pytest.raises(NotYetError) as error:
            await line.turn()
        assert error.value.retry_after == pytest.approx(20.0, abs=0.2)
    with urgent(), pytest.raises(NotYetError):
        await other.turn()
    rig.time.now += 16.0
    await asyncio.gather(rig.call(one), rig.call(other))

    assert rig.gone[0] >= 30.0


async def test_a_hold_with_a_reason_is_told_to_all_processes(rig: Rig) -> None:
    one, other = rig.line(), rig.line()
    await one.hold(60.0, "It has refused too much.")
    for line in (one, other, other):
        with pytest.raises(TemporaryError, match="It has refused too much") as error:
            await line.turn()
        assert not isinstance(error.value, NotYetError)

    assert len(rig.database.asked) == 1


async def test_a_hold_in_between_takes_reserved_turns_away(rig: Rig) -> None:
    line = rig.line()
    calls = [asyncio.create_task(rig.call(line)) for _ in range(10)]
    await rig.until(3)
    await line.hold(2.0)
    await asyncio.gather(*calls)

    assert all(at >= 2.2 - 0.001 for at in rig.gone[4:])
