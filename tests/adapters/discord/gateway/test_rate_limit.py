"""The pace that is never banned: counted on a clock that only moves when somebody waits."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.gateway.rate_limit import PACE, PaceSettings, RateLimiter
from adapters.shared.urgent import urgent
from bot.errors import NotYetError, TemporaryError

DISCORD = 50  # requests a second that Discord allows
WINDOW = PACE.invalid_window


@dataclass
class VirtualTime:
    """A clock that goes on by what is slept."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def read(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)
        await asyncio.sleep(0)


def paced(time: VirtualTime, settings: PaceSettings = PACE) -> RateLimiter:
    return RateLimiter(clock=time.read, sleep=time.sleep, settings=settings)


@settings(deadline=None)
@given(st.lists(st.floats(0, 3), max_size=300))
def test_no_second_ever_sees_more_requests_than_discord_allows(gaps: list[float]) -> None:
    async def run() -> list[float]:
        time, sent = VirtualTime(), []
        pace = paced(time)
        for gap in gaps:
            time.now += gap
            await pace.turn()
            sent.append(time.now)
        return sent

    sent = asyncio.run(run())

    for start in sent:
        assert sum(start <= each < start + 1 for each in sent) <= PACE.rate + PACE.burst < DISCORD


@settings(deadline=None)
@given(st.floats(0.01, 9), st.floats(0, 50))
def test_a_hold_is_kept_and_what_comes_after_it_goes_one_by_one(seconds: float, silence: float) -> None:
    async def run() -> list[float]:
        time, sent = VirtualTime(), []
        pace = paced(time)
        time.now += silence
        await pace.hold(seconds)
        for _ in range(3):
            await pace.turn()
            sent.append(time.now - 1000.0 - silence)
        return sent

    sent = asyncio.run(run())

    assert sent == pytest.approx([seconds + number / PACE.rate for number in range(3)])


def test_two_thousand_alerts_take_the_least_time_the_pace_allows() -> None:
    async def fan_out() -> float:
        time = VirtualTime()
        pace = paced(time, PaceSettings(patience=1e9))
        await asyncio.gather(*(pace.turn() for _ in range(2000)))
        return time.now - 1000.0

    least = 2000 / PACE.rate
    assert least - 1 <= asyncio.run(fan_out()) <= 1.01 * least


async def test_what_is_urgent_goes_before_all_who_wait() -> None:
    time = VirtualTime()
    pace = paced(time)
    order: list[str] = []

    async def alert(number: int) -> None:
        await pace.turn()
        order.append(f"alert {number}")

    async def answer() -> None:
        with urgent():
            await pace.turn()
        order.append("answer")

    alerts = [asyncio.create_task(alert(number)) for number in range(50)]
    await alerts[0]
    before = len(order)
    await answer()

    assert order.index("answer") == before
    await asyncio.gather(*alerts)
    assert [each for each in order if each != "answer"] == [f"alert {number}" for number in range(50)]


async def test_a_global_429_stops_everything_for_its_time() -> None:
    time = VirtualTime()
    pace = paced(time)
    await pace.answered(429, {"X-RateLimit-Scope": "global", "Retry-After": "7", "Via": "1.1 google"})
    with urgent():
        await pace.turn()

    assert time.now == pytest.approx(1007.0)


async def test_a_global_429_lowers_the_rate_for_some_minutes() -> None:
    time = VirtualTime()
    pace = paced(time)
    await pace.answered(429, {"X-RateLimit-Scope": "global", "Retry-After": "1", "Via": "1.1 google"})

    assert await interval_of(pace, time) == pytest.approx(1 / 42.5)
    time.now += 6 * 60
    assert await interval_of(pace, time) == pytest.approx(1 / PACE.rate)


@pytest.mark.parametrize(
    "headers", [{"X-RateLimit-Scope": "user", "Via": "x"}, {"X-RateLimit-Scope": "shared", "Via": "x"}, {}]
)
async def test_no_other_429_lowers_the_rate(headers: dict[str, str]) -> None:
    time = VirtualTime()
    pace = paced(time)
    await pace.answered(429, headers | {"Retry-After": "1"})

    assert await interval_of(pace, time) == pytest.approx(1 / PACE.rate)


async def interval_of(pace: RateLimiter, time: VirtualTime) -> float:
    """Return the seconds between two requests of many."""
    for _ in range(10):
        await pace.turn()
    before = time.now
    await pace.turn()
    return time.now - before


async def test_a_429_of_the_edge_puts_everything_off_for_a_minute() -> None:
    """Who waited that long would be given up, as if something had been sent."""
    time = VirtualTime()
    pace = paced(time)
    await pace.answered(429, {})
    with pytest.raises(NotYetError) as put_off:
        await pace.turn()
    with urgent(), pytest.raises(NotYetError):
        await pace.turn()

    assert put_off.value.retry_after == pytest.approx(60.0, abs=0.1)
    assert time.now == 1000.0
    time.now += 60
    await pace.turn()


@pytest.mark.parametrize("told", ["nan", "inf", "-1", "1e309", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"])
async def test_a_429_that_names_no_number_puts_everything_off_for_a_minute(told: str) -> None:
    time = VirtualTime()
    pace = paced(time)
    await pace.answered(429, {"Retry-After": told})
    with pytest.raises(NotYetError) as put_off:
        await pace.turn()

    assert put_off.value.retry_after == pytest.approx(60.0, abs=0.1)


async def test_a_429_of_one_route_stops_nothing_else() -> None:
    time = VirtualTime()
    pace = paced(time)
    await pace.answered(429, {"X-RateLimit-Scope": "user", "Retry-After": "7", "Via": "1.1 google"})
    await pace.turn()

    assert time.now == 1000.0


@pytest.mark.parametrize("status", [401, 403, 404, 429])
async def test_after_too_many_refusals_nothing_goes_until_they_are_old(status: int) -> None:
    time = VirtualTime()
    pace = paced(time, PaceSettings(most_invalid=10))
    for _ in range(10):
        await pace.turn()
        await pace.answered(status, {"X-RateLimit-Scope": "user", "Via": "x"})

    with pytest.raises(TemporaryError) as refused:
        await pace.turn()
    assert refused.value.retry_after == pytest.approx(WINDOW, abs=1)
    time.now += WINDOW + 1
    await pace.turn()


async def test_shared_limits_and_good_answers_count_for_nothing() -> None:
    time = VirtualTime()
    pace = paced(time, PaceSettings(most_invalid=5))
    for _ in range(50):
        await pace.answered(429, {"X-RateLimit-Scope": "shared", "Via": "x"})
        await pace.answered(200, {"Via": "x"})
        await pace.answered(400, {"Via": "x"})

    await pace.turn()


async def test_one_place_has_one_request_under_way() -> None:
    pace = RateLimiter()
    inside: list[int] = []
    most: dict[int, int] = {}

    async def visit(place: int) -> None:
        async with pace.alone(place):
            inside.append(place)
            most[place] = max(most.get(place, 0), inside.count(place))
            await asyncio.sleep(0)
            inside.remove(place)

    await asyncio.gather(*(visit(number % 3) for number in range(30)))

    assert most == {0: 1, 1: 1, 2: 1}
    assert len(pace._alone) == 0
