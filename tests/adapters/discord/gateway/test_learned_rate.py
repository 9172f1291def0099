"""How the rate falls by refusals and comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.gateway.learned_rate import LEARNING, LearnedRate

MOST = 47.5


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 500.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_lost_without_refusals() -> None:
    assert LearnedRate(MOST, clock=Clock()).value == MOST


def test_a_refusal_takes_off_five_and_a_minute_gives_back_one() -> None:
    clock = Clock()
    rate = LearnedRate(MOST, clock=clock)
    rate.refused()

    values = []
    for _ in range(7):
        values.append(rate.value)
        clock.now += 60

    assert values == [42.5, 43.5, 44.5, 45.5, 46.5, MOST, MOST]


def test_requests_that_were_under_way_together_count_once() -> None:
    clock = Clock()
    rate = LearnedRate(MOST, clock=clock)
    for _ in range(10):
        rate.refused()
        clock.now += 0.4

    assert rate.value == MOST - LEARNING.cut


def test_a_second_refusal_takes_off_from_what_had_come_back() -> None:
    clock = Clock()
    rate = LearnedRate(MOST, clock=clock)
    rate.refused()
    clock.now += 120
    rate.refused()

    assert rate.value == 44.5 - LEARNING.cut


@pytest.mark.parametrize("most", [MOST, 10.0])
def test_it_never_falls_below_the_least_or_what_it_began_with(most: float) -> None:
    clock = Clock()
    rate = LearnedRate(most, clock=clock)
    for _ in range(50):
        rate.refused()
        clock.now += 10

    assert rate.value == min(LEARNING.least, most)


@given(st.lists(st.floats(0, 400), max_size=60))
def test_it_always_lies_between_both(gaps: list[float]) -> None:
    clock = Clock()
    rate = LearnedRate(MOST, clock=clock)
    for gap in gaps:
        clock.now += gap
        rate.refused()
        assert LEARNING.least <= rate.value <= MOST
    clock.now += (MOST - LEARNING.least + 1) * LEARNING.every
    assert rate.value == MOST
