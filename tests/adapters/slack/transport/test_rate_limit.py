"""How fast the bot calls Slack. Time is made by hand: nothing here sleeps."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.shared.urgent import urgent
from adapters.slack.transport.rate_limit import PACE, POST, PaceSettings, RateLimiter
from bot.errors import TemporaryError
from tests.adapters.slack.rig import FastTime

TEAM = "T0HOME"


class Passed:
    """Notes when calls pass, by whatever name they have."""

    def __init__(self, time: FastTime, pace: RateLimiter) -> None:
        self._time = time
        self._pace = pace
        self.at: list[tuple[float, str]] = []

    async def call(self, name: str, channel: str = "", *, team: str = TEAM, method: str = POST) -> None:
        await self._pace.turn(team, method, channel)
        self.at.append((self._time.now, name))

    @property
    def names(self) -> list[str]:
        return [name for _, name in self.at]


def rig(per_minute: float = 200, patience: float = 1e9) -> tuple[FastTime, Passed, RateLimiter]:
    time = FastTime()
    pace = time.pace(PaceSettings(per_minute=per_minute, patience=patience))
    return time, Passed(time, pace), pace


async def test_a_channel_gets_a_short_burst_and_then_a_message_a_second_in_order() -> None:
    _, passed, _ = rig()
    await asyncio.gather(*(passed.call(str(number), "C1") for number in range(6)))
    starts = [at for at, _ in passed.at]

    assert passed.names == [str(number) for number in range(6)]
    assert starts[int(PACE.channel_burst) - 1] == starts[0]
    assert all(later - sooner >= 0.999 for sooner, later in pairwise(starts[int(PACE.channel_burst) - 1 :]))


async def test_a_busy_channel_holds_up_no_other() -> None:
    time, passed, _ = rig()
    busy = [passed.call("busy", "C1") for _ in range(5)]
    await asyncio.gather(*busy, passed.call("other", "C2"))

    assert passed.at.index((1000.0, "other")) < passed.names.index("busy") + PACE.channel_burst + 1
    assert time.now >= 1003.0


async def test_500_channels_take_hardly_longer_than_the_budget_demands_and_no_minute_exceeds_it() -> None:
    time, passed, _ = rig(per_minute=200)
    await asyncio.gather(*(passed.call(str(number), f"C{number}") for number in range(500)))
    starts = [at for at, _ in passed.at]

    assert passed.names == [str(number) for number in range(500)]
    assert time.now - 1000.0 <= 1.15 * 500 / 200 * 60
    assert all(later - sooner >= 59.9 for sooner, later in zip(starts, starts[200:], strict=False))


@settings(deadline=None, max_examples=30)
@given(
    gaps=st.lists(st.floats(0, 20), min_size=1, max_size=150),
    budget=st.integers(1, 60),
)
def test_no_minute_ever_sees_more_than_the_budget(gaps: list[float], budget: int) -> None:
    async def run() -> list[float]:
        time, passed, _ = rig(per_minute=budget)
        for gap in gaps:
            time.now += gap
            await passed.call("x", "", method=POST)
        return [at for at, _ in passed.at]

    starts = asyncio.run(run())

    assert all(later - sooner >= 59.999 for sooner, later in zip(starts, starts[budget:], strict=False))


async def test_workspaces_and_methods_do_not_wait_for_each_other() -> None:
    time, passed, _ = rig(per_minute=1)
    for team in ("T1", "T2", "T3"):
        await passed.call(team, "C1", team=team)
        await passed.call(team, method="chat.update", team=team)

    assert time.now == 1000.0
    assert len(passed.at) == 6


async def test_what_is_urgent_goes_first_and_is_counted_all_the_same() -> None:
    time, passed, _ = rig(per_minute=20)

    async def answer() -> None:
        with urgent():
            await passed.call("answer", "C9")

    await asyncio.gather(*(passed.call("alert", f"C{number}") for number in range(10)), answer())

    assert passed.names.index("answer") == 1
    assert time.now >= 1000.0 + 10 * 60 / 20


async def test_a_429_holds_its_method_in_its_workspace_and_nothing_else() -> None:
    time, passed, pace = rig()
    await pace.hold(TEAM, POST, 12.0)
    await passed.call("update", method="chat.update")
    await passed.call("elsewhere", "C1", team="T2")
    with urgent():
        await passed.call("urgent", "C1")
    await passed.call("held", "C1")

    assert Counter(at >= 1012.0 for at, _ in passed.at) == {True: 2, False: 2}
    assert time.now >= 1012.0


async def test_after_a_429_calls_go_one_by_one_and_not_in_a_burst() -> None:
    _, passed, pace = rig(per_minute=600)
    await pace.hold(TEAM, POST, 12.0)
    await asyncio.gather(*(passed.call(str(number), f"C{number}") for number in range(20)))
    starts = [at for at, _ in passed.at]

    assert starts[0] == pytest.approx(1012.0)
    assert min(later - sooner for sooner, later in pairwise(starts)) >= 0.1


async def test_who_would_wait_too_long_is_told_when_to_come_back_each_at_a_time_of_their_own() -> None:
    time, passed, _ = rig(patience=PACE.patience)
    results = await asyncio.gather(
        *(passed.call(str(number), method="chat.update") for number in range(100)), return_exceptions=True
    )
    sent_away = [each for each in results if isinstance(each, TemporaryError)]
    wishes = [each.retry_after or 0.0 for each in sent_away]
    gap = 60 / PACE.tier_3

    assert len(passed.at) + len(sent_away) == 100
    assert len(passed.at) >= 0.9 * PACE.patience / gap
    assert time.now - 1000.0 <= PACE.patience + 2 * gap
    assert wishes == sorted(wishes)
    assert all(later - sooner >= gap for sooner, later in pairwise(wishes))
    assert wishes[0] > PACE.patience


async def test_those_sent_away_get_through_when_they_come_back() -> None:
    time, passed, _ = rig(patience=PACE.patience)
    refusals: Counter[str] = Counter()

    async def edit(name: str) -> None:
        while True:
            try:
                await passed.call(name, method="chat.update")
            except TemporaryError as error:
                refusals[name] += 1
                await time.sleep(error.retry_after or 0.0)
            else:
                return

    await asyncio.gather(*(edit(str(number)) for number in range(300)))

    assert len(passed.at) == 300
    assert max(refusals.values()) <= 2
    assert time.now - 1000.0 <= 1.15 * 300 / PACE.tier_3 * 60


async def test_a_long_hold_sends_away_also_those_who_wait_already() -> None:
    time, passed, pace = rig(per_minute=20, patience=40.0)
    waiting = [asyncio.create_task(passed.call("x", f"C{number}")) for number in range(5)]
    await asyncio.sleep(0)
    await pace.hold(TEAM, POST, 600.0)
    results = await asyncio.gather(*waiting, return_exceptions=True)
    refused = [each for each in results if isinstance(each, TemporaryError)]

    assert len(refused) == 4
    assert all((each.retry_after or 0) >= 590.0 for each in refused)
    assert time.now < 1010.0


async def test_somebody_who_gives_up_waiting_lets_the_others_through() -> None:
    _, passed, _ = rig(per_minute=60)
    waiting = [asyncio.create_task(passed.call(str(number), "C1")) for number in range(5)]
    await asyncio.sleep(0)
    waiting[3].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert passed.names == ["0", "1", "2", "4"]
