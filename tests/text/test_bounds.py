"""Whatever a server writes where a time to wait belongs, the bot gets seconds that it can wait."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.bounds import seconds


@pytest.mark.parametrize(
    ("named", "expected"),
    [("7.5", 7.5), (" 3 ", 3.0), (0, 0.0), (2, 2.0), (0.25, 0.25), ("-0", 0.0), ("1e2", 100.0)],
)
def test_a_number_is_taken_as_it_is(named: object, expected: float) -> None:
    assert seconds(named, 60.0, 3600.0) == expected


@pytest.mark.parametrize("named", ["3601", 1e300, 10**300, "9" * 300, "1e308"])
def test_a_number_beyond_the_bound_is_the_bound(named: object) -> None:
    assert seconds(named, 60.0, 3600.0) == 3600.0


@pytest.mark.parametrize(
    "named",
    [
        "nan",
        "-nan",
        math.nan,
        "inf",
        "-Infinity",
        math.inf,
        "1e309",
        10**400,
        "9" * 5000,
        "-1",
        -1,
        -0.001,
        "soon",
        "",
        "Wed, 21 Oct 2026 07:28:00 GMT",
        "5, 5",
        "0x10",
        None,
        True,
        b"5",
        [5],
        {"seconds": 5},
    ],
)
def test_what_is_no_time_to_wait_is_the_default(named: object) -> None:
    assert seconds(named, 60.0, 3600.0) == 60.0


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.booleans()))
def test_every_answer_can_be_waited_for(named: object) -> None:
    found = seconds(named, 60.0, 3600.0)

    assert 0.0 <= found <= 3600.0
    assert timedelta(seconds=found) >= timedelta()
