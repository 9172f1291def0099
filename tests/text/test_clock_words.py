"""What people type for times, days and lengths of time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import QuietHours
from bot.text import clock_words

READERS: tuple[Callable[[str], object], ...] = (
    clock_words.time_of_day,
    clock_words.quiet_hours,
    clock_words.weekday,
    clock_words.iso_date,
    clock_words.length,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("08:00", time(8)),
        ("8", time(8)),
        ("8am", time(8)),
        ("8 AM", time(8)),
        ("8:30 p.m.", time(20, 30)),
        ("20.30", time(20, 30)),
        ("20h30", time(20, 30)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("noon", time(12)),
        ("Midnight", time(0)),
        ("23:59", time(23, 59)),
        ("13pm", time(13)),
        ("at 8", time(8)),
    ],
)
def test_a_time_of_day_may_be_written_in_any_common_way(text: str, found: time) -> None:
    assert clock_words.time_of_day(text) == found


@pytest.mark.parametrize(
    ("text", "near"),
    [("25:00", "23:00"), ("7:60", "07:59"), ("24:00", "00:00"), ("0am", "00:00"), ("99:99", "23:59")],
)
def test_an_impossible_time_is_refused_with_the_nearest(text: str, near: str) -> None:
    with pytest.raises(ValueError, match=f"^is no time of day. Nearest: {near}$"):
        clock_words.time_of_day(text)


@pytest.mark.parametrize("text", ["", "soon", "8:3", "8:000", "-8", "8-9", "\u0668", "8am pm", "eight"])
def test_what_is_no_time_of_day_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is no time of day; write one such as 08:00, 8am or noon$"):
        clock_words.time_of_day(text)


@pytest.mark.parametrize(
    "text",
    ["22:00-07:00", "10pm-7am", "22-7", "22 \u2013 7", "22:00 to 7", "10 pm until 7 am", "from 10pm to 7"],
)
def test_quiet_hours_may_be_written_in_any_common_way(text: str) -> None:
    assert clock_words.quiet_hours(text) == QuietHours(time(22), time(7))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("22:00-22:00", "they begin and end at the same time; write two that differ, such as 22:00-07:00"),
        ("10pm-22", "begin and end at the same time"),
        ("22-25", "“25” is no time of day. Nearest: 23:00"),
        ("22", "write a start and an end such as 22:00-07:00, or off"),
        ("22-7-8", "write a start and an end"),
        ("-", "“” is no time of day"),
    ],
)
def test_what_are_no_quiet_hours_is_refused_with_the_mend(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=r"^are no quiet hours") as refusal:
        clock_words.quiet_hours(text)

    assert told in str(refusal.value)


@pytest.mark.parametrize("text", ["Monday", "mon", "MON.", "mondays", "monda"])
def test_a_weekday_may_be_shortened(text: str) -> None:
    assert clock_words.weekday(text) == 0


@pytest.mark.parametrize(("text", "near"), [("munday", "monday"), ("satruday", "saturday"), ("mo", "monday")])
def test_an_unknown_weekday_is_refused_with_the_nearest(text: str, near: str) -> None:
    with pytest.raises(ValueError, match=f"^is no weekday. Nearest: {near}$"):
        clock_words.weekday(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3d", timedelta(days=3)),
        ("2h", timedelta(hours=2)),
        ("90m", timedelta(minutes=90)),
        ("1w", timedelta(weeks=1)),
        ("1h30m", timedelta(minutes=90)),
        ("1h30", timedelta(minutes=90)),
        ("1d 2H 05", timedelta(hours=26, minutes=5)),
        ("1 hour and 30 min", timedelta(minutes=90)),
        ("a week", timedelta(weeks=1)),
        ("an hour", timedelta(hours=1)),
        ("2 months", timedelta(days=60)),
        ("1.5d", timedelta(hours=36)),
        ("0d", timedelta()),
        ("999999999y", timedelta(days=36500)),
    ],
)
def test_a_length_is_numbers_with_units(text: str, found: timedelta) -> None:
    assert clock_words.length(text) == found


@pytest.mark.parametrize(
    "text", ["", "3", "d", "-3d", "3x", "until 3d", "a while", "3d!", "awk", "1h60", "1d30"]
)
def test_what_is_no_length_is_none(text: str) -> None:
    assert clock_words.length(text) is None


def test_a_date_that_is_in_no_calendar_is_refused_with_the_nearest() -> None:
    assert clock_words.iso_date("2026-2-3") == date(2026, 2, 3)
    assert clock_words.iso_date("monday") is None
    with pytest.raises(ValueError, match=r"^is no date; the nearest is 2026-02-28$"):
        clock_words.iso_date("2026-02-30")
    with pytest.raises(ValueError, match=r"^is no date; write one such as 2026-11-01$"):
        clock_words.iso_date("2026-13-01")
    with pytest.raises(ValueError, match=r"^is no date; write one such as"):
        clock_words.iso_date("0000-01-01")


@given(st.times().map(lambda each: each.replace(second=0, microsecond=0)))
def test_every_time_is_read_back(clock: time) -> None:
    assert clock_words.time_of_day(f"{clock:%H:%M}") == clock
    assert clock_words.time_of_day(f"{clock:%I:%M %p}") == clock


@given(st.times(), st.times())
def test_quiet_hours_are_read_back_as_they_are_shown(start: time, end: time) -> None:
    span = QuietHours(start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
    if span.start != span.end:
        assert clock_words.quiet_hours(str(span)) == span


@given(st.text() | st.from_regex(r"\A[0-9]{1,4}[-:.h ]?[0-9]{0,3}[-]?[0-9]{0,2} ?[a-z]{0,6}\Z"))
def test_no_text_breaks_a_reader(text: str) -> None:
    for reader in READERS:
        with suppress(ValueError):
            reader(text)
